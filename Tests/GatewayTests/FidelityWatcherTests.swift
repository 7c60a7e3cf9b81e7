// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Logging
import Store
import Synchronization
import Testing

/// From stored comparisons to alarms and to the rotation, look by look.
@Suite struct FidelityWatcherTests {
  private static let call = Side(judged: .toolCalls, calls: [ToolCall(name: "search", arguments: "{}", isValid: true)])

  /// Rows as the store hands them out.
  private final class Rows: Sendable {
    let all = Mutex<[StoredComparison]>([])

    func add(_ count: Int, vendor: String = "cheap", model: String = "kimi-k2-0905", agreeing share: Int) {
      all.withLock { rows in
        for number in 0..<count {
          var row = StoredComparison(
            time: Int64(rows.count) * 60_000, vendor: vendor, model: model, reference: "moonshot",
            answer: number % 10 < share ? FidelityWatcherTests.call : Side(.stop), other: FidelityWatcherTests.call)
          row.id = Int64(rows.count + 1)
          rows.append(row)
        }
      }
    }

    func after(_ place: Int64, _ limit: Int) -> [StoredComparison] { all.withLock { Array($0.filter { $0.id > place }.prefix(limit)) } }
  }

  private static func configuration(_ adjust: (inout BelayConfiguration) -> Void = { _ in }) -> BelayConfiguration {
    var configuration = BelayConfiguration(
      vendors: ["cheap", "moonshot"].map { Configuration.Vendor(name: $0, baseURL: "http://127.0.0.1:9/v1") })
    adjust(&configuration)
    return configuration
  }

  private static func desk() -> AlarmDesk {
    AlarmDesk([], file: nil, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: 0)
  }

  @Test func aVendorBelowTheGateLeavesTheRotationAndComesBackByItsOwnSample() async throws {
    let (rows, rotation, desk) = (Rows(), Rotation(), Self.desk())
    let watcher = FidelityWatcher(
      Self.configuration { $0.qualityRouting = QualityRouting() }, rotation: rotation, desk: desk, rows: rows.after)
    rows.add(150, agreeing: 5)
    try await watcher.look(at: 1)
    let key = Watch.Key(vendor: "cheap", model: "kimi-k2-0905")
    #expect(rotation.out == [key] && desk.told.map(\.subject.kind) == [.belowGate] && watcher.isCaughtUp)
    #expect(watcher.watch.ledger.tallies.filter { $0.key.tool == nil }.values.map(\.confusion.comparisons) == [150])
    // Only the draw decides who stays: about 5 %.
    let staying = (0..<10_000).count { !rotation.isOut("cheap", "kimi-k2-0905") { [number = $0] in UInt64(number) &* 0x9E37_79B9_7F4A_7C15 } }
    #expect((400...600).contains(staying))
    #expect(!rotation.isOut("cheap", "kimi-k2-thinking") { 1 } && !rotation.isOut("moonshot", "kimi-k2-0905") { 1 })

    rows.add(300, agreeing: 10)
    try await watcher.look(at: 2)
    #expect(rotation.out.isEmpty && desk.told.isEmpty)
  }

  @Test func withoutQualityRoutingNobodyLeaves() async throws {
    let (rows, rotation) = (Rows(), Rotation())
    let watcher = FidelityWatcher(Self.configuration(), rotation: rotation, desk: Self.desk(), rows: rows.after)
    rows.add(150, agreeing: 5)
    try await watcher.look(at: 1)
    #expect(!watcher.watch.below.isEmpty && rotation.out.isEmpty)
  }

  @Test func onlyVendorsThatTheSectionNamesLeave() async throws {
    let (rows, rotation) = (Rows(), Rotation())
    var routing = QualityRouting()
    routing.vendors = ["other"]
    let watcher = FidelityWatcher(
      Self.configuration { [routing] in $0.qualityRouting = routing }, rotation: rotation, desk: Self.desk(), rows: rows.after)
    rows.add(150, agreeing: 5)
    try await watcher.look(at: 1)
    #expect(rotation.out.isEmpty)
  }

  @Test func manyPagesAreReadInOneLookAndNothingTwice() async throws {
    let rows = Rows()
    let watcher = FidelityWatcher(Self.configuration(), rotation: Rotation(), desk: Self.desk(), rows: rows.after)
    rows.add(2500, agreeing: 9)
    try await watcher.look(at: 1)
    try await watcher.look(at: 2)
    rows.add(1000, agreeing: 9)
    try await watcher.look(at: 3)
    let ledger = rows.all.withLock { rows in rows.reduce(into: Ledger()) { $0.add($1.observation) } }
    #expect(watcher.watch.ledger == ledger)
  }

  @Test func aStoreThatFailsIsReadOnFromWhereItWas() async throws {
    struct Broken: Error {}
    let rows = Rows()
    let isBroken = Mutex(false)
    rows.add(1500, agreeing: 9)
    let watcher = FidelityWatcher(Self.configuration(), rotation: Rotation(), desk: Self.desk()) { place, limit in
      if place > 0, isBroken.withLock({ $0 }) { throw Broken() }
      return rows.after(place, limit)
    }
    isBroken.withLock { $0 = true }
    await #expect(throws: Broken.self) { try await watcher.look(at: 1) }
    #expect(!watcher.isCaughtUp)
    isBroken.withLock { $0 = false }
    try await watcher.look(at: 2)
    #expect(watcher.isCaughtUp && watcher.watch.hours.values.flatMap(\.values).merged().comparisons == 1500)
  }

