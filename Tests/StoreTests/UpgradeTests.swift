// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Store
import Testing

@Suite("A store of an earlier release", .timeLimit(.minutes(2))) struct UpgradeTests {
  private static let count = 2500
  private static let hour = Sample.start / 3_600_000 * 3_600_000

  /// Of every five, four were answered by the second vendor that was asked.
  private static func exchange(_ number: Int) -> StoredExchange {
    Sample.exchange(number, start: hour) {
      $0.vendor = "good"
      $0.attempts = number % 5 == 0 ? [StoredAttempt(vendor: "good")] : [StoredAttempt(vendor: "bad"), StoredAttempt(vendor: "good")]
      if number % 5 != 0 { $0.findings = [StoredFinding(code: "arguments.schema.required", severity: .error, attempt: 0)] }
    }
  }

  /// A store as number 4 of the schema left it.
  private static func earlier() async throws -> Folder {
    let folder = try Folder()
    let writer = StoreWriter(StoreOptions(path: folder.store))
    writer.offer((0..<count).map(exchange))
    await writer.flush()
    await writer.close()
    let database = try DatabaseQueue(path: folder.store)
    try await database.write {
      try $0.execute(sql: "ALTER TABLE exchange DROP COLUMN first_vendor; ALTER TABLE finding DROP COLUMN vendor; PRAGMA user_version = 4")
    }
    try database.close()
    return folder
  }

  private static func open(_ folder: Folder) -> StoreWriter {
    var options = StoreOptions(path: folder.store)
    options.gatherMilliseconds = 1
    return StoreWriter(options)
  }

  private static func number(_ folder: Folder, _ sql: String) throws -> Int? {
    let database = try DatabaseQueue(path: folder.store)
    return try database.read { try Int.fetchOne($0, sql: sql) }
  }

  private static func isComplete(_ folder: Folder) throws -> Bool {
    try number(folder, "SELECT count(*) FROM exchange WHERE first_vendor = 'bad'") == count / 5 * 4
      && number(folder, "SELECT count(*) FROM exchange WHERE first_vendor NOT IN ('', 'bad')") == 0
      && number(folder, "SELECT count(*) FROM finding WHERE vendor = 'bad'") == count / 5 * 4
      && number(folder, "SELECT count(*) FROM meta WHERE name = 'asked'") == 0
  }

  @Test("is written to and read at once, and brought up to date beside that")
  func steps() async throws {
    let folder = try await Self.earlier()
    let store = Self.open(folder)
    try await until("it has begun", store) { $0.upgrade != nil }
    store.offer([Sample.exchange(5000, start: Self.hour)])
    await store.flush()
    #expect(store.status.written == 1)
    #expect(try await StoreReader(path: folder.store).list(ExchangeFilter(), limit: 1).exchanges.count == 1)
    try await until("it is done", store) { $0.upgrade?.isDone == true }
    #expect(store.status.upgrade == StoreStatus.Upgrade(exchanges: Self.count, retried: Self.count / 5 * 4, isDone: true))
    #expect(store.status.failure == nil)
    await store.close()
    #expect(try Self.isComplete(folder))
  }

  @Test("goes on where it stopped, and until then is read as it was")
  func halfway() async throws {
    let folder = try await Self.earlier()
    let database = try DatabaseQueue(path: folder.store)
    try await database.write { db in
      try Migration.all.first { $0.number == 5 }?.change(db)
      try db.execute(
        sql: """
          PRAGMA user_version = 5;
          UPDATE meta SET value = (SELECT key FROM exchange ORDER BY key LIMIT 1 OFFSET 1200) WHERE name = 'asked'
          """)
    }
    try database.close()
    let overview = try await StoreReader(path: folder.store).overview(OverviewRequest(since: Self.hour, until: Self.hour + 3_600_000))
    #expect(Array(overview.vendors.keys) == ["good"] && overview.vendors["good"]?.sums.requests == Self.count)
    let store = Self.open(folder)
    try await until("it is done", store) { $0.upgrade?.isDone == true }
    await store.close()
    // What stands above the mark was not read again.
    #expect(try Self.number(folder, "SELECT count(*) FROM exchange WHERE first_vendor = 'bad'") == 960)
    #expect(try Self.number(folder, "SELECT count(*) FROM meta WHERE name = 'asked'") == 0)
  }

  @Test("does not keep the program from stopping, and loses nothing by it")
  func stop() async throws {
    let folder = try await Self.earlier()
    let store = Self.open(folder)
    try await until("it has begun", store) { $0.upgrade != nil }
    await store.close()
    #expect(try Self.number(folder, "PRAGMA user_version") == Migration.all.last?.number)
    let next = Self.open(folder)
    try await until("it is done", seconds: 60) { (try? Self.isComplete(folder)) == true }
    await next.close()
  }

  @Test("keeps no other instance out")
  func shared() async throws {
    let folder = try await Self.earlier()
    let stores = [Self.open(folder), Self.open(folder)]
    for (number, store) in stores.enumerated() { store.offer((0..<50).map { Sample.exchange(5000 + 100 * number + $0, start: Self.hour) }) }
    for store in stores { await store.flush() }
    try await until("it is done", seconds: 60) { (try? Self.isComplete(folder)) == true }
    for store in stores {
      await store.close()
      #expect(store.status.written == 50 && store.status.dropped == [:])
    }
  }

  @Test("of this one is left as it is")
  func upToDate() async throws {
    let folder = try Folder()
    let first = Self.open(folder)
    first.offer((0..<5).map(Self.exchange))
    await first.close()
    let database = try DatabaseQueue(path: folder.store)
    try await database.write { try $0.execute(sql: "UPDATE exchange SET first_vendor = ''") }
    try database.close()
    let store = Self.open(folder)
    await store.flush()
    #expect(store.status.upgrade == nil)
    await store.close()
    #expect(try Self.number(folder, "SELECT count(*) FROM exchange WHERE first_vendor <> ''") == 0)
  }
}
