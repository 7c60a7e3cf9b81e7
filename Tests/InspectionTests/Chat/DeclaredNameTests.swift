// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

private let tools = ByteStrings([
  "search", "read_file", "mcp__linear__list_issues", "mcp__linear__list_projects", "mcp__jira__list_issues", "Glob", "get-time",
  "get_time", "$web_search", "read",
])

private func match(_ name: String, strangers: [String] = []) -> String {
  switch DeclaredName.match(Array(name.utf8).span, among: tools, strangers: ByteStrings(strangers)) {
  case nil: "-"
  case .exact(let tool): "= " + String(decoding: tools[tool], as: UTF8.self)
  case .prefixed(let tool): "functions. " + String(decoding: tools[tool], as: UTF8.self)
  case .corrupted(let tool): "~ " + String(decoding: tools[tool], as: UTF8.self)
  }
}

private let names: [(String, String)] = [
  ("search", "= search"), ("$web_search", "= $web_search"), ("functions.search", "functions. search"),
  ("functions.search:12", "functions. search"), ("functions.searching", "-"), ("functions.", "-"), ("", "-"), (" ", "-"),
  // R35, R36, R37.
  ("mcp__linear__list_issu?list_issues", "~ mcp__linear__list_issues"), ("read\" parameter=\"path", "~ read"),
  ("call_functionsglob7", "~ Glob"), ("functions_search_0", "~ search"), ("functionsread0", "~ read"), ("search:0", "~ search"),
  ("Read-File", "~ read_file"), ("SEARCH", "~ search"), ("list_projects", "~ mcp__linear__list_projects"),
  ("functions_Glob_0", "~ Glob"), ("functions.Read_File:3", "~ read_file"), ("search|search", "~ search"), ("search <br>", "~ search"),
  // More than one could be meant, or too little is left to be sure.
  ("list_issues", "-"), ("GetTime", "-"), ("get.time", "-"), ("mcp__linear__list_", "-"), ("sea", "-"), ("issues", "-"),
  ("img_gen", "-"), ("?", "-"), ("search2?x", "-"), ("mcp?issues", "-"),
  // What may be another tool's own name, or two tools'.
  ("mcp__linear__list_issue", "-"), ("read_fil", "-"), ("search2", "-"), ("search_2", "-"), ("Glob7", "-"), ("search|read", "-"),
  ("search, then read_file", "-"), ("read\" search=\"x", "-"), ("functions.search2:0", "-"), ("functions.search2", "-"), ("functions_search2", "-"),
  ("functions.search_2", "-"), ("call_functions.read3:1", "-"), ("_search_2", "-"),
  // A count is parted from the name as the name is from what stands before it.
  ("call_functions_read_3", "~ read"), ("functions-search-2", "~ search"), ("functionssearch2", "~ search"), ("functions_$web_search:1", "~ $web_search"),
]

@Test("A name means a tool where only one can be meant", arguments: names)
func matchesNames(name: String, expected: String) {
  #expect(match(name) == expected)
}

@Test("No name means a tool that is called so in the history, and not declared")
func namesOfTheHistory() throws {
  let strangers = ["list_projects", "delete", "Read-File", "functions_search_0", "search2"]
  let expected = [
    ("list_projects", "-"), ("search delete", "-"), ("search fast", "~ search"), ("Read-File", "~ read_file"), ("functions_search_0", "~ search"),
    ("search", "= search"), ("functions.search", "functions. search"), ("functionssearch2", "-"), ("functionssearch3", "~ search"),
  ]
  for (name, meant) in expected { #expect(match(name, strangers: strangers) == meant, "\(name)") }
  let messages = [
    assistant((#""a""#, #""f""#), (#""b""#, #""old""#), (#""c""#, #""\u0066""#)), result(#""a""#),
    assistant((#""d""#, nil), (#""e""#, #""functions.f""#), (#""g""#, #""old""#), (#""h""#, #""\#(String(repeating: "x", count: 257))""#)),
  ].joined(separator: ",")
  for (tools, strangers) in [(["f"], ["old", "functions.f"]), ([], [])] {
    let bytes = body(messages, tools: tools)
    let facts = try ChatRequest(reading: bytes.span).facts(in: bytes.span, caches: SchemaCaches())
    #expect(facts.strangers == ByteStrings(strangers))
  }
}

@Test("Whatever is the beginning of a name that means a tool can still grow to be one")
func growingNames() {
  for (name, expected) in names where expected != "-" {
    let bytes = Array(name.utf8)
    for end in 0...bytes.count {
      let beginning = Array(bytes[..<end])
      let canGrow = DeclaredName.canGrow(beginning.span, among: tools)
      #expect(canGrow, "\(end) bytes of \(name)")
    }
  }
  for name in ["img_gen", "x", "functions.img"] {
    let bytes = Array(name.utf8)
    let canGrow = DeclaredName.canGrow(bytes.span, among: tools)
    #expect(!canGrow, "\(name)")
  }
}
