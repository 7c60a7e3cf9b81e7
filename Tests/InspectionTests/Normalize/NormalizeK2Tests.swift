// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

struct IDCase: CustomTestStringConvertible, Sendable {
  var name: String
  var messages: [String]
  var ids: [String]
  var codes: [String]
  var testDescription: String { name }

  init(_ name: String, _ messages: [String], _ ids: [String], _ codes: [String] = []) {
    self.name = name
    self.messages = messages
    self.ids = ids
    self.codes = codes
  }

  var body: [UInt8] { InspectionTests.body(messages.joined(separator: ",")) }
}

/// A tool result that says its function, with JSON for its id (nil: no such field).
func result(_ id: String?, of name: String, in key: String = "name") -> String {
  result(id).replacing(#""content":"ok""#, with: #""content":"ok","\#(key)":"\#(name)""#)
}

/// One call of `Read` with an id that a client made of the canonical one.
private func shape(_ id: String, _ canonical: String = "functions.Read:0") -> IDCase {
  IDCase("id \(id)", [user(), assistant((id, #""Read""#)), result(id)], [canonical, "<-" + canonical])
}

let k2Cases: [IDCase] = resultNameCases + [
  shape(#""functions_Read_0""#), shape(#""Read:0""#), shape(#""Read_0""#), shape(#""functionsRead0""#),
  shape(#""functionsread0""#), shape(#""call_abc123""#), shape(#""call00003""#), shape(#""chatcmpl-tool-8d1f""#),
  shape(#""toolu_01A""#), shape(#""b9d0e6a2-51c4-4a5e-9d60-0b5f6b1f7f11""#), shape(#""functions.Read:0 ""#),
  shape(#""functions.Read:00""#), shape(#""functions.Read:-1""#), shape(#""functions.Read:""#),
  shape(#""functions.read:0""#), shape(#""functions.Write:0""#), shape(#""functions.Read:0x""#),
  shape(#""functions.Read:1000000""#), shape(#""functions.Read:99999999999999999999""#), shape("7"),
  shape(#""functions.Read:0""#), shape(#""functions.Read:5""#, "functions.Read:5"),
  shape(#""\u0066unctions.Read:0""#), shape(#""functions.Read:999999""#, "functions.Read:999999"),
  IDCase("no id fields", [assistant((nil, #""f""#)), result(nil)], ["functions.f:0", "<-functions.f:0"]),
  IDCase("null ids", [assistant(("null", #""f""#)), result("null")], ["functions.f:0", "<-functions.f:0"]),
  IDCase("empty ids", [assistant((#""""#, #""f""#)), result(#"" ""#)], ["functions.f:0", "<-functions.f:0"]),
  IDCase(
    "ids of wrong types", [assistant(("[1]", #""f""#)), result(#"{"a":{}}"#)], ["functions.f:0", "<-functions.f:0"]),
  IDCase(
    "the same id in every turn",
    [
      assistant((#""Read:0""#, #""Read""#)), result(#""Read:0""#), user(), assistant((#""Read:0""#, #""Read""#)),
      result(#""Read:0""#),
    ],
    ["functions.Read:0", "<-functions.Read:0", "functions.Read:1", "<-functions.Read:1"]),
  IDCase(
    "a vendor that counts anew in each response",
    [
      assistant((#""functions.f:0""#, #""f""#)), result(#""functions.f:0""#), assistant((#""functions.g:0""#, #""g""#)),
      result(#""functions.g:0""#),
    ],
    ["functions.f:0", "<-functions.f:0", "functions.g:1", "<-functions.g:1"]),
  IDCase(
    "parallel calls, results in another order",
    [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""b""#), result(#""a""#)],
    ["functions.f:0", "functions.g:1", "<-functions.g:1", "<-functions.f:0"]),
  IDCase(
    "duplicate ids in one turn are taken in order",
    [assistant((#""x""#, #""f""#), (#""x""#, #""g""#)), result(#""x""#), result(#""x""#)],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1"]),
  IDCase(
    "missing result ids are taken in order",
    [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(nil), result("null")],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1"]),
  IDCase(
    "an unknown result id is taken in order",
    [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""a""#), result(#""lost""#)],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1"]),
  IDCase(
    "a late result of an earlier turn",
    [assistant((#""a""#, #""f""#)), assistant((#""b""#, #""g""#)), result(#""a""#), result(#""b""#)],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1"]),
  IDCase(
    "of two earlier turns with the id the nearest one",
    [
      assistant((#""a""#, #""f""#)), assistant((#""a""#, #""g""#)), assistant((#""b""#, #""h""#)), result(#""a""#),
      result(#""b""#),
    ],
    ["functions.f:0", "functions.g:1", "functions.h:2", "<-functions.g:1", "<-functions.h:2"], ["history.orphan_call"]),
  IDCase("an orphan result", [user(), result(#""x""#)], ["<-x"], ["history.orphan_result"]),
  IDCase(
    "one result too many", [assistant((#""a""#, #""f""#)), result(#""a""#), result(#""a""#)],
    ["functions.f:0", "<-functions.f:0", "<-functions.f:0"], ["history.orphan_result"]),
  IDCase(
    "a result that comes twice takes none of another call",
    [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""a""#), result(#""a""#), result(#""b""#)],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.f:0", "<-functions.g:1"], ["history.orphan_result"]),
  IDCase(
    "nor does one of a call that is not there, or one without an id",
    [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""lost""#), result(nil), result(#""b""#)],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<--", "<-functions.g:1"], ["history.orphan_result"]),
  IDCase(
    "nor where the user speaks before the call's own",
    [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""lost""#), user(), result(#""a""#), result(#""b""#)],
    ["functions.f:0", "functions.g:1", "<-lost", "<-functions.f:0", "<-functions.g:1"], ["history.orphan_result"]),
  IDCase(
    "a stale result before the call's own", [assistant((#""b""#, #""f""#)), result(#""a""#), result(#""b""#)],
    ["functions.f:0", "<-a", "<-functions.f:0"], ["history.orphan_result"]),
  IDCase(
    "a task of an earlier turn that reports once more", [assistant((#""a""#, #""f""#)), result(#""a""#), assistant((#""b""#, #""g""#)), user(), result(#""a""#)],
    ["functions.f:0", "<-functions.f:0", "functions.g:1", "<-functions.f:0"], ["history.orphan_result", "history.orphan_call"]),
  IDCase(
    "an orphan result does not come to name a call",
    [assistant((#""b""#, #""f""#)), result(#""functions.f:0""#), result(#""b""#), result(#""functions.f:0""#)],
    ["functions.f:0", "<-functions.f:0_", "<-functions.f:0", "<-functions.f:0_"], ["history.orphan_result", "history.orphan_result"]),
  IDCase(
    "a call without a result", [assistant((#""a""#, #""f""#)), user()], ["functions.f:0"], ["history.orphan_call"]),
  IDCase(
    "one of two calls without a result", [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""b""#)],
    ["functions.f:0", "functions.g:1", "<-functions.g:1"], ["history.orphan_call"]),
  IDCase("calls at the end wait for results", [user(), assistant((#""a""#, #""f""#))], ["functions.f:0"]),
  IDCase(
    "an assistant message without calls between call and result",
    [assistant((#""a""#, #""f""#)), #"{"role":"assistant","content":"hm"}"#, result(#""a""#)],
    ["functions.f:0", "<-functions.f:0"]),
  IDCase(
    "a canonical id too low for its place is not kept, a higher one is",
    [
      assistant(
        (#""functions.f:3""#, #""f""#), (#""functions.f:3""#, #""f""#), (#""functions.g:9""#, #""g""#),
        (#""call_1""#, #""f""#))
    ],
    ["functions.f:3", "functions.f:4", "functions.g:9", "functions.f:10"]),
  IDCase(
    "a name in escapes", [assistant((#""call_1""#, #""\u0052ead\"x""#)), result(#""call_1""#)],
    [#"functions.Read"x:0"#, #"<-functions.Read"x:0"#]),
  IDCase(
    "a canonical id in other escapes than its name is left",
    [assistant((#""functions.Ré\u0061d:0""#, #""R\u00e9ad""#)), result(#""functions.Réad:0""#)],
    ["functions.Réad:0", "<-functions.Réad:0"]),
  IDCase(
    "names with dots, colons, hyphens and spaces",
    [
      assistant(
        (#""1""#, #""my.tool""#), (#""2""#, #""a:b""#), (#""3""#, #""mcp__a__b-c""#), (#""4""#, #""web search""#))
    ],
    ["functions.my.tool:0", "functions.a:b:1", "functions.mcp__a__b-c:2", "functions.web search:3"]),
  IDCase(
    "names beyond ASCII", [assistant((#""1""#, #""搜索🦊""#)), result(#""1""#)], ["functions.搜索🦊:0", "<-functions.搜索🦊:0"]),
  IDCase(
    "missing names that the id still shows",
    [
      assistant(
        (#""functions.a:4""#, nil), (#""b:7""#, #""""#), (#""functions_c_d_1""#, "null"), (#""functions.e:0""#, #"" ""#)
      )
    ],
    ["functions.a:4", "functions.b:5", "functions.c_d:6", "functions.e:7"]),
  IDCase(
    "missing names that nothing shows are left alone, but count",
    [
      assistant((#""call_1""#, nil), (nil, nil), (#""x""#, #""f""#)), result(#""call_1""#), result(nil),
      result(#""x""#),
    ],
    ["call_1", "-", "functions.f:2", "<-call_1", "<--", "<-functions.f:2"],
    ["history.unnamed_call", "history.unnamed_call"]),
  IDCase(
    "odd shapes on the way",
    [
      "1", "null", "[]", #"{"role":7}"#, #"{"role":"assistant","tool_calls":7}"#,
      #"{"role":"assistant","tool_calls":[null,"x",[]]}"#,
      #"{"role":"user","tool_calls":[{"id":"u","function":{"name":"f"}}]}"#,
      #"{"role":"assistant","tool_calls":[{"id":"a","function":"f"}]}"#,
      assistant((#""b""#, #""f""#)), #"{"tool_call_id":"b","role":"tool"}"#,
    ],
    ["a", "functions.f:1", "<-functions.f:1"], ["history.unnamed_call", "history.orphan_call"]),
]

@Test("Ids of calls become functions.{name}:{n}, and results follow", arguments: k2Cases)
func normalizesK2(_ test: IDCase) throws {
  let normalized = try normalize(test.body)
  #expect(normalized.ids == test.ids)
  #expect(normalized.codes == test.codes)
}

@Test("Normalizing twice changes nothing more", arguments: k2Cases)
func isIdempotent(_ test: IDCase) throws {
  let once = try normalize(test.body)
  let twice = try normalize(once.bytes)
  #expect(twice.normalization.edits.isEmpty)
  #expect(twice.bytes == once.bytes)
}

/// Whether results stand on both sides of a place with nothing of the model's between: all those of a turn come in one request.
func areResults(_ messages: [String], around place: Int) -> Bool {
  func hasResult(_ messages: some Sequence<String>) -> Bool {
    messages.prefix { !$0.contains(#""role":"assistant""#) }.contains { $0.contains(#""role":"tool""#) }
  }
  return hasResult(messages[..<place].reversed()) && hasResult(messages[place...])
}

@Test("A conversation that grows keeps what it was, byte for byte", arguments: k2Cases)
func keepsItsPrefix(_ test: IDCase) throws {
  let whole = try normalize(body(test.messages.joined(separator: ","))).text
  for count in test.messages.indices where !areResults(test.messages, around: count) {
    let prefix = try normalize(body(test.messages[..<count].joined(separator: ","))).text
    #expect(whole.hasPrefix(prefix.dropLast(endOfBody.count)), "with \(count) messages")
  }
}

@Test("A name to which a vendor left the model's own prefix means its tool", arguments: [
  (#""functions.search:0""#, #""functions.search""#, ["search"], "functions.search:0"),
  (#""functions.search:0""#, #""functions.search:0""#, ["search"], "functions.search:0"),
  (#""call_1""#, #""functions.se\u0061rch:7""#, ["search"], "functions.search:0"),
  (#""functions.search:3""#, #""functions.search""#, [], "functions.search:3"),
  (#""call_1""#, #""functions.search""#, [], "functions.functions.search:0"),
  (#""functions.search:0""#, #""functions.search""#, ["search", "functions.search"], "functions.functions.search:0"),
  (#""functions.:0""#, #""functions.""#, ["search"], "functions.functions.:0"),
] as [(String, String, [String], String)])
func prefixedNames(id: String, name: String, tools: [String], expected: String) throws {
  let once = try normalize(body([assistant((id, name)), result(id)].joined(separator: ","), tools: tools))
  #expect(once.ids == [expected, "<-" + expected])
  #expect(try normalize(once.bytes).bytes == once.bytes)
}

@Test("Every edit says where, what was there and what is there now")
func editsTellTheirStory() throws {
  let bytes = body([assistant((#""a""#, #""f""#), (nil, #""g""#)), result("null"), result(nil)].joined(separator: ","))
  let edits = try normalize(bytes).normalization.edits
  #expect(
    edits.map(\.path) == [
      "/messages/0/tool_calls/0/id", "/messages/0/tool_calls/1/id", "/messages/1/tool_call_id",
      "/messages/2/tool_call_id",
    ])
  #expect(edits.map { String(decoding: $0.before, as: UTF8.self) } == [#""a""#, "", "null", ""])
  #expect(
    edits.map { String(decoding: $0.after, as: UTF8.self) } == [
      #""functions.f:0""#, #""functions.g:1""#, #""functions.f:0""#, #""functions.g:1""#,
    ])
  #expect(edits.allSatisfy { bytes[$0.edit.range].elementsEqual($0.before) })
}

@Test("Nothing but the ids is touched: white space, key order, numbers and unknown fields stay")
func touchesNothingElse() throws {
  let before =
    #" {"x" : 1.50e+00, "messages":[ {"tool_calls" : [ {"function":{"arguments":"{\"a\" : 1}","name":"f"} , "id" : "call_1", "z":[ ]} ],"role":"assistant"},{"role":"tool","tool_call_id":"call_1","content":[]} ] }"#
    + "\r\n"
  let after = before.split(separator: #""call_1""#, omittingEmptySubsequences: false).joined(
    separator: #""functions.f:0""#)
  #expect(try normalize(Array(before.utf8)).text == after)
}

@Test("Of duplicate keys the last one counts, as for every reader")
func duplicateKeys() throws {
  let messages =
    #"{"role":"assistant","tool_calls":[{"id":"a","id":"b","function":{"name":"x","name":"f"}}]},{"role":"tool","tool_call_id":"z","tool_call_id":"b"}"#
  let text = try normalize(body(messages)).text
  #expect(text.contains(#""id":"a","id":"functions.f:0""#))
  #expect(text.contains(#""tool_call_id":"z","tool_call_id":"functions.f:0""#))
}

@Test("A model of another family is left alone")
func otherModels() throws {
  let normalized = try normalize(body([assistant(("null", nil)), result(#""x""#)].joined(separator: ",")), .other)
  #expect(normalized.normalization == Normalization())
}
