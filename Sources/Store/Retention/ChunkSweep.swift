// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// Walks all chunks once and deletes those that were last used before the oldest exchange there is, or that are known to be in none,
/// with their words.
struct ChunkSweep {
  private static let rows = 500

  private let deleteChunk: PreparedStatement
  private let data: PreparedStatement
  private let deleteData: PreparedStatement
  private let deleteWords: PreparedStatement
  private let deletePieces: PreparedStatement

  init(_ db: Database) throws {
    deleteChunk = try PreparedStatement(db, "DELETE FROM chunk WHERE digest = ?")
    data = try PreparedStatement(db, "SELECT data FROM chunk_data WHERE id = ?")
    deleteData = try PreparedStatement(db, "DELETE FROM chunk_data WHERE id = ?")
    deleteWords = try PreparedStatement(db, "INSERT INTO word_index (word_index, rowid, words) VALUES ('delete', ?, ?)")
    deletePieces = try PreparedStatement(db, "DELETE FROM piece WHERE chunk = ? AND exchange < ?")
  }

  /// - Parameter used: the chunks of all exchanges, where that was found out; brought up to date here.
  /// - Returns: the digest to go on after, nil at the end; and how many chunks went.
  func step(_ db: Database, after: [UInt8], now: Int64, used: ChunkMarks? = nil) throws -> (last: [UInt8]?, deleted: Int) {
    var last: [UInt8]?
    var deleted = 0
    try db.inTransaction(.immediate) {
      // Asked anew each time: an exchange that began long ago may have ended just now.
      let oldest = try RetentionRun.oldest(db) ?? ExchangeKey(milliseconds: now)
      let indexed = try WordIndex.mark(db, "indexed")
      try used?.catchUp(db)
      let rows = try Row.fetchAll(
        db, sql: "SELECT digest, id, used FROM chunk WHERE digest > ? ORDER BY digest LIMIT \(Self.rows)",
        arguments: [Self.data(after)])
      for row in rows {
        let digest = Array(row["digest"] as Data)
        let id: Int64 = row["id"]
        let isOld = row["used"] as Int64 + ChunkWriter.slack < oldest.milliseconds / 1000
        let isDead = isOld || used.map { !$0.contains(id) } ?? false
        if digest.first.map({ $0 & 1 == 1 }) ?? false {
          try deletePieces.run(.integer(id), .integer(isDead ? Int64.max : oldest.rawValue))
          if isDead, id <= indexed { try forgetWords(of: id) }
        }
        if isDead {
          try deleteChunk.run(.blob(digest))
          try deleteData.run(.integer(id))
          deleted += 1
        }
        last = digest
      }
      return .commit
    }
    return (last, deleted)
  }

  private func forgetWords(of id: Int64) throws {
    guard let packed = try data.first(.integer(id), read: { $0.blob(0) }) else { return }
    var text: [UInt8] = []
    try Unpacker.unpack(packed, into: &text)
    try deleteWords.run(.integer(id), .text(WordIndex.document(text)))
  }

  private static func data(_ bytes: [UInt8]) -> Data { Data(bytes) }
}
