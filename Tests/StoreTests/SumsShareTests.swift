// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct SumsShareTests {
  private final class Clock: Sendable {
    let time = Mutex<Int64>(0)
  }

  private static let hour: Int64 = 3_600_000
  /// The beginning of an hour.
  private static let start = Sample.start / hour * hour
  private static let limit: Int64 = 8 << 20

  /// An hour's requests: `each` for each of 256 models of a client's choosing, with times of their own.
  private static func exchanges(hour: Int, each: Int, using random: inout SeededGenerator) -> [StoredExchange] {
    (0..<256 * each).map { number in
      let nanoseconds = Int64.random(in: 300_000...10_000_000_000, using: &random)
      return Sample.exchange(number, start: start + Int64(hour) * Self.hour) {
        $0.model = "m\(number % 256)-" + String(repeating: "x", count: 249)
        $0.findings = [StoredFinding(code: "a.b", severity: .info)]
        ($0.firstByteNanoseconds, $0.overheadNanoseconds, $0.totalNanoseconds) = (nanoseconds / 3, nanoseconds / 900, nanoseconds)
      }
    }
  }

  /// - Returns: the largest that the file was between two hours.
  private func fill(_ folder: Folder, hours: Int, each: Int, using random: inout SeededGenerator) async throws -> Int64 {
    let clock = Clock()
    var options = StoreOptions(path: folder.store) { clock.time.withLock { $0 } }
    options.retention.bytes = Self.limit
    let store = StoreWriter(options)
    var largest: Int64 = 0
    for hour in 0..<hours {
      clock.time.withLock { $0 = Self.start + Int64(hour + 1) * Self.hour - 1 }
      store.offer(Self.exchanges(hour: hour, each: each, using: &random))
      await store.flush()
      try await until("retention ends", store) { !$0.isExpiring && $0.queuedRecords == 0 }
      largest = max(largest, StoreFile(path: folder.store).size)
    }
    await store.close()
    return largest
  }

  @Test func sumsByManyNamesLeaveTheExchangesTheirRoom() async throws {
    let folder = try Folder()
    var random = SeededGenerator()
    let hours = 100
    let largest = try await fill(folder, hours: hours, each: 1, using: &random)
    #expect(largest <= Self.limit * 5 / 4, "\(largest) bytes")
    let reader = try StoreReader(path: folder.store)
    let rows = try await reader.list(ExchangeFilter(), limit: 1000).exchanges
    let newest = Self.exchanges(hour: hours - 1, each: 1, using: &random)
    #expect(rows.count == 1000)
    #expect(rows.prefix(256).map(\.exchange.id) == newest.reversed().map(\.id))
    // An hour is there as it was, or not at all; those that are there are the last.
    var request = OverviewRequest(since: Self.start, until: Self.start + Int64(hours) * Self.hour)
    request.points = hours
    let overview = try await reader.overview(request)
    let full = overview.series.filter { $0.traffic.sums.requests == 256 && $0.traffic.findings == ["a.b": 256] }
    #expect((2..<hours / 4).contains(full.count), "\(full.count) hours")
    let last: [Int64] = (hours - full.count..<hours).map { Self.start + Int64($0) * Self.hour }
    #expect(full.map(\.start) == last)
    #expect(overview.series.count <= full.count + 1)
    for point in full.dropFirst() { #expect(point.traffic.times[.total]?.samples == 256) }
    let database = try DatabaseQueue(path: folder.store)
    #expect(try await database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
  }

  @Test func ofAnHourThatIsTooMuchAloneTheTimesGoAndTheCountsStay() async throws {
    let folder = try Folder()
    var random = SeededGenerator()
    let largest = try await fill(folder, hours: 4, each: 14, using: &random)
    #expect(largest <= Self.limit * 5 / 4, "\(largest) bytes")
    let reader = try StoreReader(path: folder.store)
    #expect(try await reader.list(ExchangeFilter(), limit: 1000).exchanges.count == 1000)
    let overview = try await reader.overview(OverviewRequest(since: Self.start, until: Self.start + 24 * Self.hour))
    let last = try #require(overview.series.last)
    #expect(last.start == Self.start + 3 * Self.hour)
    #expect(last.traffic.sums.requests == 256 * 14)
    #expect((last.traffic.times[.total]?.samples ?? 0) < 256 * 14)
  }

  @Test func comparisonsAreOfTheSameShare() async throws {
    let folder = try Folder()
    var options = StoreOptions(path: folder.store) { Self.start + 400 * 300_000 }
    options.retention.bytes = Self.limit
    let first = StoreWriter(StoreOptions(path: folder.store))
    first.offer([Sample.exchange(0, start: Self.start)])
    await first.flush()
    await first.close()
    // One each five minutes, of many calls with long names.
    let database = try DatabaseQueue(path: folder.store)
    try await database.write { db in
      for number in 0..<400 {
        try db.execute(
          sql: """
            INSERT INTO fidelity (time, exchange, kind, vendor, model, reference, conversation, cell, tools, answer, other, has_arguments)
            VALUES (?, ?, 'vendor', 'v', 'm', 'r', '', '', '[]', ?, '{}', 0)
            """, arguments: [Self.start + Int64(number) * 300_000, "\(number)", String(repeating: "é", count: 25_000)])
      }
    }
    try database.close()
    let store = StoreWriter(options)
    await store.flush()
    try await until("the file is small") { StoreFile(path: folder.store).size <= Self.limit / 4 }
    await store.close()
    let left = try await DatabaseQueue(path: folder.store).read { try Int64.fetchAll($0, sql: "SELECT time FROM fidelity ORDER BY time") }
    // Of the share of 1 MiB an hour takes 0.75 MB: the one before, and the last, which has just begun.
    let last: [Int64] = (384..<400).map { Self.start + Int64($0) * 300_000 }
    #expect(left == last)
    #expect(try await StoreReader(path: folder.store).list(ExchangeFilter()).exchanges.count == 1)
  }
}
