// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSONSchema
import Testing

private let schema =
  #"{"type":"object","properties":{"n":{"type":"integer"},"list":{"type":"array","items":{"type":"string"}}}}"#

/// The verdict on one call; tools are `f` with a schema, `empty` with `{}`, `bare` with none, `broken` with no schema at
/// all, `dead` with a reference that leads nowhere, and the vendor's own `$search`.
private func judged(_ name: String, _ arguments: String, quirks: AssembledCall.Quirks = []) -> CallVerdict? {
  let schemas = [schema, "{}", "", #"{"type":7}"#, ##"{"$ref":"#/$defs/x"}"##, ""]
  let tools = ToolSet(
    names: ByteStrings(["f", "empty", "bare", "broken", "dead", "$search"]), schemas: ByteStrings(schemas),
    builtins: [false, false, false, false, false, true], caches: SchemaCaches())
  var call = AssembledCall(choice: 0, index: 0)
  call.name = Array(name.utf8)
  call.arguments = Array(arguments.utf8)
  call.quirks = quirks
  var choice = ChoiceSummary(index: 0)
  choice.calls = [call]
  var summary = ResponseSummary(format: .json)
  summary.choices = [choice]
  summary.judge(against: RequestFacts(tools: tools))
  return summary.choices[0].calls[0].verdict
}

@Test(
  "Both verdicts on a call, side by side",
  arguments: [
    ("f", #"{"n":1}"#, true, true), ("f", #"{"n":"1"}"#, false, false), ("f", "[]", false, false), ("f", "", false, false),
    ("f", "{", false, false), ("g", "{}", false, false), ("functions.f", "{}", false, false),
    // Where the two differ: no schema, an empty one, one that is none, what Python reads as JSON.
    ("empty", "{}", false, true), ("empty", "7", false, true), ("bare", "{}", false, true), ("bare", "[]", false, false),
    ("broken", "{}", false, nil), ("broken", "{", false, false), ("dead", "{}", false, nil),
    ("$search", "[1]", false, true), ("$search", "[", false, false), ("f", #"{"x":NaN}"#, true, false),
  ] as [(String, String, Bool, Bool?)])
func bothVerdicts(name: String, arguments: String, k2vvValid: Bool, valid: Bool?) {
  let verdict = judged(name, arguments)
  #expect(verdict?.k2vvValid == k2vvValid && verdict?.valid == valid)
}

@Test("Arguments that were not all kept are not judged")
func tooLongToJudge() {
  #expect(judged("f", "{}", quirks: .tooLong) == CallVerdict(k2vvValid: false, valid: nil))
}

@Test("Violations say where, and are not told without end")
func violations() throws {
  let verdict = try #require(judged("f", #"{"n":"1","list":[\#((0..<20).map(String.init).joined(separator: ","))]}"#))
  #expect(verdict.violations.count == 8 && verdict.furtherViolations == 13)
  #expect(verdict.violations[0].instancePath == "/n" && verdict.violations[0].range == 5..<8)
  var call = AssembledCall(choice: 0, index: 0)
  (call.id, call.name, call.verdict) = (Array("a".utf8), Array("f".utf8), verdict)
  (call.arguments, call.quirks) = (Array("{}".utf8), [])
  var choice = ChoiceSummary(index: 0)
  (choice.calls, choice.finishReason) = ([call], "tool_calls")
  var summary = ResponseSummary(format: .eventStream)
  (summary.choices, summary.isDone) = ([choice], true)
  let findings = summary.inspected(against: RequestFacts(tools: ToolSet(["f"])))
  #expect(findings.count == 8 && findings.allSatisfy { $0.kind == .schemaType && $0.call == 0 && $0.path != nil })
  #expect(findings.last?.message.hasSuffix("(and 13 more)") == true)
}

@Test("K2VV judges the last piece of a name, and joins the arguments")
func namesOfK2VV() throws {
  func observed(_ names: [String]) throws -> CallVerdict? {
    let deltas = names.map { #"{"index":0,"id":"a","type":"function","function":{"name":"\#($0)","arguments":""}}"# }
    let events = (deltas + [#"{"index":0,"function":{"arguments":"{"}}"#, #"{"index":0,"function":{"arguments":"}"}}"#])
      .map { #"data: {"choices":[{"index":0,"delta":{"tool_calls":[\#($0)]}}]}"# + "\n\n" }
    return observe(events.joined()).choices[0].calls[0].verdict
  }
  #expect(try observed(["search"]) == CallVerdict(k2vvValid: true, valid: true))
  #expect(try observed(["sea", "rch"]) == CallVerdict(k2vvValid: false, valid: true))
  #expect(try observed(["sea", "search"]) == CallVerdict(k2vvValid: true, valid: true))
}
