// SPDX-License-Identifier: Apache-2.0
import JSON
import Replay
import Testing

@Suite struct StreamAssemblyTests {
  private func assemble(_ text: String, piece: Int = .max, limit: Int = 64 << 20, textLimit: Int = 16 << 20) throws -> StreamAssembly {
    var assembly = StreamAssembly(limit: limit, textLimit: textLimit)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      try assembly.feed(Array(rest.prefix(piece)))
      rest = rest.dropFirst(piece)
    }
    return assembly
  }

  private func stream(_ events: String...) -> String { events.map { "data: \($0)\n\n" }.joined() }

  private func message(_ events: String...) throws -> JSONValue? {
    try assemble(events.map { "data: \($0)\n\n" }.joined()).response(model: "m")["choices"]?[0]
  }

  @Test("A stream becomes the response that K2VV writes, whatever the cuts", arguments: [1, 2, 7, 1000])
  func whole(piece: Int) throws {
    let assembly = try assemble(
      stream(
        #"{"id":"a","created":5,"choices":[{"delta":{"role":"assistant","content":"Hé"}}]}"#,
        #"{"id":"b","choices":[{"delta":{"reasoning_content":"hm"}}]}"#,
        #"{"id":"","choices":[{"delta":{"content":"llo","tool_calls":[{"index":0,"id":"x","type":"function","function":{"name":"f","arguments":"{"}}]}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"finish_reason":"tool_calls","usage":{"total_tokens":9}}]}"#,
        #"{"choices":[],"usage":{"total_tokens":10}}"#,
        "[DONE]", "not looked at"), piece: piece)
    let expected: JSONValue = [
      "id": "b", "object": "chat.completion", "created": 5, "model": "m",
      "choices": [
        [
          "index": 0,
          "message": [
            "role": "assistant", "content": "Héllo",
            "tool_calls": [["id": "x", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
            "reasoning_content": "hm",
          ],
          "finish_reason": "tool_calls",
        ]
      ],
      "usage": ["total_tokens": 9],
    ]
    #expect(assembly.response(model: "m").description == expected.description)
    #expect(assembly.trailingUsage == ["total_tokens": 10])
    #expect(assembly.isDone)
  }

  @Test("A stream without a finish reason finished with stop, and one without events is an empty answer")
  func empty() throws {
    let expected: JSONValue = [
      "index": 0, "message": ["role": "assistant", "content": "", "tool_calls": nil], "finish_reason": "stop",
    ]
    #expect(try assemble("").response(model: "m")["choices"]?[0] == expected)
    #expect(try message(#"{"choices":[]}"#, #"{"choices":[{"delta":{},"finish_reason":null}]}"#) == expected)
    #expect(try assemble("").response(model: "m")["usage"] == .null)
  }

  @Test("Of a call's id and type the first delta counts, of its name the last that is not empty")
  func callParts() throws {
    let choice = try message(
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":null,"function":{"name":"a"}}]}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"late","type":"function","function":{"name":"ab","arguments":"1"}}]}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"","arguments":"2"}},{"index":0}]}}]}"#)
    #expect(
      choice?["message"]?["tool_calls"]
        == [["id": nil, "type": nil, "function": ["name": "ab", "arguments": "12"]]])
  }

  @Test("Calls stand in the order in which they began; an index of null or none is 0")
  func indices() throws {
    let choice = try message(
      #"{"choices":[{"delta":{"tool_calls":[{"index":5,"id":"five","function":{"name":"f"}}]}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"index":null,"id":"zero","function":{"name":"z","arguments":"a"}}]}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"id":"again","function":{"arguments":"b"}}]}}]}"#)
    let calls = choice?["message"]?["tool_calls"]?.array ?? []
    #expect(calls.map { $0["id"]?.string } == ["five", "zero"])
    #expect(calls.map { $0["function"]?["arguments"]?.string } == ["", "ab"])
  }

  @Test("Of a thousand calls whose parts come in turn each keeps its own")
  func manyCalls() throws {
    let count = 1000
    func event(_ indices: some Sequence<Int>, _ call: (Int) -> String) -> String {
      #"{"choices":[{"delta":{"tool_calls":[\#(indices.map(call).joined(separator: ","))]}}]}"#
    }
    let choice = try message(
      event(0..<count) { #"{"index":\#(7 * $0),"id":"\#($0)","function":{"name":"f","arguments":"a\#($0)"}}"# },
      event((0..<count).reversed()) { #"{"index":\#(7 * $0),"function":{"arguments":"b\#($0)"}}"# })
    let calls = choice?["message"]?["tool_calls"]?.array ?? []
    #expect(calls.compactMap { $0["id"]?.string } == (0..<count).map { "\($0)" })
    #expect(calls.compactMap { $0["function"]?["arguments"]?.string } == (0..<count).map { "a\($0)b\($0)" })
  }

  @Test("A stream that is not done when as much came as is read has failed, whatever the cuts", arguments: [1, 7, 1000])
  func limit(piece: Int) throws {
    let text = stream(#"{"choices":[{"delta":{"content":"a"}}]}"#, "[DONE]")
    let length = text.utf8.count
    let whole = try assemble(text + ": more\n\n", piece: piece, limit: length)
    #expect(whole.isDone && whole.isFull)
    #expect(try !assemble(text, piece: piece, limit: length + 1).isFull)
    let failure = #expect(throws: Failure.self) { try assemble(text, piece: piece, limit: length - 1) }
    #expect(failure == Failure(type: "APIError", message: "the answer is longer than 0 MiB"))
    // What never becomes an event counts too.
    #expect(throws: Failure.self) { try assemble(String(repeating: ": ping\n\n", count: 20), piece: piece, limit: 100) }
  }

  @Test(
    "Of text, reasoning and arguments together no more is kept than is read of an answer that is no stream",
    arguments: [
      #"{"choices":[{"delta":{"content":"aaaaaaaaaa"}}]}"#, #"{"choices":[{"delta":{"reasoning_content":"aaaaaaaaaa"}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"aaaaaaaaaa"}}]}}]}"#,
    ])
  func textLimit(event: String) throws {
    let events = String(repeating: stream(event), count: 10)
    _ = try assemble(events, textLimit: 100)
    let failure = #expect(throws: Failure.self) { try assemble(events, textLimit: 99) }
    #expect(failure?.type == "APIError")
  }

  @Test("A vendor that begins more calls, or sends more values in an event, than any model does has failed")
  func hostile() throws {
    let calls = (0..<1024).map { #"{"index":\#($0)}"# }
    let event = { (calls: [String]) in #"{"choices":[{"delta":{"tool_calls":[\#(calls.joined(separator: ","))]}}]}"# }
    #expect(try message(event(calls))?["message"]?["tool_calls"]?.array?.count == 1024)
    let failure = #expect(throws: Failure.self) { try message(event(calls), event([#"{"index":1024}"#])) }
    #expect(failure?.message == "more than 1024 calls in an answer")
    let many = #expect(throws: Failure.self) { try message("[" + String(repeating: "0,", count: 1 << 20) + "0]") }
    #expect(many?.message.contains("more than 1048576 values and keys") == true)
  }

  @Test("Only the first choice of an event counts, whatever its index")
  func firstChoice() throws {
    let choice = try message(
      #"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}"#)
    #expect(choice?["message"]?["content"] == "a")
    #expect(choice?["finish_reason"] == "stop")
  }

  @Test(
    "An event that the SDK raises for fails the request",
    arguments: [
      (#"{"error":{"message":"overloaded","code":1}}"#, "APIError", "overloaded"),
      (#"{"error":"plain"}"#, "APIError", "plain"),
      (#"{"choices":["#, "JSONDecodeError", "an event of the stream is not JSON"),
    ])
  func errors(event: String, type: String, message: String) throws {
    let failure = #expect(throws: Failure.self) { try assemble(stream(event)) }
    #expect(failure?.type == type)
    #expect(failure?.message.hasPrefix(message) == true)
    #expect(failure?.isRetryable == false)
  }
}
