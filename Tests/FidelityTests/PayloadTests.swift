// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Testing

@Suite struct PayloadTests {
  private func differences(_ vendor: String, _ reference: String, limit: Int = 32) -> [String] {
    PayloadComparison(
      vendor: [ToolCall(name: "t", arguments: vendor)], reference: [ToolCall(name: "t", arguments: reference)],
      limit: limit
    ).differences.map { difference in
      let texts = [difference.vendor, difference.reference].map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "–" }
      return "\(difference.pointer) \(texts[0]) \(texts[1])"
    }
  }

  @Test("Spelling is not a difference", arguments: [
    (#"{"a":1,"b":2}"#, #"{ "b" : 2 , "a" : 1 }"#), ("[1,1.0,1e0]", "[1.0,1E+0,10e-1]"), ("0", "-0.0"),
    ("100", "1e2"), ("0.001", "1e-3"), ("1e400", "10e399"), (#""é""#, #""\u00e9""#), (#"{"a":1,"a":2}"#, #"{"a":2}"#),
    ("123456789012345678901234567890", "1.2345678901234567890123456789e29"), ("not json", "not json"), ("{}", " {}"),
  ])
  func equal(_ left: String, _ right: String) {
    #expect(differences(left, right).isEmpty && differences(right, left).isEmpty)
  }

  @Test("Differences are told path by path", arguments: [
    (#"{"a":1}"#, #"{"a":2}"#, ["/a 1 2"]), (#"{"a":1}"#, #"{"b":1}"#, ["/a 1 –", "/b – 1"]),
    (#"{"a":[1,2]}"#, #"{"a":[1,3,4]}"#, ["/a/1 2 3", "/a/2 – 4"]), ("1", "\"1\"", [" 1 \"1\""]), ("{}", "[]", [" {} []"]),
    (#"{"a/b":{"~":null}}"#, #"{"a/b":{"~":false}}"#, ["/a~1b/~0 null false"]), ("{}", "", [" {} "]),
    ("0.1", "0.10000000000000001", [" 0.1 0.10000000000000001"]), ("1e999", "1e1000", [" 1e999 1e1000"]),
    (#""e\u0301""#, #""é""#, [" \"e\u{301}\" \"é\""]), ("1e99999999999999999999", "1", [" 1e99999999999999999999 1"]),
  ])
  func different(_ left: String, _ right: String, _ expected: [String]) {
    #expect(differences(left, right) == expected)
  }

  @Test func theNumberAndLengthOfDifferencesAreBounded() {
    let many = "[" + (0..<1000).map { String($0) }.joined(separator: ",") + "]"
    #expect(differences(many, "[]", limit: 5).count == 5)
    let long = "\"" + String(repeating: "é", count: 1000) + "\""
    let comparison = PayloadComparison(
      vendor: [ToolCall(name: "t", arguments: long)], reference: [ToolCall(name: "t", arguments: "1")])
    let text = comparison.differences.first?.vendor ?? []
    #expect(text.count <= Difference.textLimit && String(validating: text, as: UTF8.self) != nil)
    let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    #expect(differences(deep, "1").count == 1, "too deep to read counts as no JSON")
  }

  @Test func callsAreMatchedEqualOnesFirstThenTheNearest() throws {
    let comparison = PayloadComparison(
      vendor: [
        ToolCall(name: "search", arguments: #"{"q":"b","n":5}"#), ToolCall(name: "search", arguments: #"{"q":"a"}"#),
        ToolCall(name: "read", arguments: "{}"),
      ],
      reference: [
        ToolCall(name: "search", arguments: #"{"q":"a"}"#), ToolCall(name: "search", arguments: #"{"x":1,"y":2,"z":3}"#),
        ToolCall(name: "search", arguments: #"{"q":"c","n":5.0}"#), ToolCall(name: "write", arguments: "{}"),
      ])
    #expect(!comparison.isSameTools && !comparison.isSameNumber && !comparison.isSameArguments)
    #expect(comparison.matchedCalls == 2 && comparison.equalCalls == 1)
    #expect(comparison.differences.map(\.pointer.description) == ["/q", "", "", ""])
    #expect(comparison.differences.map(\.call) == [0, 1, 2, 3])
    #expect(comparison.differences.map { $0.vendor == nil } == [false, true, false, true])
  }

  @Test func theOrderOfCallsDoesNotMatterButTheirNumberDoes() {
    let (a, b) = (ToolCall(name: "a", arguments: "{}"), ToolCall(name: "b", arguments: "{\"x\":1}"))
    #expect(PayloadComparison(vendor: [a, b], reference: [b, a]).isSameArguments)
    let twice = PayloadComparison(vendor: [a, a], reference: [a])
    #expect(twice.isSameTools && !twice.isSameNumber && !twice.isSameArguments && twice.equalCalls == 1)
    #expect(PayloadComparison(vendor: [], reference: []).isSameArguments)
    let many = (0..<40).map { ToolCall(name: "t", arguments: "\($0)") }
    #expect(PayloadComparison(vendor: many, reference: many.reversed()).isSameArguments)
    #expect(PayloadComparison(vendor: many, reference: many.map { ToolCall(name: "t", arguments: "[\($0.arguments)]") })
      .matchedCalls == 40)
  }

  @Test("Prompt lengths are held against KVV's tolerance", arguments: [
    (100, 100, 0), (103, 100, 0), (104, 100, 1), (99, 100, -1), (nil, 100, nil), (100, nil, nil),
  ] as [(Int?, Int?, Int?)])
  func promptTokens(_ vendor: Int?, _ reference: Int?, _ side: Int?) {
    var tokens = PromptTokens()
    tokens.add(vendor: vendor, reference: reference)
    #expect([tokens.below, tokens.within, tokens.above] == [side == -1 ? 1 : 0, side == 0 ? 1 : 0, side == 1 ? 1 : 0])
    #expect(tokens.count == (side == nil ? 0 : 1) && (tokens.mean == nil) == (side == nil))
  }

  @Test func absurdPromptLengthsAreCountedNotTrapped() {
    var tokens = PromptTokens()
    for pair in [(Int.max, Int.min), (Int.min, Int.max), (Int.max, Int.min)] {
      tokens.add(vendor: pair.0, reference: pair.1)
    }
    #expect(tokens.above == 2 && tokens.below == 1 && tokens.range == Int.min...Int.max)
  }
}
