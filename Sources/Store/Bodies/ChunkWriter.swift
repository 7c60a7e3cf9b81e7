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
  private let insertPiece: PreparedStatement
  private let digester: Digester
  private let packer: Packer
  private var known = ChunkCache()
  /// Bytes that this writer added to the file since it was last asked.
  private var added = 0

  init(_ db: Database) throws {
    digester = try Digester()
    packer = try Packer()
    find = try PreparedStatement(db, "SELECT id, used FROM chunk WHERE digest = ?")
    insert = try PreparedStatement(db, "INSERT INTO chunk (digest, id, used) VALUES (?, ?, ?)")
    insertData = try PreparedStatement(db, "INSERT INTO chunk_data (data) VALUES (?)")
    touch = try PreparedStatement(db, "UPDATE chunk SET used = ? WHERE digest = ?")
    insertPiece = try PreparedStatement(db, "INSERT OR IGNORE INTO piece (chunk, exchange) VALUES (?, ?)")
  }

  /// What is remembered may be wrong after a rollback, and after another process has written.
  func forget() {
    known = ChunkCache()
  }

  func takeAdded() -> Int {
    defer { added = 0 }
    return added
  }

  /// - Parameter searchable: its words are to be indexed.
  /// - Returns: the encoded recipe.
  func store(_ body: [UInt8], boundaries: [Int] = [], searchable: Bool, for key: ExchangeKey) throws -> [UInt8] {
    guard !body.isEmpty else { return [] }
    let seconds = key.milliseconds / 1000
    let span = body.span
    var recipe = Recipe()
    recipe.bytes = body.count
    var start = 0
    for end in BodyCut.ends(of: span, boundaries: boundaries) {
      let id = try store(span.extracting(start..<end), searchable: searchable, seconds: seconds)
      recipe.chunks.append(id)
      if searchable { try insertPiece.run(.integer(id), .integer(key.rawValue)) }
      start = end
    }
    return recipe.encoded()
  }

  private func store(_ bytes: borrowing Span<UInt8>, searchable: Bool, seconds: Int64) throws -> Int64 {
    guard let digest = digester.digest(bytes, isSearchable: searchable) else { throw StoreFailure(.other, "libcrypto cannot hash") }
    if let chunk = try known[digest] ?? find.first(.blob(digest.bytes), read: { ChunkCache.Entry(id: $0.integer(0), used: $0.integer(1)) }) {
      if seconds > chunk.used + Self.slack {
        try touch.run(.integer(seconds), .blob(digest.bytes))
        known[digest] = ChunkCache.Entry(id: chunk.id, used: seconds)
      } else {
        known[digest] = chunk
      }
      return chunk.id
    }
    let packed = packer.pack(bytes, searchable: searchable)
    try insertData.run(.blob(packed))
    let id = insertData.lastInsertedRow
    try insert.run(.blob(digest.bytes), .integer(id), .integer(seconds))
    known[digest] = ChunkCache.Entry(id: id, used: seconds)
    added += packed.count
    return id
  }
}

/// The chunks used last: tens of thousands, in two generations, of which the older goes when the younger is full.
struct ChunkCache {
  struct Entry {
    var id: Int64
    var used: Int64
  }

  private static let generation = 1 << 15
  private var young: [Digest: Entry] = [:]
  private var old: [Digest: Entry] = [:]

  subscript(digest: Digest) -> Entry? {
    get { young[digest] ?? old[digest] }
    set {
      if young.count >= Self.generation {
        old = young
        young.removeAll(keepingCapacity: true)
      }
      young[digest] = newValue
    }
  }
}
