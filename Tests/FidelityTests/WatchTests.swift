// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Testing

/// Alarms raised and resolved, comparison by comparison.
@Suite struct WatchTests {
  private static let call = Side(judged: .toolCalls, calls: [ToolCall(name: "search", arguments: "{}", isValid: true)])
  private static let broken = Side(judged: .toolCalls, calls: [ToolCall(name: "search", arguments: "{", isValid: false)])
  private static let stop = Side(.stop)

  private static func observation(
    _ time: Int, _ cell: Cell, vendor: String = "groq", model: String = "k2", isValid: Bool = true
  ) -> Observation {
    let mine = isValid ? call : broken
    return Observation(
      time: Int64(time), vendor: vendor, model: model, answer: cell == .truePositive || cell == .falsePositive ? mine : stop,
      other: cell == .truePositive || cell == .falseNegative ? call : stop)
  }

  private static func watch(_ change: (inout WatchSettings) -> Void = { _ in }) -> Watch {
    var settings = WatchSettings()
    change(&settings)
    return Watch(settings) { $0 == "k2" ? 0.8 : nil }
  }

  /// Feeds comparisons of this F1, one a minute, and returns the next time. Successes are spread evenly: what chance does to the
  /// alarms is for ``SimulationTests`` to say, over thousands of runs; one run by chance may err, as it is allowed to.
  @discardableResult
  private static func feed(
    _ watch: inout Watch, _ count: Int, f1: Double, from time: Int, until: (Watch) -> Bool = { _ in false }
  ) -> Int {
    let p = Agreement.proportion(f1: f1)
    for step in 0..<count {
      let isSuccess = (Double(step + 1) * p).rounded(.down) > (Double(step) * p).rounded(.down)
      let cell: Cell = isSuccess ? .truePositive : step.isMultiple(of: 2) ? .falsePositive : .falseNegative
      watch.add(observation(time + step * 60_000, cell))
      if until(watch) { return time + (step + 1) * 60_000 }
    }
    return time + count * 60_000
  }

  @Test func aVendorThatFallsBelowTheGateRaisesOneAlarmAndResolvesItWhenItRecovers() throws {
    var watch = Self.watch()
    var time = Self.feed(&watch, 2000, f1: 0.5, from: 0)
    let raised = try #require(watch.activeAlarms.first { $0.subject.kind == .belowGate })
    #expect(watch.alarms.count { $0.subject.kind == .belowGate } == 1, "it goes on being below, and is told once")
    #expect(watch.below == [Watch.Key(vendor: "groq", model: "k2")])
    let figures = try #require(raised.figures)
    #expect(figures.limit == 0.8 && figures.interval.upper <= 0.82 && figures.value < 0.8 && figures.samples < 200)
    #expect(raised.description.hasPrefix("groq, k2: tool_call_f1 is below the gate of 80 %: "))

    time = Self.feed(&watch, 4000, f1: 0.95, from: time) { $0.below.isEmpty }
    #expect(watch.below.isEmpty, "2,000 bad comparisons do not outvote the good ones since")
    let over = try #require(watch.alarms.last { $0.subject.kind == .belowGate })
    // The test is one-sided: the interval may not have left the gate yet.
    #expect(over.resolvedAt == Int64(time - 60_000) && (over.recovery?.value ?? 0) > 0.8)
    #expect((over.recovery?.interval.lower ?? 0) > 0.7)
    #expect((over.recovery?.samples ?? 0) < 400 && over.description.contains("above the gate of 80 % again"))
  }

  @Test func aFallAfterALongGoodPastRaisesTheDriftAlarmAlthoughTheSumIsStillAboveTheGate() throws {
    var watch = Self.watch { $0.averageRunLength = 100_000 }
    var time = Self.feed(&watch, 3000, f1: 0.95, from: 0)
    #expect(watch.alarms.isEmpty)
    let fall = time
    time = Self.feed(&watch, 3000, f1: 0.6, from: time) { !$0.activeAlarms.isEmpty }
    let drift = try #require(watch.activeAlarms.first)
    #expect(drift.subject.kind == .drift && (time - fall) / 60_000 < 100, "told after \((time - fall) / 60_000)")
    let vigil = try #require(watch.vigils[Watch.Key(vendor: "groq", model: "k2")])
    #expect((vigil.drift.baseline ?? 0) < 0.95 && (vigil.drift.baseline ?? 0) > 0.85)
    // The gate's own round begins anew there, and soon says below.
    time = Self.feed(&watch, 300, f1: 0.6, from: time)
    #expect(watch.activeAlarms.map(\.subject.kind) == [.drift, .belowGate])
    Self.feed(&watch, 2000, f1: 0.95, from: time) { $0.activeAlarms.isEmpty }
    #expect(watch.activeAlarms.isEmpty && watch.alarms.allSatisfy { $0.recovery != nil })
  }

