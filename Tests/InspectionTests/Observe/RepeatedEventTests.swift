// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inspection
import Testing

/// Streams whose events hardly differ, in every way in which one may still differ from the last: what is read the short way must
/// be what reading says that never can take it, because no input holds a whole event.
@Suite struct RepeatedEventTests {
  private static let texts = [
    "a", "word ", "", "\\n", "\\\"", "\\u00e9", "é", "你好", "<|tool", "{\\\"q\\\":", "x\u{7F}", "\t", String(repeating: "long ", count: 40),
  ]

  private func event(_ generator: inout SeededGenerator) -> String {
    let text = Self.texts.randomElement(using: &generator) ?? ""
    let data =
      switch Int.random(in: 0..<20, using: &generator) {
      case 0..<9: #"{"id":"1","choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}]}"#
      case 9..<11: #"{"id":"1","choices":[{"index":0,"delta":{"reasoning_content":"\#(text)"},"finish_reason":null}]}"#
      case 11..<16: #"{"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\#(text)"}}]}}]}"#
      case 16: #"{"id":"1","choices":[{"index":1,"delta":{"content":"\#(text)"},"finish_reason":null}]}"#
      case 17: #"{"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#
      case 18: #"{"id":"1","choices":[{"index":0,"delta":{"content":"\#(text)","#
      default: "[DONE]"
      }
    let field = ["data: ", "data: ", "data: ", "data: ", "data:", "data : ", "event: x\ndata: ", ": hm\ndata: ", "data: \ndata: "]
    let end = ["\n\n", "\n\n", "\n\n", "\n\n", "\r\n\r\n", "\r\r", "\n\n\n", "\n: after\n\n", "\n", "\"}\n\n"]
    return (field.randomElement(using: &generator) ?? "") + data + (end.randomElement(using: &generator) ?? "")
  }

  @Test func `An event like the last one is what it would be by itself`() {
    let seed = ProcessInfo.processInfo.environment["BELAY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...999_999)
    var generator = SeededGenerator(seed: seed)
    let rounds = ProcessInfo.processInfo.environment["BELAY_LONG_TESTS"] != nil ? 20_000 : 400
    for round in 0..<rounds {
      var stream: [UInt8] = []
      var last = event(&generator)
      for _ in 0..<Int.random(in: 1...30, using: &generator) {
        // Runs of the very same frame are what is looked for; changes in between are what it must notice.
        if Int.random(in: 0..<3, using: &generator) == 0 { last = event(&generator) }
        let text = Self.texts.randomElement(using: &generator) ?? ""
        stream += last.replacing("word ", with: text).utf8
      }
      var whole = ResponseObserver(format: .eventStream, request: Fixture.request, options: [.keepsText, .keepsReasoning])
      whole.feed(stream.span)
      var dripping = ResponseObserver(format: .eventStream, request: Fixture.request, options: [.keepsText, .keepsReasoning])
      for at in stream.indices { dripping.feed(stream.span.extracting(at..<(at + 1))) }
      #expect(
        whole.finish(.complete) == dripping.finish(.complete), "seed \(seed), round \(round): \(String(decoding: stream, as: UTF8.self))")
    }
  }
}
