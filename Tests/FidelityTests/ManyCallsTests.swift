// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import TestSupport
import Testing

/// Answers with many calls, and calls that are written in many ways.
@Suite struct ManyCallsTests {
  @Test func comparedByMeaningAsByTryingEachWithEach() {
    var random = SeededRandom(stream: 41)
    var equal = 0
    for round in 0..<(isLongRun ? 100_000 : 2000) {
      let most = random.happens(0.05) ? 24 : 6
      let (vendor, reference) = (Spelling.calls(most, &random), Spelling.calls(most, &random))
      let limit = random.happens(0.3) ? 1 : 32
      let comparison = PayloadComparison(vendor: vendor, reference: reference, limit: limit)
      let oracle = PairwiseComparison(vendor: vendor, reference: reference, limit: limit)
      let texts = [vendor, reference].map { $0.map { String(decoding: $0.arguments, as: UTF8.self) } }
      guard oracle.agrees(with: comparison) else {
        Issue.record("round \(round): \(texts): \(comparison), not \(oracle)")
        return
      }
      let counts = PayloadComparison(vendor: vendor, reference: reference, limit: 0)
      #expect(counts.equalCalls == oracle.equalCalls && counts.matchedCalls == oracle.matchedCalls && counts.differences.isEmpty)
      #expect(comparison.isSameArguments == oracle.differences.isEmpty && counts.isSameArguments == comparison.isSameArguments)
      equal += comparison.equalCalls
    }
    #expect(equal > 200, "hardly any were equal: nothing is shown")
  }

  @Test func callsAreEqualWhereTheyMeanTheSame() {
    var random = SeededRandom(stream: 42)
    for _ in 0..<5000 {
      let calls = Spelling.calls(2, &random)
      for one in calls {
        for other in calls where one.name == other.name {
          let isEqual = PairwiseComparison(vendor: [one], reference: [other]).equalCalls == 1
          #expect((CallMeaning(one) == CallMeaning(other)) == isEqual)
        }
      }
    }
    // One text is no other's beginning or part.
    let alike = [#"[["a"],"b"]"#, #"[["a","b"]]"#, #"["a","b"]"#, #"["ab"]"#, #"["as1;b"]"#, #"{"a":"b"}"#, #"{"a":["b"]}"#, "[1,2]", "[12]", "[]", "{}"]
    #expect(Set(alike.map { CallMeaning(ToolCall(name: "t", arguments: $0)) }).count == alike.count)
    #expect(CallMeaning(ToolCall(name: "a", arguments: "{}")) != CallMeaning(ToolCall(name: "b", arguments: "{}")))
  }

  /// Calls of one tool that differ in the last member, so that no two of the other side are equal.
  private static func calls(_ count: Int, _ side: String) -> [ToolCall] {
    let members = (0..<20).map { "\"k\($0)\":1" }.joined(separator: ",")
    return (0..<count).map { ToolCall(name: "t", arguments: "{\(members),\"z\":\"\(side)\($0)\"}") }
  }

  private static func time(_ work: () -> Void) -> Duration {
    // The least of seven: other tests run beside it.
    (0..<7).map { _ in cpuTime(work) }.min() ?? .zero
  }

  @Test func eightTimesTheCallsCostAboutEightTimesAsMuch() {
    func cost(_ count: Int) -> Duration {
      let (vendor, reference) = (Self.calls(count, "A"), Self.calls(count, "B"))
      return Self.time {
        let comparison = PayloadComparison(vendor: vendor, reference: reference)
        #expect(comparison.matchedCalls == count && comparison.equalCalls == 0 && comparison.differences.count == 32)
      }
    }
    let (few, many) = (cost(128), cost(1024))
    #expect(many < few * 32, "\(few) for 128, \(many) for 1024")
  }

  @Test func manyToolsOfOneAnswerAreNoProduct() {
    func cost(_ count: Int) -> Duration {
      let answer = Side(judged: .toolCalls, calls: (0..<count).map { ToolCall(name: "tool-\($0)", arguments: "{}") })
      return Self.time {
        var ledger = Ledger()
        ledger.observe(answer, Ledger.Slice(vendor: "v", model: "m", day: 1))
        ledger.compare(answer, with: answer, Ledger.Slice(vendor: "v", model: "m", day: 1))
        #expect(ledger.tallies.count == count + 1)
      }
    }
    let (few, many) = (cost(128), cost(1024))
    #expect(many < few * 32, "\(few) for 128, \(many) for 1024")
  }

  /// By the nearest, the numbers differ only; by order, the words too.
  @Test("what is tried with each other is bounded by its bytes", arguments: [(10, 2), (1 << 21, 4)])
  func tried(length: Int, differences: Int) {
    let padding = String(repeating: "x", count: length)
    func call(_ word: String, _ number: Int) -> ToolCall {
      ToolCall(name: "t", arguments: #"{"padding":"\#(padding)","word":"\#(word)","number":\#(number)}"#)
    }
    let comparison = PayloadComparison(vendor: [call("a", 1), call("b", 2)], reference: [call("b", 3), call("a", 4)])
    #expect(comparison.matchedCalls == 2 && comparison.equalCalls == 0 && comparison.differences.count == differences)
  }
}

/// Few values, written in many ways, so that calls are often equal and seldom alike.
private enum Spelling {
  static func calls(_ most: Int, _ random: inout SeededRandom) -> [ToolCall] {
    (0..<random.below(most + 1)).map { _ in
      ToolCall(name: ["read", "write", "read"][random.below(3)], arguments: arguments(&random))
    }
  }

  private static func arguments(_ random: inout SeededRandom) -> String {
    if random.happens(0.1) { return ["", "no json", "{", "{\"a\":1", "{} {}"][random.below(5)] }
    return value(2, &random)
  }

  private static func value(_ depth: Int, _ random: inout SeededRandom) -> String {
    func blank(_ random: inout SeededRandom) -> String { random.happens(0.2) ? " " : "" }
    switch depth > 0 ? random.below(6) : 3 + random.below(3) {
    case 0: return "[" + (0..<random.below(3)).map { _ in value(depth - 1, &random) + blank(&random) }.joined(separator: ",") + "]"
    case 1, 2:
      let members = (0..<random.below(4)).map { _ in
        string(&random) + blank(&random) + ":" + blank(&random) + value(depth - 1, &random)
      }
      return "{" + members.joined(separator: ",") + "}"
    case 3: return string(&random)
    case 4:
      return ["1", "1.0", "1e0", "10e-1", "0.1E+1", "0", "-0", "0e9", "-1", "-10", "10", "0.1", "0.10000000000000001", "100", "1e2", "1e400", "10e399"][random.below(17)]
    default: return ["null", "true", "false"][random.below(3)]
    }
  }

  private static func string(_ random: inout SeededRandom) -> String {
    [#""a""#, #""\u0061""#, #""b""#, #""""#, #""é""#, #""e\u0301""#, #""\u00e9""#, #""\ud800""#, #""1""#, #""a;s1;b""#][random.below(10)]
  }
}
