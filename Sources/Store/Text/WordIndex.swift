// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Keeps the word index behind the chunks, and behind the exchanges the list of which chunk is in which. Indexing takes several
/// times as long as storing, so the writer does it when it has nothing else to do; two rows of `meta` say how far it has come,
/// also across restarts.
final class WordIndex {
  private let next: PreparedStatement
  private let insert: PreparedStatement
  private let nextContent: PreparedStatement
  private let insertPiece: PreparedStatement
  private let mark: PreparedStatement

  /// What one step may take, in bytes of text; an exchange, and each of its chunks, counts as so many.
  private static let exchangeBytes = 512
  private static let pieceBytes = 16

  init(_ db: Database) throws {
    next = try PreparedStatement(db, "SELECT id, data FROM chunk_data WHERE id > ? ORDER BY id LIMIT 1")
    insert = try PreparedStatement(db, "INSERT INTO word_index (rowid, words) VALUES (?, ?)")
    nextContent = try PreparedStatement(
      db,
      """
      SELECT e.sequence, e.key, c.details FROM exchange AS e INDEXED BY exchange_sequence CROSS JOIN content AS c ON c.exchange = e.key
      WHERE e.sequence > ? ORDER BY e.sequence LIMIT 1
      """)
    insertPiece = try PreparedStatement(db, "INSERT OR IGNORE INTO piece (chunk, exchange) VALUES (?, ?)")
    mark = try PreparedStatement(db, "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")
  }

  /// Indexes up to about so many bytes of text in one transaction.
  ///
  /// - Returns: false where nothing is left.
  func step(_ db: Database, bytes: Int) throws -> Bool {
    var left = bytes
    // Within the transaction from the first read on: another gateway may index the same store.
    try db.inTransaction(.immediate) {
      try indexChunks(db, &left)
      try listPieces(db, &left)
      return left == bytes ? .rollback : .commit
    }
    return left <= 0
  }

  private func indexChunks(_ db: Database, _ left: inout Int) throws {
    let first = try Self.mark(db, "indexed")
    var last = first
    while left > 0, let chunk = try next.first(.integer(last), read: { (id: $0.integer(0), data: $0.blob(1)) }) {
      last = chunk.id
      guard chunk.data.first.map(PackedTag.isSearchable) ?? false else {
        left -= 64
        continue
      }
      var text: [UInt8] = []
      try Unpacker.unpack(chunk.data, into: &text)
      try insert.run(.integer(chunk.id), .text(Self.document(text)))
      left -= text.count
    }
    if last != first { try mark.run(.text("indexed"), .integer(last)) }
  }

  private func listPieces(_ db: Database, _ left: inout Int) throws {
    let first = try Self.mark(db, "listed")
    var last = first
    while left > 0,
      let row = try nextContent.first(.integer(last), read: { (sequence: $0.integer(0), key: $0.integer(1), details: $0.blob(2)) })
    {
      last = row.sequence
      left -= Self.exchangeBytes
      for message in try PackedDetails.messages(row.details) {
        let chunks = try Recipe(decoding: message.indexed).chunks
        for chunk in chunks { try insertPiece.run(.integer(chunk), .integer(row.key)) }
        left -= Self.pieceBytes * chunks.count
      }
    }
    if last != first { try mark.run(.text("listed"), .integer(last)) }
  }

  /// What FTS5 was given for a chunk, and must be given again to forget it. A release that finds other words has to build the
  /// index anew.
  static func document(_ text: [UInt8]) -> String { Words.all(in: text).sorted().joined(separator: " ") }

  /// `indexed`: a chunk's id. `listed`: an exchange's sequence; by then all its chunks are indexed.
  static func mark(_ db: Database, _ name: String) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name]) ?? 0
  }
}
