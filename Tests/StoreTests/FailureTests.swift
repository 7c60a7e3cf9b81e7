// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import GRDB
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct FailureTests {
  private func writer(_ folder: Folder, _ change: (inout StoreOptions) -> Void = { _ in }) -> StoreWriter {
    var options = StoreOptions(path: folder.store)
    options.gatherMilliseconds = 1
    options.lockPatienceMilliseconds = 10
    options.queue = StoreOptions.Queue(records: 10)
    change(&options)
    return StoreWriter(options)
  }

  @Test func aLockedFileMakesRecordsWaitThenDropAndTheLockGoneThoseThatWaitedAreWritten() async throws {
    let folder = try Folder()
    let store = writer(folder)
    await store.flush()
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: folder.store, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    store.offer([Sample.exchange(0)])
    try await until("the lock is noticed", store) { $0.failure?.reason == .locked }
    store.offer((1..<31).map { Sample.exchange($0) })
    #expect(store.status.dropped == [.failing(.locked): 21])
    try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    try await until("it recovers", store) { $0.written == 10 }
    #expect(store.status.failure == nil)
    await store.close()
  }

  @Test func aLaterReleaseThatAddsColumnsKeepsNobodyFromWriting() async throws {
    let folder = try Folder()
    let store = writer(folder)
    store.offer([Sample.exchange(1)])
    await store.flush()
    let other = try DatabaseQueue(path: folder.store)
    try await other.write { db in
      for table in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'") {
        try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN later TEXT")
      }
    }
    store.offer([Sample.exchange(2), Sample.exchange(3)])
    store.offer(comparisons: [StoredComparison(
      time: 1, vendor: "v", model: "m", reference: "r", answer: Side(.stop), other: Side(.stop))])
    await store.flush()
    #expect(store.status.written == 3 && store.status.dropped == [:] && store.status.failure == nil)
    await store.close()
  }

  @Test func aFullDiskIsReportedAndRoomLetsItGoOn() async throws {
    let folder = try Folder()
    // A limit on the file's size is what a full disk looks like to SQLite, without a disk to fill.
    let store = writer(folder)
    await store.flush()
    await store.close()
    let full = writer(folder) { $0.maximumPages = 1 }
    var random = SeededGenerator()
    let noise = (0..<500_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    full.offer([Sample.exchange(1) { $0.request = StoredMessage(body: noise) }])
    try await until("the disk is full", full) { $0.failure?.reason == .diskFull }
    #expect(full.status.written == 0)
    full.offer((2..<40).map { Sample.exchange($0) })
    #expect(full.status.dropped[.failing(.diskFull)] ?? 0 > 0)
    await full.close(within: 0.1)
    #expect(full.status.dropped[.closed] ?? 0 > 0)
    let again = writer(folder)
    again.offer([Sample.exchange(1)])
    await again.flush()
    #expect(again.status.written == 1)
    await again.close()
  }

  @Test func theOverviewShowsWhenExchangesWereLost() async throws {
    let folder = try Folder()
    let noon = Sample.start / 60_000 * 60_000
    let time = Mutex(noon)
    let store = writer(folder) { $0.now = { time.withLock { $0 } } }
    await store.flush()
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: folder.store, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    store.offer([Sample.exchange(0)])
    try await until("the lock is noticed", store) { $0.failure?.reason == .locked }
    store.offer((1..<15).map { Sample.exchange($0) })
    time.withLock { $0 += 60_000 }
    store.offer((15..<18).map { Sample.exchange($0) })
    store.noteLost(2, reason: "recorder_queue_full")
    let lost = [
      Overview.Drop(start: noon, reason: "locked", exchanges: 5), Overview.Drop(start: noon + 60_000, reason: "locked", exchanges: 3),
      Overview.Drop(start: noon + 60_000, reason: "recorder_queue_full", exchanges: 2),
    ]
    var request = OverviewRequest(since: noon, until: noon + 3_600_000)
    request.points = 60
    let reader = try StoreReader(path: folder.store)
    var overview = try await reader.overview(request)
    #expect(overview.drops.isEmpty)
    overview.add(store.status.dropNotes)
    #expect(overview.drops == lost)
    try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    try await until("it recovers", store) { $0.written == 10 }
    await store.close()
    #expect(store.status.dropNotes.isEmpty)
    #expect(try await reader.overview(request).drops == lost)
    request.since = noon - 24 * 3_600_000
    #expect(try await reader.overview(request).drops.reduce(0) { $0 + $1.exchanges } == 10)
    reader.close()
  }

  @Test func aFileThatIsNoStoreIsLeftAloneAndTheWayFreeTheStoreBegins() async throws {
    for content in ["my diary, not a database, and longer than a header of SQLite: one hundred bytes and some more after that", ""] {
      let folder = try Folder()
      if content.isEmpty {
        let other = try DatabaseQueue(path: folder.store)
        try await other.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
        try other.close()
      } else {
        try content.write(toFile: folder.store, atomically: true, encoding: .utf8)
      }
      let before = FileManager.default.contents(atPath: folder.store)
      let store = writer(folder)
      store.offer([Sample.exchange(1)])
      try await until("it is noticed", store) { $0.failure?.reason == .notAStore }
      if !content.isEmpty { #expect(FileManager.default.contents(atPath: folder.store) == before) }
      for name in [folder.store, folder.store + "-wal", folder.store + "-shm"] { try? FileManager.default.removeItem(atPath: name) }
      try await until("it recovers", store) { $0.written == 1 }
      await store.close()
    }
  }

  @Test func aDamagedStoreIsSetAsideAndANewOneBegins() async throws {
    let folder = try Folder()
    let first = writer(folder)
    first.offer((0..<10).map { Sample.exchange($0) })
    await first.flush()
    await first.close()
    let file = try #require(FileHandle(forUpdatingAtPath: folder.store))
    try file.seek(toOffset: 4096)
    try file.write(contentsOf: Data(repeating: 0xFF, count: 200_000))
    try file.close()
    let second = writer(folder)
    second.offer([Sample.exchange(20)])
    try await until("a new store has it", second) { $0.written == 1 }
    let aside = try #require(second.status.setAside)
    #expect(FileManager.default.fileExists(atPath: aside))
    #expect(second.status.failure == nil)
    await second.close()
  }

  /// As after tables were copied from one store to another, or mended by hand.
  @Test(arguments: ["DELETE FROM meta", "UPDATE meta SET value = 3", "UPDATE meta SET value = 1 WHERE name = 'sequence'"])
  func aStoreThatCountsFromBeforeItsRowsGoesOnBehindThem(_ change: String) async throws {
    let folder = try Folder()
    func exchange(_ number: Int) -> StoredExchange { Sample.exchange(number) { $0.request = Sample.body("a word, and number \(number)") } }
    let first = writer(folder)
    first.offer((0..<5).map(exchange))
    await first.flush()
    await first.close()
    let database = try DatabaseQueue(path: folder.store)
    try await database.write { try $0.execute(sql: change) }
    try database.close()
    let second = writer(folder)
    second.offer((3..<8).map(exchange))
    await second.flush()
    #expect(second.status.failure == nil && second.status.droppedTotal == 0)
    await second.close()
    let reader = try StoreReader(path: folder.store)
    #expect(try await reader.list(ExchangeFilter()).exchanges.count == 8)
    #expect(Set(try await reader.list(ExchangeFilter()).exchanges.map(\.sequence)).count == 8)
    #expect(try await reader.follow(after: 5, ExchangeFilter()).exchanges.count == 3)
    reader.close()
  }

  @Test(
    arguments: ["UPDATE meta SET value = 9223372036854775807 WHERE name = 'sequence'", "UPDATE exchange SET sequence = 9223372036854775807"])
  func aStoreThatIsNumberedToTheEndMakesRoomForANewOne(_ change: String) async throws {
    let folder = try Folder()
    let first = writer(folder)
    first.offer([Sample.exchange(1)])
    await first.flush()
    await first.close()
    let database = try DatabaseQueue(path: folder.store)
    try await database.write { try $0.execute(sql: change) }
    try database.close()
    let second = writer(folder)
    second.offer([Sample.exchange(2)])
    await second.flush()
    #expect(second.status.droppedTotal == 0 && second.status.setAside != nil)
    await second.close()
    let reader = try StoreReader(path: folder.store)
    #expect(try await reader.list(ExchangeFilter()).exchanges.map(\.exchange.id) == [Sample.exchange(2).id])
    reader.close()
  }

  /// An index stands for whatever is in the way and goes with no other key.
  @Test func anExchangeThatCannotBeStoredIsDroppedAndTheOthersAreKept() async throws {
    let folder = try Folder()
    let first = writer(folder)
    await first.flush()
    await first.close()
    let database = try DatabaseQueue(path: folder.store)
    try await database.write {
      try $0.execute(sql: "CREATE UNIQUE INDEX one_a_model ON exchange (model) WHERE model = 'rare'")
    }
    try database.close()
    let second = writer(folder)
    second.offer((0..<6).map { number in Sample.exchange(number) { if number > 2 { $0.model = "rare" } } })
    await second.flush()
    await second.close()
    #expect(second.status.written == 4)
    #expect(second.status.dropped == [.unusable: 2])
  }

  @Test(.enabled(if: getuid() != 0, "root may write what is read-only"))
  func aReadOnlyFileIsReportedAndCured() async throws {
    let folder = try Folder()
    await writer(folder).close()
    _ = unsafe chmod(folder.store, 0o400)
    let store = writer(folder)
    store.offer([Sample.exchange(1)])
    try await until("it is noticed", store) { $0.failure?.reason == .readOnly }
    _ = unsafe chmod(folder.store, 0o600)
    try await until("it recovers", store) { $0.written == 1 }
    await store.close()
  }

  @Test func aDeletedFileIsNoticedAndMadeAnew() async throws {
    let folder = try Folder()
    let store = writer(folder)
    await store.flush()
    for name in [folder.store, folder.store + "-wal", folder.store + "-shm"] { try? FileManager.default.removeItem(atPath: name) }
    store.offer([Sample.exchange(1)])
    await store.flush()
    let reader = try StoreReader(path: folder.store)
    #expect(try await reader.list(ExchangeFilter()).exchanges.count == 1)
    await store.close()
  }

  @Test func onlyTheOwnerMayReadAnyOfItsFiles() async throws {
    let folder = try Folder()
    let path = folder.path + "/a/b/belay.db"
    let old = umask(0)
    defer { umask(old) }
    let store = StoreWriter(StoreOptions(path: path))
    store.offer([Sample.exchange(1)])
    await store.flush()
    try #expect(mode(folder.path + "/a/b") == 0o700)
    for suffix in ["", "-wal", "-shm"] { try #expect(mode(path + suffix) == 0o600) }
    await store.close()
  }

  private func mode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  private func put(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    _ = unsafe chmod(path, 0o644)
  }

  @Test func aStoreThatOthersCouldReadIsTakenFromThem() async throws {
    let folder = try Folder()
    let first = writer(folder)
    first.offer([Sample.exchange(1)])
    await first.flush()
    await first.close()
    let names = ["", "-wal", "-shm"].map { folder.store + $0 }
    for name in names {
      if !FileManager.default.fileExists(atPath: name) { try put("", name) }
      _ = unsafe chmod(name, 0o666)
    }
    let second = writer(folder)
    second.offer([Sample.exchange(2)])
    await second.flush()
    #expect(second.status.written == 1)
    for name in names { try #expect(mode(name) == 0o600) }
    await second.close()
  }

  @Test func whatIsNoStoreKeepsItsPermissions() async throws {
    let folder = try Folder()
    try put("my diary, not a database, and longer than a header of SQLite: one hundred bytes and some more after that", folder.store)
    try put("", folder.store + "-shm")
    let store = writer(folder)
    store.offer([Sample.exchange(1)])
    try await until("it is noticed", store) { $0.failure?.reason == .notAStore }
    for name in [folder.store, folder.store + "-shm"] { try #expect(mode(name) == 0o644) }
    await store.close()
  }

  @Test(arguments: ["-wal", "-shm"])
  func aCompanionThatIsALinkIsNotWrittenThrough(_ suffix: String) async throws {
    let folder = try Folder()
    let precious = folder.path + "/precious"
    try put("precious", precious)
    try FileManager.default.createSymbolicLink(atPath: folder.store + suffix, withDestinationPath: precious)
    let store = writer(folder)
    store.offer([Sample.exchange(1)])
    try await until("it is noticed", store) { $0.failure?.reason == .notAStore }
    #expect(FileManager.default.contents(atPath: precious) == Data("precious".utf8))
    try #expect(mode(precious) == 0o644)
    try FileManager.default.removeItem(atPath: folder.store + suffix)
    try await until("it recovers", store) { $0.written == 1 }
    await store.close()
  }

  @Test(arguments: [true, false])
  func aLinkOfOnesOwnIsFollowed(_ isThere: Bool) async throws {
    let folder = try Folder()
    let target = folder.path + "/elsewhere.db"
    if isThere { try put("", target) }
    try FileManager.default.createSymbolicLink(atPath: folder.store, withDestinationPath: "elsewhere.db")
    let store = writer(folder)
    store.offer([Sample.exchange(1)])
    await store.flush()
    #expect(store.status.written == 1)
    for name in [target, target + "-wal", target + "-shm"] { try #expect(mode(name) == 0o600) }
    await store.close()
  }

  @Test(.enabled(if: geteuid() == 0, "only root can make a file another user's"), arguments: ["", "-wal", "link"])
  func whatAnotherUserMadeIsNotUsed(_ what: String) async throws {
    let folder = try Folder()
    let name = folder.store + (what == "-wal" ? what : "")
    if what == "link" {
      try put("", folder.path + "/target")
      try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: "target")
    } else {
      try put("", name)
    }
    _ = unsafe lchown(name, 65534, 65534)
    let store = writer(folder)
    store.offer([Sample.exchange(1)])
    try await until("it is noticed", store) { $0.failure?.reason == .readOnly && $0.failure?.detail.contains("user 65534") == true }
    _ = unsafe lchown(name, 0, 0)
    try await until("it recovers", store) { $0.written == 1 }
    await store.close()
  }

  @Test func aStoreOfALaterReleaseIsRefusedAndAnEarlierOneBroughtUpWithWhatItHolds() async throws {
    for known in 1...Migration.all.count {
      let folder = try Folder()
      let database = try DatabaseQueue(path: folder.store)
      for migration in Migration.all.prefix(known) {
        try await database.write {
          try migration.change($0)
          try $0.execute(sql: "PRAGMA user_version = \(migration.number); PRAGMA application_id = \(0x424C_4159)")
        }
      }
      try await database.write { try $0.execute(sql: "INSERT INTO label VALUES ('kept', 1)") }
      try database.close()
      if known < Migration.all.count { #expect(throws: StoreFailure.self) { try StoreReader(path: folder.store) } }
      let store = writer(folder)
      store.offer([Sample.exchange(1)])
      await store.flush()
      #expect(store.status.written == 1)
      await store.close()
      let after = try DatabaseQueue(path: folder.store)
      #expect(try await after.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == Migration.all.last?.number)
      #expect(try await after.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM label WHERE code = 'kept'") } == 1)
      try await after.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
      try after.close()
      let error = try #require(throws: StoreFailure.self) { try StoreReader(path: folder.store) }
      #expect(error.reason == .newer)
    }
  }
}
