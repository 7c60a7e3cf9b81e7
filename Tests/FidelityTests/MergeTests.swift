// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Testing

@Suite struct MergeTests {
  private static func finish(_ random: inout SeededRandom) -> Finish {
    [.toolCalls, .toolCalls, .stop, .other("length"), .other("content_filter"), .none][random.below(6)]
  }

  private static func side(_ random: inout SeededRandom) -> Side {
    let calls = (0..<random.below(3) + 1).map { _ in
      ToolCall(name: ["read", "write", "search"][random.below(3)], arguments: "{\"n\":\(random.below(2))}", isValid: random.below(4) > 0)
    }
    return Side(judged: finish(&random), calls: calls, promptTokens: random.below(3) > 0 ? 90 + random.below(9) : nil)
  }

  private static func ledger(_ random: inout SeededRandom) -> Ledger {
    var ledger = Ledger()
    for _ in 0..<random.below(12) {
      let slice = Ledger.Slice(vendor: ["a", "b"][random.below(2)], model: "k2", day: random.below(3))
      let answer = side(&random)
      ledger.observe(answer, slice)
      ledger.compare(answer, with: side(&random), slice)
      ledger.compareReference(first: side(&random), second: side(&random), slice)
    }
    return ledger
  }

  private static func window(_ random: inout SeededRandom) -> SlidingWindow {
    var window = SlidingWindow(capacity: [3, 5, 8][random.below(3)])
    for _ in 0..<random.below(12) {
      // One id is one comparison, so it has one cell wherever it is told.
      let id = random.below(30)
      window.add(Cell.allCases[id % 4], at: .init(time: id / 4, id: UInt64(id)))
    }
    return window
  }

  private static func obeysTheLaws<Sum: Mergeable>(_ make: (inout SeededRandom) -> Sum) -> Bool {
    var random = SeededRandom()
    return (0..<200).allSatisfy { _ in
      let (a, b, c) = (make(&random), make(&random), make(&random))
      return a.merged(with: b) == b.merged(with: a)
        && a.merged(with: b).merged(with: c) == a.merged(with: b.merged(with: c))
        && a.merged(with: Sum()) == a && Sum().merged(with: a) == a
    }
  }

  @Test func mergingIsAssociativeAndCommutativeWithANeutralElement() {
    #expect(Self.obeysTheLaws(Self.ledger), "ledgers, and with them tallies, counts, payloads, prompts and floors")
    #expect(Self.obeysTheLaws(Self.window), "windows")
    #expect(Self.obeysTheLaws { random in McNemar(both: random.below(9), onlyFirst: random.below(9), onlySecond: 2, neither: 1) })
    #expect(Self.obeysTheLaws { random in Agreement(successes: random.below(9), failures: random.below(9)) })
  }

  @Test func replicasAddUpToOneThatSawEverything() {
    var random = SeededRandom(stream: 1)
    var (whole, parts) = (Ledger(), [Ledger(), Ledger(), Ledger()])
    for _ in 0..<300 {
      let slice = Ledger.Slice(vendor: "a", model: "k2", day: random.below(4))
      let (answer, other, replica) = (Self.side(&random), Self.side(&random), random.below(3))
      whole.observe(answer, slice)
      whole.compare(answer, with: other, slice)
      parts[replica].observe(answer, slice)
      parts[replica].compare(answer, with: other, slice)
    }
    #expect(parts.merged() == whole)
    let days = whole.groups(by: .day).map(\.tally)
    #expect(days.count == 4 && days.merged() == whole.groups().first?.tally)
    let window = whole.groups(days: 1...2).map(\.tally)
    #expect(window == [days[1].merged(with: days[2])])
    #expect(whole.groups(by: .tool).map { $0.tool?.string } == ["read", "search", "write"])
    let batches = whole.batches(vendor: "a", model: "k2")
    #expect(batches.map(\.day) == [0, 1, 2, 3])
    #expect(batches.map(\.agreement).merged() == whole.groups().first?.tally.confusion.agreement)
  }

  @Test func aWindowKeepsTheLastInformativeComparisonsWhateverTheOrderOfArrival() {
    let stamps = (0..<20).map { SlidingWindow.Stamp(time: $0, id: 0) }
    var random = SeededRandom(stream: 2)
    var (forwards, shuffled) = (SlidingWindow(capacity: 6), SlidingWindow(capacity: 6))
    for index in 0..<20 { forwards.add(Cell.allCases[index % 4], at: stamps[index]) }
    for index in (0..<20).shuffled(using: &random) { shuffled.add(Cell.allCases[index % 4], at: stamps[index]) }
    #expect(forwards == shuffled)
    // 12 to 18 without 15, which like every fourth is a TN.
    #expect(forwards.entries.map(\.stamp.time) == [12, 13, 14, 16, 17, 18])
    #expect(forwards.confusion == Confusion(truePositives: 2, falsePositives: 2, falseNegatives: 2, trueNegatives: 0))
  }

  @Test func sequentialStateIsReproducedFromCountsInOrderAndFromItsNumbers() throws {
    var random = SeededRandom(stream: 3)
    let batches = (0..<50).map { _ in Agreement(successes: random.below(20), failures: random.below(8)) }
    let detector = try #require(DriftDetector(baseline: 0.84, averageRunLength: 500))
    var lived = SequentialState(detector: detector)
    for batch in batches { lived.add(batch) }
    #expect(lived == SequentialState(detector: detector, replaying: batches))
    #expect(lived.total == batches.merged())
    let last = lived.sequence.interval(lived.total)
    #expect(lived.runningIntersection.lower >= last.lower && lived.runningIntersection.upper <= last.upper)

    var half = try #require(lived.detector)
    var stored = try #require(DriftDetector(
      baseline: half.baseline, averageRunLength: half.averageRunLength, kind: half.kind,
      alternatives: half.alternatives, logStatistics: half.logStatistics))
    let batch = Agreement(successes: 3, failures: 5)
    half.add(batch)
    stored.add(batch)
    #expect(half == stored)
  }

  @Test func aLatchedAlarmStaysUntilAcknowledgedAndAContradictionShows() throws {
    var state = SequentialState(detector: DriftDetector(baseline: 0.84, averageRunLength: 1000))
    for _ in 0..<100 { state.add(Agreement(successes: 9, failures: 1)) }
    #expect(!state.isAlarmed && !state.isContradicted)
    for _ in 0..<200 { state.add(Agreement(successes: 2, failures: 8)) }
    #expect(state.isAlarmed && state.isContradicted)
    for _ in 0..<200 { state.add(Agreement(successes: 10, failures: 0)) }
    #expect(state.isAlarmed)
    state.acknowledge()
    #expect(!state.isAlarmed && state.detector?.logStatistic == -.infinity)
  }

  @Test func impossibleDetectorsAndGatesAreRefused() {
    #expect(DriftDetector(baseline: 1) == nil && DriftDetector(baseline: 0.8, averageRunLength: 0.5) == nil)
    #expect(DriftDetector(baseline: 0.8, alternatives: [0.9]) == nil && DriftDetector(baseline: 0.8, alternatives: []) == nil)
    #expect(DriftDetector(baseline: 0.8, logStatistics: [0]) == nil)
    #expect(GateTest(gate: 0) == nil && GateTest(gate: 1) == nil && GateTest(gate: .nan) == nil)
  }
}
