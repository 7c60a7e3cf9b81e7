// SPDX-License-Identifier: Apache-2.0
import GRDB

/// The chunks that exchanges are made of, found by reading every exchange there is. For when what is younger than
/// ``ChunkWriter/slack`` has to go: then there are only some minutes of exchanges.
///
/// Exchanges are read in the order of recording, so that what was recorded meanwhile, by another gateway too, is read in the end.
final class ChunkMarks {
  private let contents: PreparedStatement
  private var chunks: Set<Int64> = []
  private var sequence: Int64 = 0

  init(_ db: Database) throws {
    contents = try PreparedStatement(
      db,
      """
      SELECT e.sequence, c.details FROM exchange AS e INDEXED BY exchange_sequence CROSS JOIN content AS c ON c.exchange = e.key
      WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?
      """)
  }

  func contains(_ chunk: Int64) -> Bool { chunks.contains(chunk) }

  /// Reads so many exchanges.
  ///
  /// - Returns: whether there may be more.
  func step(_ db: Database, count: Int) throws -> Bool {
    var left = count
    try contents.each([.integer(sequence), .int(count)]) { row in
      left -= 1
      for message in try PackedDetails.messages(row.blob(1)) {
        for recipe in [message.headers, message.body, message.text] { chunks.formUnion(try Recipe(decoding: recipe).chunks) }
      }
      sequence = row.integer(0)
    }
    return left == 0
  }

  /// Within the transaction that deletes: nobody writes meanwhile.
  func catchUp(_ db: Database) throws {
    while try step(db, count: 1000) {}
  }
}
