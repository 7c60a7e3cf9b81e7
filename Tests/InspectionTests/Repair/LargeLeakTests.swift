// SPDX-License-Identifier: Apache-2.0
import Inspection
import TestSupport
import Testing

/// Answers built to take a step for every pair of things in them.
@Suite(.timeLimit(.minutes(1))) struct LargeLeakTests {
  private static let leaked = "<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|>"

  private static func rest(_ text: String) -> String {
    String(decoding: MarkupParser(tools: ByteStrings(["f"])).parse(Array((leaked + text).utf8)).text, as: UTF8.self)
  }

  @Test("100,000 end tokens behind a megabyte of text") func manyEndTokens() {
    let text = String(repeating: "x", count: 1 << 20)
    #expect(Self.rest(text + String(repeating: "</think>", count: 100_000)) == text)
    let nested = String(repeating: "<|im_", count: 50_000) + String(repeating: "end|>", count: 50_000)
    #expect(Self.rest("x" + nested) == "x")
  }

  @Test("End tokens go as they would one by one from the left", arguments: 0..<UInt64(300)) func endTokens(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let parts = ["<|im_", "end|>", "<|im_end|>", "</th", "ink>", "</think>", "<|end_of_", "msg|>", "<|end_of_msg|>", "<", ">", "x"]
    let text = (0..<Int.random(in: 0...30, using: &generator)).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
    var expected = text
    for token in ["<|im_end|>", "<|end_of_msg|>", "</think>"] {
      while let place = expected.firstRange(of: token) { expected.removeSubrange(place) }
    }
    #expect(Self.rest(text) == expected)
  }

  @Test("A thousand calls, and a thousand leaked that may be the same") func manyTwins() {
    let request = facts([("f", "")])
    func leak(_ numbers: Range<Int>) -> String {
      numbers.map { #"<|tool_call_begin|>functions.f:\#($0)<|tool_call_argument_begin|>{"b":[\#($0)],"a":1}<|tool_call_end|>"# }.joined()
    }
    // With members in another order they are the same calls.
    let calls = (0..<1000).map { (number: Int) in call("f", #"{"a": 1, "b": [\#(number)]}"#, id: "functions.f:\(number)", index: number) }
    let mended = answer(calls, leak: leak(0..<1020)).repaired(with: [.leakedCalls], request: request, ids: .vendor).summary.choices[0]
    #expect(mended.calls.count == 1020)
    #expect(mended.calls.suffix(20).map(\.index) == (1000..<1020).map { $0 })
    // More than are told apart in an answer stay text.
    let kept = answer([], leak: leak(0..<30_000)).repaired(with: [.leakedCalls], request: request, ids: .vendor)
    #expect(kept.repairs.isEmpty)
  }

  @Test("Of a million calls the first thousand are looked at", arguments: [
    "<|tool_call_begin|>f:0 ", "<|tool_call_begin|>", "<|open|>call tool=\"f\"<|sep|><a",
    "<|tool_calls_section_begin|>" + String(repeating: #"functions.f:0<|tool_call_argument_begin|>{"q":"a"}"#, count: 2000),
    "<|tool_calls_section_begin|>" + String(repeating: #"functions.f:0{"q":"a"}"#, count: 2000),
  ])
  func manyCalls(unit: String) {
    let text = Array(String(repeating: unit, count: 15_000_000 / unit.utf8.count).utf8)
    let time = cpuTime {
      let result = MarkupParser(tools: ByteStrings(["f"])).parse(text)
      #expect(result.calls.count == 1025 && result.isSpoilt)
    }
    #expect(time < .seconds(2))
  }

  @Test("15 MB of blanks behind the beginning of a call", arguments: ["<|open|>", "<|tool_call_begin|>"]) func manyBlanks(start: String) {
    let request = facts([("f", "")])
    let summary = answer([], finish: "stop", leak: start + String(repeating: " ", count: 15_000_000))
    let time = cpuTime {
      let mended = summary.repaired(with: allRules, request: request, ids: .vendor).summary
      #expect(mended.first.calls.isEmpty && !mended.first.quotesMarkup(request.tools.names))
    }
    #expect(time < .seconds(2))
  }

  @Test("50,000 snapshots of an object with 50,000 members") func manySnapshots() {
    let request = facts([("f", "")])
    let members = (0..<50_000).map { #""k\#($0)":1"# }.joined(separator: ",")
    for (earlier, last) in [("{}", "{\(members)}"), (#"{"o":{}}"#, #"{"o":{\#(members)}}"#)] {
      let arguments = String(repeating: earlier, count: 50_000) + last
      let mended = answer([call("f", arguments)]).repaired(with: [.surroundingJunk], request: request, ids: .vendor).summary.choices[0]
      #expect(mended.calls[0].arguments.elementsEqual(last.utf8))
    }
  }

  @Test(
    "A snapshot has the same values in the same order, and only its last is unfinished",
    arguments: [
      (#"{"a":1}"#, #"{"a":1,"b":2}"#, true), (#"{"a":1}"#, #"{"a":12}"#, true), (#"{"a":1,"b":2}"#, #"{"a":12,"b":2}"#, false),
      (#"{"a":{"x":1,"y":2}}"#, #"{"a":{"y":2,"x":1},"b":3}"#, true), (#"{"x":1,"y":2}"#, #"{"y":2,"x":1}"#, false),
      (#"{"a":{"x":1,"y":2}}"#, #"{"a":{"y":2,"x":1,"z":0}}"#, false), (#"{"a":[1,{"b":"t"}]}"#, #"{"a":[1,{"b":"text"},2]}"#, true),
      (#"{"a":[{"b":"t"},1]}"#, #"{"a":[{"b":"text"},1]}"#, false), (#"{"a":1,"a":1}"#, #"{"a":1}"#, false),
      (#"{"a":{"x":{"p":1,"q":[]},"y":2}}"#, #"{"a":{"y":2,"x":{"q":[],"p":1}}}"#, true), (#"{"a":null}"#, #"{"a":1}"#, false),
    ])
  func snapshots(earlier: String, later: String, isSnapshot: Bool) {
    let mended = answer([call("f", earlier + later)])
      .repaired(with: [.surroundingJunk], request: facts([("f", "")]), ids: .vendor).summary.choices[0]
    #expect(mended.calls[0].arguments.elementsEqual((isSnapshot ? later : earlier + later).utf8))
  }
}
