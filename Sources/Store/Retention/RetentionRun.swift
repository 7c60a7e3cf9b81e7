// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Deletes the oldest exchanges until the limits hold, and gives their space back to the disk: a step at a time, each a
/// transaction of a few milliseconds, so that the writer's queue never waits long.
///
/// sums beyond their share -> exchanges -> chunks that no exchange is left to use -> merged word index -> freed pages -> truncated log.
///
/// It looks once a minute, and whenever the file has become too large: at once, then after each eighth of the limit. What is younger
/// than two minutes goes for its size only where nothing older is left; the newest exchange always stays.
final class RetentionRun {
  private enum Phase: Equatable {
    case idle
    case sums
    /// Exchanges before a key go; with `bytes`, only until so many are free.
    case exchanges(before: ExchangeKey, bytes: Int64?)
    /// The chunks of those that are left are noted.
    case marks
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
  private let sums: SumsShare
  /// Whether this run has seen to it that they have no more than their share.
  private var hasSharedSums = false
  private var phase = Phase.idle
  private var nextLook: Int64 = 0
  /// The size from which on it looks before that.
  private var nextSize: Int64
  /// Where young exchanges went: what the others need.
  private var marks: ChunkMarks?
  /// Exchanges that went in this run.
  private var gone = 0
  /// Whether the last call of `step` deleted chunks, so that nobody may trust what he remembers of them.
  private(set) var hasDeletedChunks = false

  /// How long one call may take.
  private static let slice = Duration.milliseconds(25)
  /// The same while the file is a quarter too large: then records wait for it, and not the other way round.
  private static let longSlice = Duration.milliseconds(500)
  /// A run for size goes a little below the limit, or there would be one every minute.
  private static let lowWater = 0.9
  /// Of what is newer it takes reading all of it to know which chunks are unused: ``ChunkWriter/slack``.
  private static let safeMilliseconds = 2 * 1000 * ChunkWriter.slack

  var isRunning: Bool { phase != .idle }

  init(_ db: Database, _ options: StoreOptions) throws {
    self.options = options
    nextSize = options.retention.bytes ?? .max
    delete = try ExchangeDelete(db)
    sweep = try ChunkSweep(db)
    comparisons = try ComparisonRetention(db)
    sums = try SumsShare(db)
  }

  /// - Returns: how many exchanges went.
  func step(_ db: Database, now: Int64) throws -> Int {
    hasDeletedChunks = false
    var count = 0
    let end = ContinuousClock.now + (isOverfull ? Self.longSlice : Self.slice)
    if phase == .idle {
      // A clock that was set back must not keep it waiting.
      let isDue = now >= nextLook || now < nextLook - options.retention.intervalMilliseconds
      guard isDue || nextSize < .max && options.file.size > nextSize else { return 0 }
      if isDue {
        nextLook = now + options.retention.intervalMilliseconds
        try lookAround(db, now: now)
      }
      hasSharedSums = false
      try look(db, now: now)
      noteSize()
    }
    while phase != .idle, ContinuousClock.now < end { count += try advance(db, now: now) }
    return count
  }

  /// Whether records should wait until there is room again.
  var isOverfull: Bool { options.retention.bytes.map { options.file.size > $0 + $0 / 4 } ?? false }

  /// An eighth more than there is now, where that is too much already: there may be nothing left to delete, or a reader in the way.
  private func noteSize() {
    guard let limit = options.retention.bytes else { return }
    let size = options.file.size
    nextSize = size > limit ? size + limit / 8 : limit
  }

  /// What is not for the size.
  private func lookAround(_ db: Database, now: Int64) throws {
    let rules = options.retention
    try db.execute(sql: "PRAGMA analysis_limit = 1000; ANALYZE exchange; ANALYZE label")
    for table in ["rollup", "rollup_finding", "rollup_time"] {
      let hour = (now - rules.rollupMilliseconds) / RollupBatch.millisecondsPerHour
      try db.execute(sql: "DELETE FROM \(table) WHERE hour < ?", arguments: [hour])
    }
    try comparisons.look(db, rules, now: now)
    try db.execute(
      sql: "DELETE FROM rollup_drop WHERE minute < ?", arguments: [(now - rules.rollupMilliseconds) / DropNotes.millisecondsPerMinute])
  }

  private func look(_ db: Database, now: Int64) throws {
    let rules = options.retention
    gone = 0
    let oldest = try Self.oldest(db)
    if let age = rules.milliseconds, let oldest, oldest.milliseconds < now - age {
      phase = .exchanges(before: ExchangeKey(milliseconds: now - age), bytes: nil)
    } else if let limit = rules.bytes, options.file.size > limit {
      let safe = ExchangeKey(milliseconds: now - Self.safeMilliseconds)
      let newest = try Self.newest(db)
      let used = try Self.used(db)
      let wanted = used - Int64(Self.lowWater * Double(limit))
      if wanted > 0, !hasSharedSums {
        hasSharedSums = true
        sums.start(limit: limit)
        phase = .sums
      } else if wanted > 0, let oldest, let newest, oldest < min(safe, newest) {
        phase = .exchanges(before: min(safe, newest), bytes: wanted)
      } else if wanted > 0, let oldest, let newest, oldest < newest {
        marks = try ChunkMarks(db)
        phase = .exchanges(before: newest, bytes: wanted)
      } else {
        // Free pages alone may be what is too much.
        phase = .pages
      }
    }
  }

  private func advance(_ db: Database, now: Int64) throws -> Int {
    switch phase {
    case .idle: break
    case .sums:
      guard try !sums.step(db) else { break }
      // What is left to free; the limit holds if it is nothing.
      phase = .pages
      try look(db, now: now)
    case .exchanges(let before, let bytes):
      let (count, freed) = try delete.step(db, before: before, bytes: bytes)
      let left = bytes.map { $0 - freed }
      let isOver = count == 0 || left ?? 1 <= 0
      phase = !isOver ? .exchanges(before: before, bytes: left) : marks == nil ? .chunks(after: []) : .marks
      gone += count
      return count
    case .marks:
      if try marks?.step(db, count: 100) != true { phase = .chunks(after: []) }
    case .chunks(let after):
      let (last, deleted) = try sweep.step(db, after: after, now: now, used: marks)
      if deleted > 0 { hasDeletedChunks = true }
      phase = last.map { .chunks(after: $0) } ?? .words
      guard phase == .words else { break }
      marks = nil
      try db.execute(sql: "INSERT INTO word_index (word_index, rank) VALUES ('merge', -64)")
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
      if gone > 0 { try look(db, now: now) }
      noteSize()
    }
    return 0
  }

  static func oldest(_ db: Database) throws -> ExchangeKey? {
    try Int64.fetchOne(db, sql: "SELECT min(key) FROM exchange").map { ExchangeKey(rawValue: $0) }
  }

  private static func newest(_ db: Database) throws -> ExchangeKey? {
    try Int64.fetchOne(db, sql: "SELECT max(key) FROM exchange").map { ExchangeKey(rawValue: $0) }
  }

  /// Bytes in pages that hold something.
  private static func used(_ db: Database) throws -> Int64 {
    let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
    let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
    return (pages - free) * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 4096)
  }
}
