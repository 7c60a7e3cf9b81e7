// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// The calls of a stream whose deltas have these `tool_calls`, one array each, as "id name arguments", and their findings.
private func assemble(_ deltas: [String], tools: [String]) -> (calls: [String], codes: [String]) {
  let stream =
    deltas.map { #"data: {"choices":[{"index":0,"delta":{"tool_calls":[\#($0)]}}]}"# + "\n\n" }.joined()
    + #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"# + "\n\ndata: [DONE]\n\n"
  let summary = observe(stream, request: RequestFacts(tools: ToolSet(tools)))
  let calls = summary.choices.flatMap(\.calls).map {
    "\($0.idText) \($0.nameText) \(String(decoding: $0.arguments, as: UTF8.self))"
  }
  return (calls, summary.findings.map(\.code))
}

struct AssemblyCase: CustomTestStringConvertible, Sendable {
  var name: String
  var tools: [String]
  var deltas: [String]
  var calls: [String]
  var codes: [String]
  var testDescription: String { name }

  init(_ name: String, tools: [String] = ["f", "g"], _ deltas: [String], _ calls: [String], _ codes: [String] = []) {
    self.name = name
    self.tools = tools
    self.deltas = deltas
    self.calls = calls
    self.codes = codes
  }
}

private func piece(
  index: Int? = 0, id: String? = nil, name: String? = nil, _ arguments: String? = nil, typed: Bool = true
) -> String {
  var fields: [String] = []
  if let index { fields.append(#""index":\#(index)"#) }
  if let id { fields.append(#""id":"\#(id)""#) }
  if typed { fields.append(#""type":"function""#) }
  var function: [String] = []
  if let name { function.append(#""name":"\#(name)""#) }
  if let arguments { function.append(#""arguments":"\#(arguments)""#) }
  fields.append(#""function":{\#(function.joined(separator: ","))}"#)
  return "{" + fields.joined(separator: ",") + "}"
}

private let assemblyCases = [
  AssemblyCase(
    "parallel calls, one after the other",
    [piece(id: "a", name: "f", "{"), piece("}"), piece(index: 1, id: "b", name: "g", ""), piece(index: 1, "{}")],
    ["a f {}", "b g {}"]),
  AssemblyCase(
    "a character whose UTF-16 halves are cut apart",
    [piece(id: "a", name: "f", #"{\"k\":\"x\ud83d"#), piece(#"\ude00\ud83e"#), piece(#"\udd8ay\"}"#)], [#"a f {"k":"x😀🦊y"}"#], ["arguments.split_character"]),
  AssemblyCase(
    "parallel calls, interleaved",
    [
      piece(id: "a", name: "f", "{") + "," + piece(index: 1, id: "b", name: "g", "["), piece(index: 1, "]"), piece("}"),
    ], ["a f {}", "b g []"], ["call.interleaved", "arguments.not_object"]),
  AssemblyCase(
    "whole calls in one delta", [piece(id: "a", name: "f", "{}") + "," + piece(index: 1, id: "b", name: "f", "{}")],
    ["a f {}", "b f {}"]),
  AssemblyCase(
    "the id repeated in every delta (R24)", [piece(id: "a", name: "f", "{"), piece(id: "a", "}"), piece(id: "a")],
    ["a f {}"], ["call.id_repeated"]),
  AssemblyCase("the id first, the name later (R38)", [piece(id: "a"), piece(name: "f"), piece("{}")], ["a f {}"],
    ["call.late_name"]),
  AssemblyCase("arguments before the name (R68)", [piece(id: "a", "{"), piece("}"), piece(name: "f")], ["a f {}"],
    ["call.late_name"]),
  AssemblyCase(
    "an empty name first, null later",
    [
      piece(id: "a", name: "", ""), piece(name: "f", "{}"),
      #"{"index":0,"id":null,"type":null,"function":{"name":null,"arguments":null}}"#,
    ], ["a f {}"], ["call.missing_type", "call.late_name"]),
  AssemblyCase(
    "no index, whole calls with ids",
    [piece(index: nil, id: "a", name: "f", "{}"), piece(index: nil, id: "b", name: "g", "{}")], ["a f {}", "b g {}"],
    ["call.missing_index", "call.missing_index"]),
  AssemblyCase(
    "no index, pieces with and without ids",
    [
      piece(index: nil, id: "a", name: "f", "{"), piece(index: nil, "}"), piece(index: nil, id: "b", name: "g", "{"),
      piece(index: nil, id: "b", "}"),
    ],
    ["a f {}", "b g {}"], ["call.missing_index", "call.id_repeated", "call.missing_index"]),
  AssemblyCase(
    "neither index nor id: a name after whole arguments begins a call",
    [piece(index: nil, name: "f", "{"), piece(index: nil, "}"), piece(index: nil, name: "g", "{}")],
    [" f {}", " g {}"],
    ["call.missing_id", "call.missing_index", "call.missing_id", "call.missing_index"]),
  AssemblyCase(
    "neither index nor id, two calls in one delta",
    [piece(index: nil, name: "f", "") + "," + piece(index: nil, name: "f", "{}")], [" f ", " f {}"],
    ["call.missing_id", "call.missing_index", "arguments.empty", "call.missing_id", "call.missing_index"]),
  AssemblyCase(
    "the index only in the first piece", [piece(id: "a", name: "f", "{"), piece(index: nil, "}")], ["a f {}"],
    ["call.missing_index"]),
  AssemblyCase(
    "the index only in later pieces", [piece(index: nil, id: "a", name: "f", "{"), piece(index: 0, "}")], ["a f {}"],
    ["call.missing_index"]),
  AssemblyCase(
    "an index that is a string",
    [#"{"index":"0","id":"a","type":"function","function":{"name":"f","arguments":"{}"}}"#], ["a f {}"],
    ["call.missing_index"]),
  AssemblyCase("an index from 1 (R26)", [piece(index: 1, id: "a", name: "f", "{}")], ["a f {}"], ["call.sparse_index"]),
  AssemblyCase(
    "the model's own count as index (R26)",
    [piece(index: 3, id: "a", name: "f", "{}"), piece(index: 4, id: "b", name: "f", "{}")], ["a f {}", "b f {}"],
    ["call.sparse_index", "call.sparse_index"]),
  AssemblyCase(
    "another call at the same index",
    [piece(id: "a", name: "f", "{"), piece("}"), piece(id: "b", name: "f", "{"), piece("}")], ["a f {}", "b f {}"],
    ["call.index_repeated"]),
  AssemblyCase(
    "an id that changes from delta to delta (R23)",
    [piece(id: "a", name: "f", ""), piece(id: "b", "{"), piece(id: "c", "}")], ["a f {}"], ["call.id_changed"]),
  AssemblyCase(
    "an id and a name that come again with a new id, before the arguments are whole",
    [piece(id: "a", name: "f", ""), piece(id: "b", name: "f", "{}")], ["a f {}"],
    ["call.id_changed", "call.name_repeated"]),
  AssemblyCase(
    "no type at all (R27)", [piece(id: "a", name: "f", "{}", typed: false)], ["a f {}"], ["call.missing_type"]),
  AssemblyCase(
    "the same id for two calls (R21)",
    [piece(id: "a", name: "f", "{}"), piece(index: 1, id: "a", name: "g", "{}")], ["a f {}", "a g {}"],
    ["call.duplicate_id"]),
  AssemblyCase(
    "the name in every delta (R33)", [piece(id: "a", name: "f", "{"), piece(name: "f", "}"), piece(name: "f")],
    ["a f {}"], ["call.name_repeated"]),
  AssemblyCase(
    "the name in pieces (R34)", tools: ["list_issues"],
    [piece(id: "a", name: "list_issu", ""), piece(name: "es", "{}")], ["a list_issues {}"], ["call.name_split"]),
  AssemblyCase(
    "ever more of the name", tools: ["list_issues"],
    [piece(id: "a", name: "list", ""), piece(name: "list_iss", "{}"), piece(name: "list_issues")], ["a list_issues {}"],
    ["call.name_repeated"]),
  AssemblyCase(
    "a piece of the name, then all of it", tools: ["mcp__list_issues"],
    [piece(id: "a", name: "mcp__list_issu", ""), piece(name: "mcp__list_issues", "{}")], ["a mcp__list_issues {}"],
    ["call.name_repeated"]),
  AssemblyCase(
    "the name in pieces, one of which is a tool", tools: ["search", "research"],
    [piece(id: "a", name: "re", ""), piece(name: "search", "{}")], ["a research {}"], ["call.name_split"]),
  AssemblyCase(
    "the name twice, and twice the name is a tool", tools: ["go", "gogo"],
    [piece(id: "a", name: "go", ""), piece(name: "go", "{}")], ["a go {}"], ["call.name_repeated"]),
  AssemblyCase(
    "pieces that only one tool ends with (R35)", tools: ["mcp__linear__list_issues", "search"],
    [piece(id: "a", name: "list_issu?", ""), piece(name: "list_issues", "{}")], ["a mcp__linear__list_issues {}"],
    ["call.name_repeated"]),
  AssemblyCase(
    "a prefixed name in pieces, the last of which is a tool", tools: ["delete", "file_delete"],
    [piece(id: "a", name: "functions.file_", ""), piece(name: "delete", "{}")], ["a file_delete {}"], ["call.name_split"]),
  AssemblyCase(
    "a name in pieces with another hyphen, the last of which is a tool", tools: ["search", "web_search"],
    [piece(id: "a", name: "web-", ""), piece(name: "search", "{}")], ["a web_search {}"], ["call.name_split"]),
  AssemblyCase(
    "a name of no tool, whose last piece is one", tools: ["search"],
    [piece(id: "a", name: "web_", ""), piece(name: "search", "{}")], ["a web_search {}"], ["call.unknown_tool", "call.name_split"]),
  AssemblyCase(
    "the beginning of a tool's name again and again is no tool", tools: ["delete_repository", "read"],
    [piece(id: "a", name: "delete", ""), piece(name: "delete", "{}")], ["a delete {}"], ["call.unknown_tool", "call.name_repeated"]),
  AssemblyCase(
    "pieces of no tool are joined", tools: ["search"],
    [piece(id: "a", name: "img", ""), piece(name: "_gen", "{}")], ["a img_gen {}"],
    ["call.unknown_tool", "call.name_split"]),
  AssemblyCase(
    "the same unknown name twice is one name", tools: [],
    [piece(id: "a", name: "img", ""), piece(name: "img", "{}")], ["a img {}"],
    ["call.unknown_tool", "call.name_repeated"]),
  AssemblyCase(
    "a broken name is not mended in silence (R35)", tools: ["mcp__linear__list_issues"],
    [piece(id: "a", name: "mcp__linear__list_issu?list_issues", "{}")], ["a mcp__linear__list_issu?list_issues {}"], ["call.corrupted_name"]),
  AssemblyCase(
    "arguments cut within escapes and UTF-8 text (R67)",
    [piece(id: "a", name: "f", #"{\"a\":\"\\u53"#), piece(#"17大型\\"#), piece(#"n机\"}"#)], [#"a f {"a":"\u5317大型\n机"}"#],
    ["arguments.split_character"]),
  AssemblyCase(
    "an object after pieces of text (R41)",
    [piece(id: "a", name: "f", ""), #"{"index":0,"function":{"arguments":{"a" : 1.0}}}"#], [#"a f {"a" : 1.0}"#],
    ["arguments.not_string"]),
]

@Test("Calls are put together from the pieces that vendors send", arguments: assemblyCases)
func assemblesCalls(_ test: AssemblyCase) {
  let (calls, codes) = assemble(test.deltas, tools: test.tools)
  #expect(calls == test.calls)
  #expect(codes == test.codes)
}

@Test("A call whose id is that of a call in the history is told from one that is new")
func idsOfTheHistory() {
  let facts = RequestFacts(tools: ToolSet(["f"]), callIDs: ByteStrings(["list_dir:0", "b"]))
  func codes(_ id: String) -> [String] {
    let call = piece(index: nil, id: id, name: "f", "{}")
    return observe(
      #"{"choices":[{"message":{"tool_calls":[\#(call)]},"finish_reason":"tool_calls"}],"usage":{}}"#, request: facts
    ).findings.map(\.code)
  }
  #expect(codes("list_dir:0") == ["call.duplicate_id"])
  #expect(codes("list_dir:1") == [])
}
