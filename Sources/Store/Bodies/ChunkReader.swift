// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Puts bodies together again.
enum ChunkReader {
  /// - Throws: `StoreFailure.corrupt` where a chunk is missing or does not unpack.
  static func read(_ recipe: [UInt8], _ db: Database) throws -> [UInt8] {
    let recipe = try Recipe(decoding: recipe)
    var body: [UInt8] = []
    let statement = try PreparedStatement(db, "SELECT data FROM chunk_data WHERE id = ?")
    for id in recipe.chunks {
      guard let packed = try statement.first(.integer(id), read: { $0.blob(0) }) else {
        throw StoreFailure(.corrupt, "chunk \(id) is missing")
      }
      try Unpacker.unpack(packed, into: &body)
    }
    guard body.count == recipe.bytes else { throw StoreFailure(.corrupt, "a body of \(body.count) bytes for \(recipe.bytes)") }
    return body
  }
}
