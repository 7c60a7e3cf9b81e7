// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

@Test("A request's fields are where the view says")
func requestFields() throws {
  let bytes = Array(
    #"""
    {"n":2,"tool_choice":{"type":"function","function":{"name":"g"}},"tools":[
      {"type":"function","function":{"name":"f","parameters":{"type":"object"}}},
      {"type":"builtin_function","function":{"name":"$web_search"}},{"type":"function","name":"flat"}],
     "stream":true,"model":"kimi-k2","messages":[
      {"role":"system","content":"","tools":[{"type":"function","function":{"name":"late"}}]},
      {"role":"user","content":"hi","name":"ann"},
      {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b"}]},
      {"role":"tool","tool_call_id":"a","content":"ok"},{"role":"_input","content":""}]}
    """#.utf8)
  let request = try ChatRequest(reading: bytes.span)
  func text(_ node: ChatRequest.Node?) -> String? { request.text(node, in: bytes.span) }
  #expect(request.model == "kimi-k2" && request.isStream && request.choiceCount == 2)
  guard case .function(let chosen) = request.toolChoice else { throw Missing() }
  #expect(text(chosen) == "g")
  #expect(request.tools.map { text($0.name) } == ["f", "$web_search", "flat", "late"])
  #expect(request.tools.map(\.isBuiltin) == [false, true, false, false])
  #expect(
    request.tools.map { $0.parameters.map { String(decoding: bytes[request.index.range($0)], as: UTF8.self) } } == [
      #"{"type":"object"}"#, nil, nil, nil,
    ])
  #expect(request.messages.map(\.role) == [.system, .user, .assistant, .tool, .other])
  #expect(request.messages.map(\.calls) == [0..<0, 0..<0, 0..<2, 2..<2, 2..<2])
  #expect(text(request.messages[1].name) == "ann" && text(request.messages[1].content) == "hi")
  #expect(text(request.messages[3].toolCallID) == "a")
  #expect(request.calls.map { text($0.id) } == ["a", "b"])
  #expect(request.calls.map(\.message) == [2, 2] && request.calls.map(\.position) == [0, 1])
  #expect(text(request.calls[0].name) == "f" && text(request.calls[0].arguments) == "{}")
  #expect(request.calls[1].function == nil)
  let facts = request.facts(in: bytes.span, caches: SchemaCaches())
  #expect(
    facts.tools.names == ByteStrings(["f", "$web_search", "flat", "late"]) && facts.callIDs == ByteStrings(["a", "b"]))
}

private struct Missing: Error {}

@Test(
  "A field of the wrong type counts as missing, and never fails",
  arguments: [
    "{}", #"{"messages":null,"tools":null,"tool_choice":null,"stream":null,"model":null,"n":null}"#,
    #"{"messages":{},"tools":{},"tool_choice":[],"stream":"true","model":1,"n":"two"}"#,
    #"{"messages":[null,1,"x",[],{}],"tools":[null,1,{},{"function":null},{"function":{"name":""}},{"function":{"name":7}}],"tool_choice":7,"n":-1}"#,
    #"{"messages":[{"role":"assistant","tool_calls":{}},{"role":"system","tools":7}],"tool_choice":{"function":{}},"n":1.5}"#,
  ])
func oddRequests(body: String) throws {
  let request = try ChatRequest(reading: Array(body.utf8).span)
  #expect(request.model == nil && !request.isStream && request.choiceCount == 1)
  #expect(request.tools.isEmpty && request.calls.isEmpty)
  #expect(request.toolChoice == .missing || request.toolChoice == .other)
}

@Test(
  "The words of tool_choice",
  arguments: [("auto", .auto), ("none", .none), ("required", .required), ("any", .other)]
    as [(String, ChatRequest.ToolChoice)])
func toolChoices(word: String, choice: ChatRequest.ToolChoice) throws {
  #expect(try ChatRequest(reading: Array(#"{"tool_choice":"\#(word)"}"#.utf8).span).toolChoice == choice)
}

@Test("Keys count by what they decode to, and of two the last")
func keys() throws {
  let bytes = Array(
    #"{"mod\u0065l":"a","model":"b","mess\u0061ges":[{"r\u006fle":"us\u0065r"}],"stream":true,"stream":false}"#.utf8)
  let request = try ChatRequest(reading: bytes.span)
  #expect(request.model == "b" && !request.isStream && request.messages.map(\.role) == [.user])
}

@Test("Only what is no JSON object is an error, and it says so")
func notARequest() {
  #expect(throws: ChatRequestError.notAnObject) { try ChatRequest(reading: Array("[]".utf8).span) }
  let error = #expect(throws: ChatRequestError.self) { try ChatRequest(reading: Array(#"{"model":}"#.utf8).span) }
  #expect(error?.description.hasPrefix("the request body is not JSON: at byte 9: ") == true)
}

@Test("A view that reads again has forgotten the last body")
func readsAgain() throws {
  var request = try ChatRequest(
    reading: body([assistant((#""a""#, #""f""#)), result(#""a""#)].joined(separator: ","), tools: ["f"]).span)
  try request.read(Array("{}".utf8).span)
  #expect(request.messages.isEmpty && request.calls.isEmpty && request.tools.isEmpty && request.model == nil)
  try request.read(body(assistant((#""b""#, #""g""#))).span)
  #expect(request.messages.count == 1 && request.messages[0].calls == 0..<1)
}
