// SPDX-License-Identifier: Apache-2.0
import GRDB
import Store
import Testing

/// What expires goes in steps, between which the writer takes what comes.
@Suite(.timeLimit(.minutes(5))) struct RetentionStepFlowTests {
  /// A day on.
  private static let later: Int64 = 86_400_000

  /// Lets all of `old` expire, and records one exchange after the other meanwhile.
  ///
  /// - Returns: how many were written before the last of `old` was gone.
  private func written(whileExpiring old: [StoredExchange]) async throws -> Int {
    let folder = try Folder()
    let first = StoreWriter(StoreOptions(path: folder.store))
    for start in stride(from: 0, to: old.count, by: 500) {
      first.offer(Array(old[start..<min(start + 500, old.count)]))
      await first.flush()
    }
    await first.close()
    var options = StoreOptions(path: folder.store) { Sample.start + Self.later }
    options.retention.milliseconds = Self.later / 2
    options.gatherMilliseconds = 1
    let store = StoreWriter(options)
    var number = 0
    for await status in store.changes() {
      if status.expired == old.count, !status.isExpiring { break }
      guard status.written == number else { continue }
      number += 1
      store.offer([Sample.exchange(number, start: Sample.start + Self.later - 100_000)])
    }
    await store.close()
    let reader = try StoreReader(path: folder.store)
    defer { reader.close() }
    #expect(try await reader.list(ExchangeFilter(), limit: 1000).exchanges.count == number)
    return number
  }

  @Test("words of long texts go some at a time")
  func words() async throws {
    var random = SeededGenerator()
    let old = (0..<30).map { number in
      Sample.exchange(number) {
        let words = (0..<8000).map { _ in String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 36) }
        $0.request = Sample.body(words.joined(separator: " "))
      }
    }
    let count = try await written(whileExpiring: old)
    #expect(count > 10)
  }

  @Test("what all exchanges share is taken out of some at a time")
  func pieces() async throws {
    let folder = try Folder()
    let first = StoreWriter(StoreOptions(path: folder.store))
    first.offer([Sample.exchange(0) { $0.request = Sample.body("the prompt that everybody sends") }])
    await first.flush()
    await first.close()
    let database = try DatabaseQueue(path: folder.store)
    let chunk = try await database.write { db in
      // As 300,000 exchanges before it would leave it.
      try db.execute(
        sql: """
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
          INSERT INTO piece SELECT chunk, exchange - i FROM (SELECT chunk, exchange FROM piece LIMIT 1), n
          """)
      return try Int64.fetchOne(db, sql: "SELECT chunk FROM piece LIMIT 1")
    }
    let oldest = try await seen(folder, database) { try Int64.fetchOne($0, sql: "SELECT min(exchange) FROM piece WHERE chunk = ?", arguments: [chunk]) }
    #expect(oldest > 3)
    #expect(try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM piece") } == 0)
  }

  @Test("exchanges with long calls go some at a time")
  func calls() async throws {
    let folder = try Folder()
    let first = StoreWriter(StoreOptions(path: folder.store))
    let arguments = "{\"text\":\"\(String(repeating: "a", count: 2_000_000))\"}"
    for number in 0..<30 {
      first.offer([Sample.exchange(number) { $0.calls = [StoredCall(name: "write", id: "a", arguments: arguments)] }])
      await first.flush()
    }
    await first.close()
    let database = try DatabaseQueue(path: folder.store)
    let counts = try await seen(folder, database) { try Int64.fetchOne($0, sql: "SELECT count(*) FROM exchange") }
    #expect(counts > 3)
  }

  /// Lets all expire, and asks the store meanwhile.
  ///
  /// - Returns: how many different answers there were.
  private func seen(_ folder: Folder, _ database: DatabaseQueue, _ ask: @escaping @Sendable (Database) throws -> Int64?) async throws -> Int {
    var options = StoreOptions(path: folder.store) { Sample.start + Self.later }
    options.retention.milliseconds = Self.later / 2
    let store = StoreWriter(options)
    var answers: Set<Int64> = []
    while store.status.expired == 0 || store.status.isExpiring {
      await Task.yield()
      if let answer = try await database.read(ask) { answers.insert(answer) }
    }
    await store.close()
    return answers.count
  }
}
