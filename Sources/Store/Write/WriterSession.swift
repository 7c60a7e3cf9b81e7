// SPDX-License-Identifier: Apache-2.0
import Dispatch
import GRDB

/// The writer's open connection, with its statements. Lives and dies on the writer's thread; after a failure that a new
/// connection may cure there is a new session.
final class WriterSession {
  private let options: StoreOptions
  private let connection: DatabaseQueue
  private let identity: StoreFile.Identity?
  private let inserter: ExchangeInserter
  private let comparisons: ComparisonInserter
  private let shadow: ShadowInserter
  private let rollupStatements: RollupStatements
  private let words: WordIndex
  private let retention: RetentionRun
  private var asked: AskedVendors?
  private var rollups = RollupBatch()
  private var redactor: Redactor
  private var dataVersion: Int64 = 0
  /// Whether words are waiting to be indexed, or retention is in the middle of a run.
  var isExpiring: Bool { retention.isRunning }
  var isOverfull: Bool { retention.isOverfull }
  var hasWork: Bool { hasWords || retention.isRunning }
  private var hasWords = true
  /// When ``upgrade()`` has something to do; nil where it has nothing.
  private(set) var nextUpgrade: DispatchTime?

  init(_ options: StoreOptions) throws {
    self.options = options
    try options.file.prepare()
    identity = options.file.identity
    connection = try StoreConnection.writer(options)
    redactor = Redactor(options.redaction)
    (inserter, comparisons, shadow, rollupStatements, words, retention, asked) = try connection.writeWithoutTransaction { db in
      try Migration.run(options.migrations, on: db)
      // The file itself now says what it is, and not only its log: see StoreFile.isOurs.
      _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(PASSIVE)")
      return try (
        ExchangeInserter(db), ComparisonInserter(db), ShadowInserter(db), RollupStatements(db), WordIndex(db), RetentionRun(db, options),
        AskedVendors(db)
      )
    }
    nextUpgrade = asked.map { _ in .now() }
  }

  func redact(_ redaction: Redaction) {
    redactor = Redactor(redaction)
  }

  /// False when the file at the path is no longer the one that is open.
  var isCurrent: Bool { options.file.identity == identity }

  func close() {
    try? connection.close()
  }

  /// What is remembered of the database may be wrong after a failure.
  func forget() {
    inserter.forget()
    rollups.forget()
  }

  func write(_ batch: ArraySlice<QueuedRecord>) throws {
    hasWords = true
    do {
      try connection.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          try noteOtherWriters(db)
          var sequence = try nextSequence(db)
          for queued in batch {
            switch queued.record {
            case .exchange(var record):
              redactor.redact(&record)
              if try inserter.insert(record, sequence: sequence, keeping: options.bodies) {
                rollups.add(record)
                sequence += 1
              }
            case .comparison(let comparison):
              try comparisons.insert(redactor.redact(comparison))
            case .shadow(.keep(let job)) where redactor.hasSecret(job):
              break
            case .shadow(let note):
              try shadow.write(note)
            }
          }
          try rollups.write(rollupStatements)
          try db.execute(sql: "INSERT OR REPLACE INTO meta (name, value) VALUES ('sequence', ?)", arguments: [sequence])
          return .commit
        }
      }
    } catch {
      forget()
      throw error
    }
  }

  func write(_ drops: DropNotes) throws {
    try connection.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        for (place, count) in drops.counts {
          try rollupStatements.drop.run(.integer(place.minute), .text(place.reason), .int(count))
        }
        return .commit
      }
    }
  }

  /// - Returns: whether more is left.
  func indexWords() throws -> Bool {
    guard hasWords else { return false }
    let isLeft = try connection.writeWithoutTransaction { try words.step($0, bytes: 256 << 10) }
    hasWords = isLeft
    return isLeft
  }

  /// A step of what a migration has left to do, after which the store is free for as long as it took: others may want to write.
  func upgrade() throws -> StoreStatus.Upgrade? {
    guard let asked else { return nil }
    let begin = DispatchTime.now()
    try connection.writeWithoutTransaction { try asked.step($0) }
    let end = DispatchTime.now()
    nextUpgrade = asked.status.isDone ? nil : end + .nanoseconds(Int(end.uptimeNanoseconds - begin.uptimeNanoseconds))
    if asked.status.isDone { self.asked = nil }
    return asked.status
  }

  /// - Returns: how many exchanges went.
  func retain(now: Int64) throws -> Int {
    let gone = try connection.writeWithoutTransaction { try retention.step($0, now: now) }
    if retention.hasDeletedChunks { inserter.forget() }
    return gone
  }

  /// Two gateways may share a store. What one remembers of chunks is void when the other has written: it may have
  /// deleted them.
  private func noteOtherWriters(_ db: Database) throws {
    let version = try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0
    if version != dataVersion { inserter.forget() }
    dataVersion = version
  }

  /// Behind all there are, whatever `meta` says in a store that somebody has mended by hand.
  private func nextSequence(_ db: Database) throws -> Int64 {
    let kept = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'sequence'") ?? 1
    let last = max(max(kept, 1) - 1, try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM exchange") ?? 0)
    // Only a damaged one has such a number, or one that was made to have it.
    guard last < Int64.max / 2 else { throw StoreFailure(.corrupt, "its exchanges are numbered to the end of all numbers") }
    return last + 1
  }
}
