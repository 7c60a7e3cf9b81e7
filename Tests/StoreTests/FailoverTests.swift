// SPDX-License-Identifier: Apache-2.0
import GRDB
import Store
import Testing

@Suite("Exchanges that a second vendor answered") struct FailoverTests {
  private static let hour = Sample.start / 3_600_000 * 3_600_000
  private static let exact = OverviewRequest(since: hour, until: hour + 3_600_000)
  private static let hourly = OverviewRequest(since: hour - 36_000_000, until: hour + 36_000_000)

  /// `bad` was asked first and called wrongly; `good` answered.
  private static let exchanges = (0..<5).map { number in
    Sample.exchange(number, start: hour) {
      $0.vendor = "good"
      $0.attempts = [StoredAttempt(vendor: "bad"), StoredAttempt(vendor: "good")]
      ($0.callCount, $0.validCalls, $0.k2vvCheckedCalls, $0.k2vvValidCalls) = (1, 1, 1, 0)
      $0.firstFinishReason = "tool_calls"
      $0.findings = [
        StoredFinding(code: "arguments.schema.required", severity: .error, attempt: 0),
        StoredFinding(code: "content.markup", severity: .info), StoredFinding(code: "usage.missing", severity: .info, attempt: 1),
      ]
    }
  } + [Sample.exchange(9, start: hour) {
    ($0.vendor, $0.attempts) = ("good", [StoredAttempt(vendor: "good")])
    ($0.callCount, $0.validCalls, $0.k2vvCheckedCalls, $0.k2vvValidCalls, $0.firstFinishReason) = (1, 1, 1, 1, "tool_calls")
  }]

  private static func check(_ reader: StoreReader, _ request: OverviewRequest) async throws {
    let overview = try await reader.overview(request)
    let (bad, good) = (try #require(overview.vendors["bad"]), try #require(overview.vendors["good"]))
    #expect(bad.schemaAccuracy == Overview.Ratio(0, 5) && good.schemaAccuracy == Overview.Ratio(1, 1))
    #expect(bad.sums.k2vvChecked == 5 && good.sums.k2vvValid == 1)
    #expect(bad.findings == ["arguments.schema.required": 5] && good.findings == ["content.markup": 5, "usage.missing": 5])
    #expect(bad.sums.requests == 0 && good.sums.requests == 6 && good.sums.validCalls == 6 && good.sums.retries == 5)
    #expect(bad.times.isEmpty && good.times[.total]?.percentile(0.5) != nil)
    var one = request
    one.vendor = "bad"
    #expect(try await reader.overview(one).vendors == ["bad": bad])
    one.vendor = "good"
    #expect(try await reader.overview(one).vendors == ["good": good])
  }

  @Test("each vendor has its own failures, from rows and from hours")
  func figures() async throws {
    try await withStore(Self.exchanges) { reader, _, _ in
      try await Self.check(reader, Self.exact)
      try await Self.check(reader, Self.hourly)
    }
  }

  @Test("a store of before learns who was asked from its attempts")
  func broughtUp() async throws {
    try await withStore(Self.exchanges) { reader, writer, folder in
      reader.close()
      await writer.close()
      let database = try DatabaseQueue(path: folder.store)
      try await database.write {
        try $0.execute(
          sql: "ALTER TABLE exchange DROP COLUMN first_vendor; ALTER TABLE finding DROP COLUMN vendor; PRAGMA user_version = 4")
      }
      try database.close()
      #expect(throws: StoreFailure.self) { try StoreReader(path: folder.store) }
      let next = StoreWriter(StoreOptions(path: folder.store))
      try await until("it is brought up to date", next) { $0.upgrade?.isDone == true }
      try await Self.check(StoreReader(path: folder.store), Self.exact)
      await next.close()
    }
  }
}
