// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// A line of K2VV's results: the request, and the vendor's whole answer to it.
private struct RealExchange {
  var facts: RequestFacts
  var response: JSONValue

  init?(_ line: [UInt8]) throws {
    let value = try JSONValue(parsing: line)
    guard let request = value["request"], let response = value["response"] else { return nil }
    let bytes = JSONWriter.bytes(of: request)
    facts = try ChatRequest(reading: bytes.span).facts(in: bytes.span, caches: SchemaCaches())
    self.response = response
  }

  /// The answer as a vendor would have streamed it: text by a few characters, arguments by a few bytes.
  var stream: [UInt8] {
    var events: [String] = []
    func send(_ delta: JSONValue, finish: JSONValue = nil) {
      let chunk: JSONValue = [
        "id": "x", "model": response["model"] ?? nil,
        "choices": [["index": 0, "delta": delta, "finish_reason": finish]],
      ]
      events.append("data: " + String(decoding: JSONWriter.bytes(of: chunk), as: UTF8.self) + "\n\n")
    }
    guard let choice = response["choices"]?[0], let message = choice["message"] else { return [] }
    send(["role": "assistant", "content": ""])
    for piece in pieces(of: message["content"]?.string ?? "") { send(["content": piece]) }
    for (number, call) in (message["tool_calls"]?.array ?? []).enumerated() {
      let index = JSONValue(number)
      let function = call["function"]
      send([
        "tool_calls": [
          [
            "index": index, "id": call["id"] ?? nil, "type": "function",
            "function": ["name": function?["name"] ?? nil, "arguments": ""],
          ]
        ]
      ])
      for piece in pieces(of: function?["arguments"]?.string ?? "") {
        send(["tool_calls": [["index": index, "function": ["arguments": piece]]]])
      }
    }
    send([:], finish: choice["finish_reason"] ?? nil)
    return Array((events.joined() + "data: [DONE]\n\n").utf8)
  }

  private func pieces(of text: String) -> [JSONValue] {
    let characters = Array(text)
    return stride(from: 0, to: characters.count, by: 6).map {
      JSONValue(String(characters[$0..<min($0 + 6, characters.count)]))
    }
  }
}

/// The answers in which something is found, by line, and why that is right.
private let listed: [Int: (codes: [String], reason: String)] = [
  23: (["finish.length"], "this vendor reports 'length' itself: the answer was cut at its limit of tokens")
]

@Test(
  "In the 66 real answers nothing is found but what is listed with a reason, and all their calls are valid",
  .enabled(if: !SharedData.results.isEmpty, "needs k2vv/results.jsonl in the shared data"))
func realAnswers() throws {
  var calls = 0
  for (line, bytes) in SharedData.results.enumerated() {
    let exchange = try #require(try RealExchange(bytes))
    let body = JSONWriter.bytes(of: exchange.response)
    let whole = observe([body], .json, request: exchange.facts)
    let expected = listed[line]?.codes ?? []
    // K2VV's script assembled these answers from streams, and a stream that is not asked for usage has none.
    #expect(whole.findings.map(\.code) == expected + ["usage.missing"], "answer \(line)")
    let stream = exchange.stream
    var observer = ResponseObserver(format: .eventStream, request: exchange.facts, options: .watchesCalls)
    observer.feed(stream.span)
    let streamed = observer.finish(.complete)
    #expect(observer.deaths == [], "stream \(line)")
    if line % 8 == 0 {
      let ways = DripFeed.cuts(of: stream, randomCuts: 1)
      for (name, pieces) in ways {
        #expect(observe(pieces, .eventStream, request: exchange.facts) == streamed, "stream \(line) fed \(name)")
      }
    }
    #expect(streamed.findings.map(\.code) == expected, "stream \(line)")
    #expect(streamed.choices.map(\.finishReason) == whole.choices.map(\.finishReason))
    #expect(streamed.choices.map(\.hasText) == whole.choices.map(\.hasText))
    for (one, other) in zip(streamed.choices.flatMap(\.calls), whole.choices.flatMap(\.calls)) {
      #expect(one.id == other.id && one.name == other.name && one.arguments == other.arguments)
      #expect(one.verdict == CallVerdict(k2vvValid: true, valid: true) && other.verdict == one.verdict)
      calls += 1
    }
    #expect(streamed.callCount == whole.callCount)
  }
  #expect(calls == 20)
}
