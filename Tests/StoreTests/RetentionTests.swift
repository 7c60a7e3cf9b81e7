// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct RetentionTests {
  /// 2,000 exchanges over a day, 8 KiB each that do not compress, and a prompt that all share.
  static func exchanges() -> [StoredExchange] {
    var random = SeededGenerator()
    return (0..<2000).map { number in
      Sample.exchange(number * 43) {
        let noise = (0..<4096).map { _ in String(format: "%02x", UInt8.random(in: 0...255, using: &random)) }.joined()
        let shared = String(repeating: "the prompt that everybody sends. ", count: 60)
        $0.request = StoredMessage(body: Array((shared + noise).utf8), boundaries: [shared.utf8.count])
        $0.findings = [StoredFinding(code: "a.b", severity: .info)]
      }
    }
  }

  static let end = Sample.start + 2000 * 43 * 1000

  private func run(_ change: (inout StoreOptions) -> Void, _ check: (StoreReader, String) async throws -> Void) async throws {
    let folder = try Folder()
    let first = StoreWriter(StoreOptions(path: folder.store))
    first.offer(Self.exchanges())
    await first.flush()
    await first.close()
    let before = StoreFile(path: folder.store).size
    var options = StoreOptions(path: folder.store) { Self.end }
    change(&options)
    let store = StoreWriter(options)
    try await until("retention ends", store) { $0.expired > 0 && !$0.isExpiring }
    await store.close()
    let after = StoreFile(path: folder.store).size
    #expect(after < before * 6 / 10, "\(before) -> \(after) bytes")
    let reader = try StoreReader(path: folder.store)
    try await check(reader, folder.store)
    let database = try DatabaseQueue(path: folder.store)
    #expect(try await database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    let chunks = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunk") }
    #expect(try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunk_data") } == chunks)
    for table in ["finding", "content", "label", "piece"] {
      let orphans = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table) WHERE exchange NOT IN (SELECT key FROM exchange)") }
      #expect(orphans == 0, "\(table)")
    }
  }

  private func everyBodyIsWhole(_ reader: StoreReader) async throws -> Int {
    let rows = try await reader.list(ExchangeFilter(), limit: 1000).exchanges
    for row in rows {
      guard case .found(let exchange) = try await reader.exchange(id: row.exchange.id) else { Issue.record("gone"); continue }
      #expect(exchange.request?.body.count == 33 * 60 + 8192)
    }
    return rows.count
  }

  @Test func whatIsOlderGoesAndItsSpaceWithIt() async throws {
    try await run({ $0.retention.milliseconds = 500 * 43 * 1000 }) { reader, _ in
      #expect(try await everyBodyIsWhole(reader) == 500)
      var filter = ExchangeFilter()
      filter.text = "everybody sends"
      #expect(try await reader.list(filter, limit: 1000).exchanges.count == 500)
      // The sums outlive what was summed.
      let overview = try await reader.overview(OverviewRequest(since: Sample.start - 1, until: Self.end))
      #expect(overview.vendors["moonshot"]?.sums.requests == 2000)
    }
  }

  @Test func theOldestGoUntilTheFileIsSmallEnough() async throws {
    try await run({ $0.retention.bytes = 6_000_000 }) { reader, path in
      #expect(StoreFile(path: path).size <= 6_000_000)
      let count = try await everyBodyIsWhole(reader)
      #expect(count > 100)
      #expect(try await reader.list(ExchangeFilter(), limit: 1).exchanges.first?.exchange.id == Sample.exchange(1999 * 43).id)
    }
  }

  /// 100 exchanges in as many seconds, 80 KiB each that do not compress below half, and a prompt that all share.
  private static func burst() -> [StoredExchange] {
    var random = SeededGenerator()
    return (0..<100).map { number in
      Sample.exchange(number) {
        let noise = (0..<40_960).map { _ in String(format: "%02x", UInt8.random(in: 0...255, using: &random)) }.joined()
        let shared = String(repeating: "the prompt that everybody sends. ", count: 60)
        $0.request = StoredMessage(body: Array((shared + noise).utf8), boundaries: [shared.utf8.count])
        $0.response = Sample.body("an answer that is always the same")
        $0.findings = [StoredFinding(code: "a.b", severity: .info)]
      }
    }
  }

  @Test func theYoungGoTooWhereTheSizeDemandsItAndBeforeTheNextLook() async throws {
    let folder = try Folder()
    var options = StoreOptions(path: folder.store) { Sample.start + 100_000 }
    options.retention.bytes = 2_000_000
    let store = StoreWriter(options)
    // The look of this minute: the clock stands still.
    await store.flush()
    store.offer(Self.burst())
    await store.flush()
    try await until("retention ends", store) { $0.expired > 0 && !$0.isExpiring && $0.queuedRecords == 0 }
    #expect(StoreFile(path: folder.store).size <= 2_500_000)
    await store.close()
    #expect(StoreFile(path: folder.store).size <= 2_500_000)
    let reader = try StoreReader(path: folder.store)
    let rows = try await reader.list(ExchangeFilter(), limit: 1000).exchanges
    #expect(rows.count > 5)
    #expect(rows.first?.exchange.id == Sample.exchange(99).id)
    for row in rows {
      guard case .found(let exchange) = try await reader.exchange(id: row.exchange.id) else { Issue.record("gone"); continue }
      #expect(exchange.request?.body.count == 33 * 60 + 81_920)
      #expect(exchange.response?.body == Sample.body("an answer that is always the same").body)
    }
    let database = try DatabaseQueue(path: folder.store)
    #expect(try await database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    let chunks = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunk") }
    #expect(try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunk_data") } == chunks)
    for table in ["finding", "content", "label", "piece"] {
      let orphans = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table) WHERE exchange NOT IN (SELECT key FROM exchange)") }
      #expect(orphans == 0, "\(table)")
    }
  }

  private final class Clock: Sendable {
    let time: Mutex<Int64>
    init(_ time: Int64) { self.time = Mutex(time) }
  }

  @Test func aClockThatWasAYearAheadKeepsNobodyWaitingForIt() async throws {
    let folder = try Folder()
    let clock = Clock(Sample.start + 365 * 86_400_000)
    var options = StoreOptions(path: folder.store) { clock.time.withLock { $0 } }
    options.retention.milliseconds = 50_500
    let store = StoreWriter(options)
    // It has looked.
    await store.flush()
    clock.time.withLock { $0 = Sample.start + 100_000 }
    store.offer((0..<100).map { Sample.exchange($0) })
    await store.flush()
    try await until("retention ends", store) { $0.expired == 50 && !$0.isExpiring }
    await store.close()
  }

  @Test(arguments: [100, 3600] as [Int64]) func theNewestStaysHoweverLargeItIs(seconds: Int64) async throws {
    let folder = try Folder()
    var options = StoreOptions(path: folder.store) { Sample.start + seconds * 1000 }
    options.retention.bytes = 10_000
    let store = StoreWriter(options)
    store.offer(Array(Self.burst().prefix(3)))
    try await until("retention ends", store) { $0.expired == 2 && !$0.isExpiring }
    await store.close()
    let rows = try await StoreReader(path: folder.store).list(ExchangeFilter()).exchanges
    #expect(rows.map(\.exchange.id) == [Sample.exchange(2).id])
  }
}
