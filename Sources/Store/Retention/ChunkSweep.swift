// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// Walks all chunks once and deletes those that were last used before the oldest exchange there is, or that are known to be in none,
/// with their words.
struct ChunkSweep {
  private static let rows = 500
  /// What one step may take, in bytes of text whose words go; what says that a chunk is in an exchange counts as so many. A prompt that
  /// everybody sends is in a million of them, and what is recorded waits for a step.
  private static let bytes = 256 << 10
  private static let pieceBytes = 16

  private let deleteChunk: PreparedStatement
  private let data: PreparedStatement
  private let deleteData: PreparedStatement
  private let deleteWords: PreparedStatement
  private let nextPiece: PreparedStatement
  private let deletePieces: PreparedStatement

  init(_ db: Database) throws {
    deleteChunk = try PreparedStatement(db, "DELETE FROM chunk WHERE digest = ?")
    data = try PreparedStatement(db, "SELECT data FROM chunk_data WHERE id = ?")
    deleteData = try PreparedStatement(db, "DELETE FROM chunk_data WHERE id = ?")
    deleteWords = try PreparedStatement(db, "INSERT INTO word_index (word_index, rowid, words) VALUES ('delete', ?, ?)")
    nextPiece = try PreparedStatement(db, "SELECT exchange FROM piece WHERE chunk = ? AND exchange < ? ORDER BY exchange LIMIT 1 OFFSET ?")
    deletePieces = try PreparedStatement(db, "DELETE FROM piece WHERE chunk = ? AND exchange < ?")
  }

  /// - Parameter used: the chunks of all exchanges, where that was found out; brought up to date here.
  /// - Returns: the digest to go on after, nil at the end; and how many chunks went.
  func step(_ db: Database, after: [UInt8], now: Int64, used: ChunkMarks? = nil) throws -> (last: [UInt8]?, deleted: Int) {
    var last: [UInt8]?
    var deleted = 0
    var left = Self.bytes
    try db.inTransaction(.immediate) {
      // Asked anew each time: an exchange that began long ago may have ended just now.
      let oldest = try RetentionRun.oldest(db) ?? ExchangeKey(milliseconds: now)
      let indexed = try WordIndex.mark(db, "indexed")
      try used?.catchUp(db)
      let rows = try Row.fetchAll(
        db, sql: "SELECT digest, id, used FROM chunk WHERE digest > ? ORDER BY digest LIMIT \(Self.rows)",
        arguments: [Self.data(after)])
      for row in rows where left > 0 {
        let digest = Array(row["digest"] as Data)
        let id: Int64 = row["id"]
        let isOld = row["used"] as Int64 + ChunkWriter.slack < oldest.milliseconds / 1000
        let isDead = isOld || used.map { !$0.contains(id) } ?? false
        if digest.first.map({ $0 & 1 == 1 }) ?? false {
          guard try forgetPieces(of: id, before: isDead ? .max : oldest.rawValue, &left) else {
            // The next step goes on with this one.
            last = last ?? after
            break
          }
          if isDead, id <= indexed { left -= try forgetWords(of: id) }
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

  /// - Returns: whether all of them are gone.
  private func forgetPieces(of id: Int64, before end: Int64, _ left: inout Int) throws -> Bool {
    let next = try nextPiece.first(.integer(id), .integer(end), .int(left / Self.pieceBytes + 1)) { $0.integer(0) }
    try deletePieces.run(.integer(id), .integer(next ?? end))
    left -= deletePieces.changes * Self.pieceBytes
    return next == nil
  }

  /// - Returns: the bytes of its text.
  private func forgetWords(of id: Int64) throws -> Int {
    guard let packed = try data.first(.integer(id), read: { $0.blob(0) }) else { return 0 }
    var text: [UInt8] = []
    try Unpacker.unpack(packed, into: &text)
    try deleteWords.run(.integer(id), .text(WordIndex.document(text)))
    return text.count
  }

  private static func data(_ bytes: [UInt8]) -> Data { Data(bytes) }
}
