// SPDX-License-Identifier: Apache-2.0
import GRDB

/// How connections are set up.
enum StoreConnection {
  /// A file that is cut off while it is mapped ends the process (SIGBUS); read, it is a failure like others.
  private static let unmapped = "PRAGMA mmap_size = 0"

  /// Write-ahead log, so that readers and the writer never wait for each other; `synchronous = NORMAL`, so that a commit
  /// outlives the process without a wait for the disk (a power cut may take the last commits, never the file's integrity).
  static func writer(_ options: StoreOptions) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "belay-store-writer"
    configuration.busyMode = .timeout(Double(options.lockPatienceMilliseconds) / 1000)
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      // Before anything is changed: it may be somebody else's.
      try Migration.check(options.migrations, on: db)
      // Before the first table, or it has no effect: freed pages can then be given back a few at a time.
      try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
      guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
        throw StoreFailure(.readOnly, "the file cannot have a write-ahead log")
      }
      try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -\(options.cacheBytes >> 10); \(unmapped)")
      // A checkpoint waits for the disk twice and the writer with it: one every 32 MiB of log, not every 4.
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 8192; PRAGMA journal_size_limit = 67108864")
      if let pages = options.maximumPages { try db.execute(sql: "PRAGMA max_page_count = \(pages)") }
    }
    return try DatabaseQueue(path: options.file.path, configuration: configuration)
  }

  /// Several readers at once, none of which can write.
  static func reader(_ file: StoreFile, count: Int = 4) throws -> DatabasePool {
    try file.requireFiles()
    var configuration = Configuration()
    configuration.label = "belay-store-reader"
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = count
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -32768; \(unmapped)")
    }
    return try DatabasePool(path: file.path, configuration: configuration)
  }
}