  @Test func anotherGateAfterAReloadIsReckonedFromTheBeginning() async throws {
    let (rows, rotation, desk) = (Rows(), Rotation(), Self.desk())
    let watcher = FidelityWatcher(
      Self.configuration { $0.qualityRouting = QualityRouting() }, rotation: rotation, desk: desk, rows: rows.after)
    rows.add(400, model: "kimi-k2-thinking", agreeing: 4)
    try await watcher.look(at: 1)
    #expect(rotation.out.count == 1)
    let yaml = """
      vendors: {cheap: "http://127.0.0.1:9/v1", moonshot: "http://127.0.0.1:8/v1"}
      rules: {traits: [{patterns: "*thinking*", gate: 0.5}]}
      """
    watcher.reload(try BelayConfiguration.load(yaml))
    try await watcher.look(at: 2)
    #expect(rotation.out.isEmpty && desk.told.isEmpty && watcher.watch.gate(of: "kimi-k2-thinking") == 0.5)
  }

  @Test func anotherStoreIsReckonedFromItsBeginning() async throws {
    let rows = Rows()
    let watcher = FidelityWatcher(Self.configuration(), rotation: Rotation(), desk: Self.desk(), rows: rows.after)
    rows.add(150, agreeing: 9)
    try await watcher.look(at: 1)
    rows.all.withLock { $0 = [] }
    watcher.forget()
    rows.add(10, agreeing: 9)
    try await watcher.look(at: 2)
    #expect(watcher.isCaughtUp && watcher.watch.hours.values.flatMap(\.values).merged().comparisons == 10)
  }

  @Test func aReloadInTheMiddleOfALookResolvesNothing() async throws {
    let (rows, desk) = (Rows(), Self.desk())
    rows.add(150, agreeing: 5)
    let place = Mutex<FidelityWatcher?>(nil)
    let reloads = Mutex(0)
    let watcher = FidelityWatcher(Self.configuration(), rotation: Rotation(), desk: desk) { after, limit in
      let isSecond = reloads.withLock { count in
        count += 1
        return count == 3
      }
      // The second look, with the third page, finds nothing new, and meanwhile everything is forgotten.
      if isSecond { place.withLock { $0 }?.reload(Self.configuration()) }
      return rows.after(after, limit)
    }
    place.withLock { $0 = watcher }
    try await watcher.look(at: 1)
    #expect(desk.told.count == 1)
    try await watcher.look(at: 2)
    #expect(desk.told.count == 1 && watcher.isCaughtUp && watcher.watch.hours.values.flatMap(\.values).merged().comparisons == 150)
  }

  @Test func aReferenceThatIsLeftAloneIsAnAlarm() async throws {
    let (rows, desk) = (Rows(), Self.desk())
    let pauses = Mutex(["moonshot": "status 503"])
    let watcher = FidelityWatcher(
      Self.configuration(), rotation: Rotation(), desk: desk, pauses: { pauses.withLock { $0 } }, rows: rows.after)
    try await watcher.look(at: 5)
    try await watcher.look(at: 6)
    #expect(desk.told.map(\.reason) == ["status 503"] && desk.told.map(\.raisedAt) == [5])
    pauses.withLock { $0 = [:] }
    try await watcher.look(at: 7)
    #expect(desk.told.isEmpty)
  }

  /// Calls of a vendor and a reference that want to make it long.
  private static let hostile: [StoredComparison] = {
    func side(_ name: String) -> Side {
      let members = (0..<58).map { "\"k\($0)\":1" }.joined(separator: ",")
      return Side(judged: .toolCalls, calls: (0..<1000).map { ToolCall(name: "t", arguments: "{\(members),\"z\":\"\(name)\($0)\"}") })
    }
    let (answer, other) = (side("A"), side("B"))
    return (1...12).map { number in
      var row = StoredComparison(time: Int64(number), vendor: "cheap", model: "kimi-k2", reference: "moonshot", answer: answer, other: other)
      row.id = Int64(number)
      return row
    }
  }()

  @Test func whoeverReadsDoesNotWaitForAComparison() async throws {
    let watcher = FidelityWatcher(Self.configuration(), rotation: Rotation(), desk: Self.desk()) { place, _ in
      Self.hostile.filter { $0.id > place }
    }
    let clock = ContinuousClock()
    let look = Task { try await clock.measure { try await watcher.look(at: 1) } }
    var longest = Duration.zero
    var isOver = false
    while !isOver {
      longest = max(longest, clock.measure { isOver = watcher.isCaughtUp && watcher.watch.overlooked == 0 })
      await Task.yield()
    }
    let all = try await look.value
    #expect(watcher.watch.ledger.tallies.values.map(\.payload.matchedCalls) == [12_000, 12_000])
    #expect(longest < all / 2, "\(longest) of \(all)")
  }

  @Test func aStopEndsALookBetweenComparisons() async {
    let watcher = FidelityWatcher(Self.configuration(), rotation: Rotation(), desk: Self.desk()) { place, _ in
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return Self.hostile.filter { $0.id > place }
    }
    let look = Task { try await watcher.look(at: 1) }
    await #expect(throws: CancellationError.self) { try await look.value }
    #expect(!watcher.isCaughtUp && watcher.watch == FidelityWatcher(Self.configuration(), rotation: Rotation(), desk: Self.desk()) { _, _ in [] }.watch)
  }
}