  @Test func theShareOfValidAnswersIsWatchedWhereALimitIsSet() throws {
    var watch = Self.watch { $0.schemaAccuracy = 0.95 }
    for step in 0..<400 { watch.add(Self.observation(step, .truePositive, isValid: step % 4 != 0)) }
    #expect(watch.activeAlarms.map(\.subject.kind) == [.schemaAccuracy])
    #expect(watch.activeAlarms.first?.figures?.limit == 0.95)
    for step in 400..<1000 { watch.add(Self.observation(step, .truePositive)) }
    #expect(watch.activeAlarms.isEmpty)
    var unwatched = Self.watch()
    for step in 0..<400 { unwatched.add(Self.observation(step, .truePositive, isValid: false)) }
    #expect(unwatched.alarms.isEmpty)
  }

  @Test func aModelWithoutAGateIsWatchedForDriftOnly() {
    var watch = Self.watch()
    for step in 0..<500 { watch.add(Self.observation(step, .falsePositive, model: "other")) }
    #expect(watch.alarms.isEmpty && watch.vigils.first?.value.verdict == .noGate)
  }

  @Test func aReferenceThatFailsIsToldOnceAndWhenItIsBack() {
    var watch = Self.watch()
    watch.setPaused("moonshot", reason: "429", at: 10)
    watch.setPaused("moonshot", reason: "503", at: 20)
    #expect(watch.pausedReferences == ["moonshot"] && watch.alarms.count == 1)
    #expect(watch.alarms[0].description == "moonshot: the reference fails and is left alone, so nothing is compared: 429")
    watch.setPaused("moonshot", reason: nil, at: 30)
    watch.setPaused("moonshot", reason: nil, at: 40)
    #expect(watch.pausedReferences.isEmpty && watch.alarms[0].resolvedAt == 30)
  }

  @Test func theSameComparisonsLeaveTheSameStateAndTheLedgerOfEachByItself() {
    var (watch, other) = (Self.watch(), Self.watch())
    Self.feed(&watch, 1500, f1: 0.7, from: 0)
    Self.feed(&other, 1500, f1: 0.7, from: 0)
    #expect(watch == other && !watch.alarms.isEmpty)
    let hourly = watch.hours.values.flatMap(\.values).merged()
    let daily = watch.ledger.tallies.filter { $0.key.tool == nil }.values.map(\.confusion).merged()
    #expect(hourly == daily && hourly.comparisons == 1500 && hourly.agreement == watch.vigils.values.first?.confusion.agreement)
  }

  @Test func theReferencesOwnAnswersMakeTheFloorAndNoVigil() {
    var watch = Self.watch()
    watch.add(Observation(time: 0, kind: .reference, vendor: "moonshot", model: "k2", answer: Self.stop, other: Self.call))
    #expect(watch.vigils.isEmpty && watch.ledger.groups().isEmpty)
    watch.add(Self.observation(1, .truePositive))
    #expect(watch.ledger.groups().first?.floor.confusion == Confusion(truePositives: 0, falsePositives: 0, falseNegatives: 1, trueNegatives: 0))
  }

  @Test func namesThatClientsInventAreBounded() {
    var watch = Self.watch()
    for number in 0..<Watch.limits.keys + 50 { watch.add(Self.observation(number, .truePositive, model: "model-\(number)")) }
    #expect(watch.vigils.count == Watch.limits.keys && watch.overlooked == 50)
    watch.add(Self.observation(0, .truePositive, model: "model-0"))
    #expect(watch.overlooked == 50)
  }

  @Test func ofALongNameOfAToolTheBeginningIsKept() {
    // The 256th byte is amid a character.
    let call = ToolCall(name: "a" + String(repeating: "é", count: 7000), arguments: "{}")
    #expect(call.name.count == 255)
    var watch = Self.watch()
    watch.add(Observation(time: 0, vendor: "groq", model: "k2", answer: Side(judged: .toolCalls, calls: [call]), other: Self.call))
    #expect(watch.ledger.tallies.keys.map { $0.tool?.utf8.count ?? 0 }.sorted() == [0, 6, 255])
  }

  @Test("A name of a vendor or a reason cannot write to a terminal")
  func hostileNames() {
    let alarm = Alarm(.init(.referencePaused, vendor: "a\u{1B}[2J"), raisedAt: 0, reason: "x\ny")
    #expect(!alarm.description.contains("\u{1B}") && !alarm.description.contains("\n"))
  }
}
