// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import Testing

/// `enforce` and answers with members of other kinds, or in other places, than clients read: what says nothing to Belay says nothing to any.
@Suite struct PlainFormTests {
  typealias Script = EnforcementTests.Script

  private func run(stream: Bool = true) throws -> Run {
    try Run(EnforcementTests.request(stream: stream)) { $0.settings.enforce.attempts = 1 }
  }

  private static func body(_ choice: String) -> String {
    #"{"id":"a","object":"chat.completion","created":1,"model":"m","choices":[\#(choice)]}"#
  }

  @Test("a call in the delta of a whole answer is mended there", arguments: ["null", #""x""#, "[]"], [false, true])
  func callInDelta(message: String, stream: Bool) throws {
    let pieces = [#"{\"path\":\"a\","#, #"\"limit\":\"1\"}"#].enumerated().map { number, piece in
      #"{"index":0,\#(number == 0 ? #""id":"functions.read:0","type":"function","# : "")"function":{\#(number == 0 ? #""name":"read","# : "")"arguments":"\#(piece)"}}"#
    }
    let delta = #"{"role":"assistant","tool_calls":[\#(pieces.joined(separator: ","))]}"#
    var run = try Run(EnforcementTests.request(stream: stream))
    run.head([("Content-Type", "application/json")])
    run.body(Self.body(#"{"index":0,"message":\#(message),"delta":\#(delta),"finish_reason":"tool_calls"}"#))
    run.end()
    let choice = stream ? run.events.first?["choices"]?[0] : try JSONValue(parsing: Array(run.client.utf8))["choices"]?[0]
    let calls = choice?[stream ? "delta" : "message"]?["tool_calls"]?.array
    #expect(run.record?.verdict == .valid && calls?.count == 1)
    #expect(calls?.first?["function"]?["arguments"] == #"{"path":"a","limit":1}"#)
  }

  /// Of a chunk's choice; and what is left of it.
  static let choices: [(came: String, left: String)] = [
    (#""delta":{"content":5}"#, #""delta":{"content":null}"#), (#""delta":{"content":{"text":"x"}}"#, #""delta":{"content":null}"#),
    (#""delta":{"refusal":7}"#, #""delta":{"refusal":null}"#), (#""delta":{"reasoning_content":["x"]}"#, #""delta":{"reasoning_content":null}"#),
    (#""delta":{"role":"system"}"#, #""delta":{"role":"assistant"}"#), (#""delta":{"role":["x"]}"#, #""delta":{"role":"assistant"}"#),
    (#""delta":{"tool_calls":"x"}"#, #""delta":{"tool_calls":[]}"#), (#""delta":{"tool_calls":{}}"#, #""delta":{"tool_calls":[]}"#),
    (#""delta":{"function_call":""}"#, #""delta":{"function_call":null}"#), (#""delta":{"content":[]}"#, #""delta":{"content":""}"#),
    (#""delta":{"function_call":{"name":null,"arguments":null}}"#, #""delta":{"function_call":null}"#),
    (#""delta":{"function_call":{}}"#, #""delta":{"function_call":null}"#), (#""delta":{"images":5}"#, #""delta":{"images":null}"#),
    (#""delta":{"audio":"x"}"#, #""delta":{"audio":null}"#), (#""delta":{"provider_specific_fields":[]}"#, #""delta":{"provider_specific_fields":null}"#),
    (#""delta":"x""#, #""delta":{}"#), (#""delta":["x"]"#, #""delta":{}"#), (#""delta":{},"message":null"#, #""delta":{},"vendor_message":null"#),
    (#""delta":{},"message":"x""#, #""delta":{},"vendor_message":"x""#), (#""delta":{},"message":["x"]"#, #""delta":{},"vendor_message":["x"]"#),
    (#""delta":{},"finish_reason":["stop"]"#, #""delta":{},"finish_reason":null"#), (#""delta":{},"logprobs":"x""#, #""delta":{},"logprobs":null"#),
    (#""finish_reason":"stop""#, #""finish_reason":"stop","delta":{}"#), (#""delta":null,"finish_reason":"stop""#, #""delta":{},"finish_reason":"stop""#),
    (#""message":"x","finish_reason":"stop""#, #""vendor_message":"x","finish_reason":"stop","delta":{}"#),
  ]

  @Test("what is of another kind than it should be, and said nothing, leaves as nothing; annotate changes none of it", arguments: choices, [Mode.annotate, .enforce])
  func oddMembers(odd: (came: String, left: String), mode: Mode) throws {
    func chunk(_ members: String) -> String { #"{"id":"a","object":"chat.completion.chunk","choices":[{"index":0,\#(members)}]}"# }
    func answer(_ members: String) -> String { Script().text("hi").adding(chunk(members)).text(" there").finish("stop").bytes }
    var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.mode = mode }
    run.answer(answer(odd.came))
    #expect(run.record?.verdict == .valid)
    #expect(run.client == answer(mode == .annotate ? odd.came : odd.left).replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
  }

  /// Between strings of a stream OpenAI's SDK for Python leaves out what is none.
  @Test("text in parts is one string", arguments: [
    (#"[{"type":"text","text":"no"},{"type":"text","text":"t \u0022"}]"#, ""), (#"["no","t \""]"#, ""),
    (#"["not \"",{"type":"image_url","n":1}]"#, #","vendor_content":["not \"",{"type":"image_url","n":1}]"#),
  ])
  func textInParts(parts: String, others: String) throws {
    func answer(_ delta: String) -> String { Script().text("do ").adding(Script.chunk(delta)).text("delete it").finish("stop").bytes }
    var run = try run()
    run.answer(answer(#"{"content":\#(parts)}"#))
    #expect(run.record?.verdict == .valid)
    #expect(run.client == answer(#"{"content":"not \""\#(others)}"#).replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
  }

  @Test("so it is in a whole answer, but among parts of other kinds", arguments: [
    (#"[{"type":"text","text":"a"},"b"]"#, #""ab""#), ("[]", #""""#), (#"["a",{"type":"image_url"}]"#, #"["a",{"type":"image_url"}]"#),
  ])
  func wholeInParts(came: String, left: String) throws {
    func answer(_ content: String) -> String { Self.body(#"{"index":0,"message":{"role":"assistant","content":\#(content),"refusal":"no"},"finish_reason":"stop"}"#) }
    var run = try run(stream: false)
    run.head([("Content-Type", "application/json")])
    run.body(answer(came))
    run.end()
    #expect(run.client == answer(left) && run.record?.verdict == .valid)
  }

  @Test("parts that are no text stay where they are as they came in a stream", arguments: [#"[{"type":"thinking","thinking":[]}]"#, #"[{"type":"image_url"}]"#])
  func otherParts(parts: String) throws {
    let answer = Script().adding(Script.chunk(#"{"content":\#(parts)}"#)).text("hi").finish("stop").bytes
    var run = try run()
    run.answer(answer)
    #expect(run.client == answer.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
  }

  static let chunks = [
    (#"{"choices":null,"usage":null}"#, #"{"choices":[],"usage":null}"#), (#"{"choices":"x"}"#, #"{"choices":[]}"#),
    (#"{"choices":{}}"#, #"{"choices":[]}"#), (#"{"choices":[],"chunk":"x"}"#, #"{"choices":[],"vendor_chunk":"x"}"#),
    (#"{"choices":[],"usage":"x"}"#, #"{"choices":[],"usage":null}"#),
  ]

  @Test("the same of a chunk", arguments: chunks)
  func oddChunk(odd: (came: String, left: String)) throws {
    func answer(_ chunk: String) -> String {
      Script().text("hi").adding(#"{"object":"chat.completion.chunk","# + chunk.dropFirst()).finish("stop").bytes
    }
    var run = try run()
    run.answer(answer(odd.came))
    #expect(run.record?.verdict == .valid)
    #expect(run.client == answer(odd.left).replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
  }

  @Test("a list with something else in it than objects is none", arguments: [
    #"{"choices":[null]}"#, #"{"choices":["x"]}"#, Script.chunk(#"{"tool_calls":[null]}"#), Script.chunk(#"{"tool_calls":["x"]}"#),
  ])
  func oddElements(chunk: String) throws {
    var run = try run()
    run.answer(Script().text("hi").adding(chunk).finish("stop").bytes)
    #expect(run.record?.verdict == .invalid && run.record?.attempts.first?.findings.contains { $0.code == "stream.not_json" } == true)
  }

  @Test("numbers at which Python fails are in no answer that is told to be valid")
  func longNumbers() throws {
    let number = String(repeating: "9", count: 5000)
    var (chunk, call) = (try run(), try run())
    chunk.answer(Script().text("hi").adding(#"{"id":"a","created":\#(number),"choices":[{"index":0,"delta":{"content":"x"}}]}"#).finish("stop").bytes)
    #expect(chunk.record?.verdict == .invalid)
    call.answer(Script().call("read", #"{"path":"a","limit":\#(number)}"#).finish().bytes)
    #expect(call.record?.verdict == .unknown)
  }

  @Test("the message of a whole answer is the assistant's", arguments: ["system", "user", "tool", ""])
  func role(role: String) throws {
    var run = try run(stream: false)
    run.head([("Content-Type", "application/json")])
    run.body(Self.body(#"{"index":0,"message":{"role":"\#(role)","content":"hi","refusal":5},"finish_reason":"stop"}"#))
    run.end()
    let message = try JSONValue(parsing: Array(run.client.utf8))["choices"]?[0]?["message"]
    #expect(message?["role"]?.string == (role.isEmpty ? "" : "assistant") && message?["content"] == "hi" && message?["refusal"] == .null)
  }

  /// OpenAI's SDK for Python passes over the others, and Belay's own call themselves so.
  @Test("all chunks of an answer call themselves so", arguments: [[0, 1, 2, 3, 4], [2], [0], [1, 2, 3, 4], [4]])
  func names(unnamed: [Int]) throws {
    let name = #""object":"chat.completion.chunk","#
    for other in ["", #""object":"text_completion","#, #""object":null,"#] {
      let events = Script().text("do ").text("not ").text("delete").finish("stop").events.enumerated().map { number, event in
        unnamed.contains(number) ? event.replacing(name, with: other) : event
      }
      var run = try run()
      run.answer(events.map { "data: \($0)\n\n" }.joined())
      let chunks = run.events.filter { $0["choices"] != nil }
      #expect(run.record?.verdict == .valid && chunks.count == 6 && chunks.allSatisfy { $0["object"] == "chat.completion.chunk" })
    }
  }

  @Test("so do those of an attempt that another follows whose vendor names none")
  func namesOfAttempts() throws {
    let name = #""object":"chat.completion.chunk","#
    for (first, second) in [(name, ""), ("", name)] {
      var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.repairs = [] }
      run.head()
      run.body(Script().text("hi").call("read", #"{"path":7,"#).bytes.replacing(name, with: first))
      run.answer(Script().call("read", EnforcementTests.good).finish().bytes.replacing(name, with: second))
      #expect(run.record?.verdict == .valid && run.arguments == EnforcementTests.good)
      #expect(run.events.allSatisfy { $0["object"] == "chat.completion.chunk" })
    }
  }
}
