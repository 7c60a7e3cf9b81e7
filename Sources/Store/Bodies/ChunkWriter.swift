// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Stores bodies as chunks, each chunk once.
///
/// Nothing counts references: a chunk notes when it was last used, to within ``slack``, and retention takes exchanges
/// from the oldest on, so a chunk whose last use lies before the oldest exchange belongs to none.
final class ChunkWriter {
  /// Seconds that a chunk's last use may lie behind the truth: a chunk in every request is updated once in so long.
  static let slack: Int64 = 60

  private let find: PreparedStatement
  private let insert: PreparedStatement
  private let insertData: PreparedStatement
  private let touch: PreparedStatement
  private let digester: Digester
  private let packer: Packer
  private var known = ChunkCache()
  private var recent = RecentChunks()
  /// Bytes that this writer added to the file since it was last asked.
  private var added = 0

  init(_ db: Database) throws {
    digester = try Digester()
    packer = try Packer()
    find = try PreparedStatement(db, "SELECT id, used FROM chunk WHERE digest = ?")
    insert = try PreparedStatement(db, "INSERT INTO chunk (digest, id, used) VALUES (?, ?, ?)")
    insertData = try PreparedStatement(db, "INSERT INTO chunk_data (data) VALUES (?)")
    touch = try PreparedStatement(db, "UPDATE chunk SET used = ? WHERE digest = ?")
  }

  /// What is remembered may be wrong after a rollback, and after another process has written.
  func forget() {
    known = ChunkCache()
    recent = RecentChunks()
  }

  func takeAdded() -> Int {
    defer { added = 0 }
    return added
  }

  /// - Parameter searchable: its words are to be indexed.
  /// - Returns: the encoded recipe.
  func store(_ body: [UInt8], _ cut: BodyCut, searchable: Bool, seconds: Int64) throws -> [UInt8] {
    guard !body.isEmpty else { return [] }
    let span = body.span
    var recipe = Recipe()
    recipe.bytes = body.count
    var start = 0
    for end in cut.ends(of: span) {
      recipe.chunks.append(try store(span.extracting(start..<end), searchable: searchable, seconds: seconds))
      start = end
    }
    return recipe.encoded()
  }

  private func store(_ bytes: borrowing Span<UInt8>, searchable: Bool, seconds: Int64) throws -> Int64 {
    if let chunk = recent.find(bytes, isSearchable: searchable), seconds <= chunk.used + Self.slack { return chunk.id }
    let chunk = try storeByDigest(bytes, searchable: searchable, seconds: seconds)
    recent.insert(bytes, isSearchable: searchable, chunk)
    return chunk.id
  }

  private func storeByDigest(_ bytes: borrowing Span<UInt8>, searchable: Bool, seconds: Int64) throws -> ChunkCache.Entry {
    guard let digest = digester.digest(bytes, isSearchable: searchable) else { throw StoreFailure(.other, "libcrypto cannot hash") }
    if var chunk = try known[digest] ?? find.first(.blob(digest.bytes), read: { ChunkCache.Entry(id: $0.integer(0), used: $0.integer(1)) }) {
      if seconds > chunk.used + Self.slack {
        try touch.run(.integer(seconds), .blob(digest.bytes))
        chunk.used = seconds
      }
      known[digest] = chunk
      return chunk
    }
    let packed = packer.pack(bytes, searchable: searchable)
    try insertData.run(.blob(packed))
    let id = insertData.lastInsertedRow
    try insert.run(.blob(digest.bytes), .integer(id), .integer(seconds))
    let chunk = ChunkCache.Entry(id: id, used: seconds)
    known[digest] = chunk
    added += packed.count
    return chunk
  }
}
