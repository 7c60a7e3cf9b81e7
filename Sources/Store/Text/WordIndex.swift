// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Keeps the word index behind the chunks. Indexing takes several times as long as storing, so the writer does it when it has
/// nothing else to do; `meta.indexed` says how far it has come, also across restarts.
final class WordIndex {
  private let next: PreparedStatement
  private let insert: PreparedStatement
  private let mark: PreparedStatement

  init(_ db: Database) throws {
    next = try PreparedStatement(db, "SELECT id, data FROM chunk_data WHERE id > ? ORDER BY id LIMIT 1")
    insert = try PreparedStatement(db, "INSERT INTO word_index (rowid, words) VALUES (?, ?)")
    mark = try PreparedStatement(db, "INSERT OR REPLACE INTO meta VALUES ('indexed', ?)")
  }

  /// Indexes up to so many bytes of text in one transaction.
  ///
  /// - Returns: false where nothing is left.
  func step(_ db: Database, bytes: Int) throws -> Bool {
    var last = try Self.mark(db)
    var done = 0
    var isLeft = true
    try db.inTransaction(.immediate) {
      while done < bytes {
        guard let chunk = try next.first(.integer(last), read: { (id: $0.integer(0), data: $0.blob(1)) }) else {
          isLeft = false
          break
        }
        last = chunk.id
        guard chunk.data.first.map(PackedTag.isSearchable) ?? false else {
          done += 64
          continue
        }
        var text: [UInt8] = []
        try Unpacker.unpack(chunk.data, into: &text)
        try insert.run(.integer(chunk.id), .text(Self.document(text)))
        done += text.count
      }
      if done > 0 { try mark.run(.integer(last)) }
      return .commit
    }
    return isLeft
  }

  /// What FTS5 was given for a chunk, and must be given again to forget it. A release that finds other words has to build the
  /// index anew.
  static func document(_ text: [UInt8]) -> String { Words.all(in: text).sorted().joined(separator: " ") }

  static func mark(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'indexed'") ?? 0
  }
}
