// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Deletes the oldest exchanges until the limits hold, and gives their space back to the disk: a step at a time, each a
/// transaction of a few milliseconds, so that the writer's queue never waits long.
///
/// exchanges -> chunks that no exchange is left to use -> merged word index -> freed pages -> truncated log.
final class RetentionRun {
  private enum Phase: Equatable {
    case idle
    /// Exchanges before a key go; with `bytes`, only until so many are free.
    case exchanges(before: ExchangeKey, bytes: Int64?)
    /// Chunks whose digest comes after.
    case chunks(after: [UInt8])
    case words
    case pages
    case log
  }

  private let options: StoreOptions
  private let delete: ExchangeDelete
  private let sweep: ChunkSweep
  private let comparisons: ComparisonRetention
  private var phase = Phase.idle
  private var nextLook: Int64 = 0
  /// Whether the last call of `step` deleted chunks, so that nobody may trust what he remembers of them.
  private(set) var hasDeletedChunks = false

  /// How long one call may take.
  private static let slice = Duration.milliseconds(25)
  /// A run for size goes a little below the limit, or there would be one every minute.
  private static let lowWater = 0.9
  /// What is newer never goes for its size: chunks are known to be unused only after ``ChunkWriter/slack``.
  private static let safeMilliseconds = 2 * 1000 * ChunkWriter.slack

  var isRunning: Bool { phase != .idle }

  init(_ db: Database, _ options: StoreOptions) throws {
    self.options = options
    delete = try ExchangeDelete(db)
    sweep = try ChunkSweep(db)
    comparisons = try ComparisonRetention(db)
  }

  /// - Returns: how many exchanges went.
  func step(_ db: Database, now: Int64) throws -> Int {
    hasDeletedChunks = false
    var gone = 0
    let end = ContinuousClock.now + Self.slice
    if phase == .idle {
      guard now >= nextLook else { return 0 }
      nextLook = now + options.retention.intervalMilliseconds
      try look(db, now: now)
    }
    while phase != .idle, ContinuousClock.now < end { gone += try advance(db, now: now) }
    return gone
  }

  private func look(_ db: Database, now: Int64) throws {
    let rules = options.retention
    try db.execute(sql: "PRAGMA analysis_limit = 1000; ANALYZE exchange; ANALYZE label")
    for table in ["rollup", "rollup_finding", "rollup_time"] {
      let hour = (now - rules.rollupMilliseconds) / RollupBatch.millisecondsPerHour
      try db.execute(sql: "DELETE FROM \(table) WHERE hour < ?", arguments: [hour])
    }
    try comparisons.look(db, rules, now: now)
    try db.execute(
      sql: "DELETE FROM rollup_drop WHERE minute < ?", arguments: [(now - rules.rollupMilliseconds) / DropNotes.millisecondsPerMinute])
    let oldest = try Self.oldest(db)
    if let age = rules.milliseconds, let oldest, oldest.milliseconds < now - age {
      phase = .exchanges(before: ExchangeKey(milliseconds: now - age), bytes: nil)
    } else if let limit = rules.bytes, options.file.size > limit {
      let safe = ExchangeKey(milliseconds: now - Self.safeMilliseconds)
      let used = try Self.used(db)
      let wanted = used - Int64(Self.lowWater * Double(limit))
      // Free pages alone may be what is too much.
      phase = wanted > 0 && oldest.map { $0 < safe } ?? false ? .exchanges(before: safe, bytes: wanted) : .pages
    }
  }

  private func advance(_ db: Database, now: Int64) throws -> Int {
    switch phase {
    case .idle: break
    case .exchanges(let before, let bytes):
      let (count, freed) = try delete.step(db, before: before, bytes: bytes)
      let left = bytes.map { $0 - freed }
      phase = count == 0 || left ?? 1 <= 0 ? .chunks(after: []) : .exchanges(before: before, bytes: left)
      return count
    case .chunks(let after):
      let (last, deleted) = try sweep.step(db, after: after, now: now)
      if deleted > 0 { hasDeletedChunks = true }
      phase = last.map { .chunks(after: $0) } ?? .words
      if phase == .words { try db.execute(sql: "INSERT INTO word_index (word_index, rank) VALUES ('merge', -64)") }
    case .words:
      let before = db.totalChangesCount
      try db.execute(sql: "INSERT INTO word_index (word_index, rank) VALUES ('merge', 64)")
      if db.totalChangesCount - before < 2 { phase = .pages }
    case .pages:
      try db.execute(sql: "PRAGMA incremental_vacuum(128)")
      if try Int.fetchOne(db, sql: "PRAGMA freelist_count") == 0 { phase = .log }
    case .log:
      // A reader in the middle of something keeps the log; the next run takes it.
      _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      phase = .idle
      // Deleted text shared with what is left frees nothing: look again at once.
      if let limit = options.retention.bytes, options.file.size > limit, try Self.oldest(db).map({ $0.milliseconds < now - Self.safeMilliseconds }) ?? false {
        nextLook = now
      }
    }
    return 0
  }

  static func oldest(_ db: Database) throws -> ExchangeKey? {
    try Int64.fetchOne(db, sql: "SELECT min(key) FROM exchange").map { ExchangeKey(rawValue: $0) }
  }

  /// Bytes in pages that hold something.
  private static func used(_ db: Database) throws -> Int64 {
    let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
    let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
    return (pages - free) * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 4096)
  }
}
