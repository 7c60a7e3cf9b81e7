// SPDX-License-Identifier: Apache-2.0

/// What a store keeps, and for how long.
package struct StoreOptions: Sendable {
  package var file: StoreFile
  package var bodies = BodyKeeping.all
  package var redaction = Redaction()
  package var retention = Retention()
  package var queue = Queue()
  /// For tests: a store of an earlier release.
  package var migrations = Migration.all
  /// How long to wait for another program's lock before records wait instead.
  package var lockPatienceMilliseconds = 200
  /// The longest that a record waits for company before its batch is written.
  package var gatherMilliseconds = 100
  /// Of the file's pages, that the writer keeps in memory.
  package var cacheBytes = 64 << 20
  /// SQLite's limit on the file, in pages of 4 KiB; what is beyond it is as good as a full disk.
  package var maximumPages: Int?
  /// Milliseconds since the Unix epoch.
  package var now: @Sendable () -> Int64

  package init(path: String, now: @escaping @Sendable () -> Int64 = WallClock.milliseconds) {
    file = StoreFile(path: path)
    self.now = now
  }

  /// What may wait to be written. Beyond `bytes` exchanges wait without their bodies; beyond twice as much, and beyond `records`, they are
  /// dropped. Both are counted.
  package struct Queue: Sendable, Equatable {
    package var records = 20_000
    package var bytes = 64 << 20

    package init(records: Int = 20_000, bytes: Int = 64 << 20) {
      self.records = records
      self.bytes = bytes
    }
  }

  /// What goes when: the oldest first, until both hold. nil keeps for ever.
  package struct Retention: Sendable, Equatable {
    package var milliseconds: Int64?
    /// Of the file and its companions.
    package var bytes: Int64?
    /// The longest that hourly sums and comparisons are kept; see ``SumsShare`` for `bytes`.
    package var rollupMilliseconds: Int64 = 400 * 24 * 3_600_000
    /// Between two looks.
    package var intervalMilliseconds: Int64 = 60_000

    package init(milliseconds: Int64? = nil, bytes: Int64? = nil) {
      self.milliseconds = milliseconds
      self.bytes = bytes
    }
  }
}
