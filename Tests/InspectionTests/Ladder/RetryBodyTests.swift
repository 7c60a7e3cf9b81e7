// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import JSONSchema
import Testing

private func retry(_ text: String, _ changes: RetryChange..., generation: Generation = .k2) throws -> String {
  String(decoding: try retryBody(Array(text.utf8), changes: changes, generation: generation), as: UTF8.self)
}

private let schema = #"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}"#
private func tool(_ name: String, _ parameters: String = schema, _ more: String = "") -> String {
  #"{"type":"function","function":{"name":"\#(name)","parameters":\#(parameters)\#(more)}}"#
}

@Test("The same again is the same bytes")
func resend() throws {
  let text = #" {"model" : "m","messages":[ ] } "#
  #expect(try retry(text, .resend) == text)
}

@Test("Tools become strict where guided decoding takes their schema, and keep what they say of it")
func strictTools() throws {
  let tools = [
    tool("f"), tool("g", schema, #","strict":false"#), tool("h", #"{"type":"object","oneOf":[]}"#), tool("i", "{}"),
    tool("j", "7"), #"{"type":"function","function":{"name":"k"}}"#, #"{"type":"function","name":"flat","parameters":\#(schema)}"#,
    #"{"type":"builtin_function","function":{"name":"$web_search","parameters":\#(schema)}}"#,
  ]
  var after = tools
  after[0] = tool("f", schema, #","strict":true"#)
  after[6] = #"{"type":"function","name":"flat","parameters":\#(schema),"strict":true}"#
  let text = #"{"tools":[\#(tools.joined(separator: " , "))],"messages":[]}"#
  #expect(try retry(text, .strict) == #"{"tools":[\#(after.joined(separator: " , "))],"messages":[]}"#)
}

@Test(
  "A call is demanded of the tool that is declared, or of any",
  arguments: [
    ("f", #"{"tools":[T]}"#, #"{"tools":[T],"tool_choice":{"type":"function","function":{"name":"f"}}}"#),
    ("f", #"{"tool_choice" : "auto","tools":[T]}"#, #"{"tool_choice" : {"type":"function","function":{"name":"f"}},"tools":[T]}"#),
    (nil, #"{"tools":[T],"tool_choice":null}"#, #"{"tools":[T],"tool_choice":"required"}"#),
    ("lost", #"{"tools":[T]}"#, #"{"tools":[T],"tool_choice":"required"}"#),
    ("f", #"{"tools":[]}"#, #"{"tools":[]}"#),
  ] as [(String?, String, String)])
func demandedTools(name: String?, before: String, after: String) throws {
  let (before, after) = (before.replacing("T", with: tool("f")), after.replacing("T", with: tool("f")))
  #expect(try retry(before, .requireTool(name: name.map { Array($0.utf8) })) == after)
}

@Test(
  "Limits of tokens are raised where they are, never lowered, never added",
  arguments: [
    (#"{"max_tokens":10}"#, #"{"max_tokens":99}"#), (#"{"max_completion_tokens":9.5e0}"#, #"{"max_completion_tokens":99}"#),
    (#"{"max_completion_tokens":1,"max_tokens":2}"#, #"{"max_completion_tokens":99,"max_tokens":99}"#),
    (#"{"max_tokens":100}"#, #"{"max_tokens":100}"#), ("{}", "{}"), (#"{"max_tokens":null}"#, #"{"max_tokens":null}"#),
    (#"{"max_tokens":-1}"#, #"{"max_tokens":-1}"#),
  ])
func tokenLimits(before: String, after: String) throws {
  #expect(try retry(before, .moreTokens(99)) == after)
}

@Test(
  "Where nobody counted, a limit is doubled",
  arguments: [
    (#"{"max_tokens":20}"#, #"{"max_tokens":8192}"#), (#"{"max_completion_tokens":9000}"#, #"{"max_completion_tokens":18000}"#),
    (#"{"max_tokens":1e300}"#, #"{"max_tokens":1e300}"#), (#"{"max_tokens":-1}"#, #"{"max_tokens":-1}"#), ("{}", "{}"),
  ])
func doubledLimits(before: String, after: String) throws {
  #expect(try retry(before, .moreTokens(nil)) == after)
}

@Test("The model is named anew")
func models() throws {
  #expect(try retry(#"{"model":"a","x":1}"#, .model(Array(#"b"c"#.utf8))) == #"{"model":"b\"c","x":1}"#)
  #expect(try retry(#"{}"#, .model(Array("b".utf8))) == #"{"model":"b"}"#)
}

/// What is wrong with these arguments by the schema above.
private func violations(_ arguments: String) throws -> [Violation] {
  let schema = try Schema(Array(schema.utf8))
  var validator = Validator(root: "arguments")
  return validator.violations(in: Array(arguments.utf8).span, with: schema).violations
}

private func failed(_ name: String, _ arguments: String, _ problem: FailedCall.Problem) -> FailedCall {
  FailedCall(name: Array(name.utf8), arguments: Array(arguments.utf8), problem: problem)
}

@Test("The model sees its calls again, each with what is wrong with it")
func feedbackTurn() throws {
  let text = #"{"messages":[\#(assistant((#""functions.f:0""#, #""f""#))),\#(result(#""functions.f:0""#))],"tools":[\#(tool("f")),\#(tool("g"))]}"#
  let turn = FailedTurn(
    calls: [
      failed("f", #"{"a":"x"}"#, .violations(try violations(#"{"a":"x"}"#))), failed("h", "{}", .unknownTool),
      failed("g", #"{"a":"#, .notJSON("it ends too early")), failed("f", #"{"a":1}"#, .none),
    ], text: Array("Let me see.".utf8), reasoning: Array("hm".utf8))
  let after = try retry(text, .feedback(turn))
  let request = try ChatRequest(reading: Array(after.utf8).span)
  let bytes = Array(after.utf8)
  #expect(request.messages.map(\.role) == [.assistant, .tool, .assistant, .tool, .tool, .tool, .tool])
  let ids = ["functions.f:1", "functions.h:2", "functions.g:3", "functions.f:4"]
  #expect(request.calls.dropFirst().map { request.text($0.id, in: bytes.span) } == ids)
  #expect(request.messages.suffix(4).map { request.text($0.toolCallID, in: bytes.span) } == ids)
  #expect(
    request.calls.dropFirst().map { request.text($0.arguments, in: bytes.span) } == [
      #"{"a":"x"}"#, "{}", "{}", #"{"a":1}"#,
    ])
  #expect(after.contains(#""content":"Let me see.","reasoning_content":"hm","tool_calls""#))
  #expect(
    request.messages.suffix(4).map { request.text($0.content, in: bytes.span) } == [
      "Error: the arguments do not match the schema of 'f':\n- `arguments.a`: got string \"x\", want integer\nMake the call again with arguments that are one JSON object and match the schema.",
      "Error: there is no tool named 'h'. Call one of these, or answer in text: 'f', 'g'.",
      "Error: the arguments are not a JSON object: it ends too early. They were: {\"a\":\nMake the call again with arguments that are one JSON object and match the schema.",
      "Not run, because another call of the same turn was wrong. There is nothing wrong with this call: make it again.",
    ])
  // What was there is there still, and normalizing finds nothing to do.
  #expect(after.hasPrefix(text.prefix(while: { $0 != "]" })))
  #expect(normalizeIDs(of: request, in: bytes.span, generation: .k2) == Normalization())
}

@Test("After an empty answer the user says a word")
func emptyAnswer() throws {
  let after = try retry(#"{"messages":[]}"#, .feedback(FailedTurn(calls: [])))
  #expect(after == #"{"messages":[{"role":"user","content":"Your last answer was empty. Go on: call a tool, or answer in text."}]}"#)
  var turn = FailedTurn(calls: [])
  turn.hasMarkup = true
  #expect(try retry(#"{"messages":[]}"#, .feedback(turn)).contains("a tool call within its text"))
}

@Test("Where no call is allowed, none is asked for")
func feedbackWithoutCalls() throws {
  let text = #"{"messages":[],"tool_choice":"none","tools":[\#(tool("f"))]}"#
  var turn = FailedTurn(calls: [])
  #expect(try retry(text, .feedback(turn)).contains("Your last answer was empty. Answer in text."))
  turn.calls = [failed("f", "{}", .violations(try violations("{}"))), failed("h", "{}", .unknownTool)]
  let after = try retry(text, .feedback(turn))
  #expect(after.contains("Answer in text.") && !after.contains("again") && !after.contains("Call one of these"))
}

@Test("A new call has the number of none that a cut history has lost")
func feedbackBehindOrphans() throws {
  let text = #"{"messages":[\#(result(#""functions.g:0""#)),\#(result(#""functions.g:1""#))],"tools":[\#(tool("f"))]}"#
  let call = failed("f", "{}", .violations(try violations("{}")))
  let after = Array(try retry(text, .feedback(FailedTurn(calls: [call, call]))).utf8)
  let request = try ChatRequest(reading: after.span)
  #expect(request.calls.map { request.text($0.id, in: after.span) } == ["functions.f:2", "functions.f:3"])
  #expect(normalizeIDs(of: request, in: after.span, generation: .k2).edits.isEmpty)
}

@Test("K3's ids are unlike any in the history, and results name their tool")
func feedbackForK3() throws {
  let text = #"{"messages":[\#(assistant((#""f_0""#, #""f""#), (#""f_2""#, #""f""#)))],"tools":[\#(tool("f"))]}"#
  let call = failed("f", "{}", .violations(try violations("{}")))
  let after = Array(try retry(text, .feedback(FailedTurn(calls: [call, call])), generation: .k3).utf8)
  let request = try ChatRequest(reading: after.span)
  #expect(request.calls.map { request.text($0.id, in: after.span) } == ["f_0", "f_2", "f_1", "f_3"])
  #expect(request.messages.suffix(2).map { request.text($0.name, in: after.span) } == ["f", "f"])
}

@Test("What nothing can be appended to, or is no request, is an error that says so")
func unusableBodies() throws {
  #expect(throws: RetryError.noMessages) { try retry(#"{"messages":7}"#, .feedback(FailedTurn(calls: []))) }
  #expect(throws: RetryError.unreadable(.notAnObject)) { try retry("[]", .strict) }
}
