// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Writes one exchange: its chunks, a row of `exchange`, then what belongs to it. Runs inside the batch's transaction.
final class ExchangeInserter {
  private let exchange: PreparedStatement
  private let taken: PreparedStatement
  private let content: PreparedStatement
  private let details: DetailInserter
  private let chunks: ChunkWriter

  init(_ db: Database) throws {
    // A key that is taken is another's, and the next may be free; whatever else is in the way would be so with every key.
    exchange = try PreparedStatement(db, into: "exchange", columns: 39, "ON CONFLICT (key) DO NOTHING")
    taken = try PreparedStatement(db, "SELECT id FROM exchange WHERE key = ?")
    content = try PreparedStatement(db, into: "content", columns: 2)
    details = try DetailInserter(db)
    chunks = try ChunkWriter(db)
  }

  func forget() {
    chunks.forget()
  }

  /// - Returns: false where the exchange is there already.
  /// - Throws: `StoreFailure.other` where the id is no ULID.
  func insert(_ record: StoredExchange, sequence: Int64, keeping: BodyKeeping) throws -> Bool {
    guard var key = ExchangeKey(id: record.id) else { throw StoreFailure(.other, "the id \(record.id) is no ULID") }
    let messages = try store(record, seconds: key.milliseconds / 1000, keeping)
    let packed = PackedDetails.encode(record, messages)
    let bytes = packed.count + chunks.takeAdded()
    // Two gateways can meet in the 15 bits that tell one millisecond's exchanges apart.
    while try !insertRow(record, key, sequence, bytes: bytes) {
      if try taken.first(.integer(key.rawValue), read: { $0.text(0) }) == record.id { return false }
      key = key.next
    }
    try content.run(.integer(key.rawValue), .blob(packed))
    try details.insert(record, key)
    return true
  }

  private func store(_ record: StoredExchange, seconds: Int64, _ keeping: BodyKeeping) throws -> [MessageRecipes] {
    var messages: [MessageRecipes] = []
    func add(_ message: StoredMessage?, _ place: MessagePlace, isSearchable: Bool = true) throws {
      guard let message else { return }
      var recipes = MessageRecipes(place: place, omittedBytes: message.omittedBytes)
      // A request repeats the one before it; an answer repeats nothing.
      let cut = place.side == .response ? BodyCut.alone : .shared(boundaries: message.boundaries)
      if isSearchable { recipes.searchable = message.text == nil ? .body : .text }
      recipes.headers = try chunks.store(HeaderBlock.encode(message.headers), .alone, searchable: false, seconds: seconds)
      recipes.body = try chunks.store(message.body, cut, searchable: recipes.searchable == .body, seconds: seconds)
      if let text = message.text {
        recipes.text = try chunks.store(Array(text.utf8), .alone, searchable: recipes.searchable == .text, seconds: seconds)
      }
      messages.append(recipes)
    }
    if keeping == .all || keeping == .failures && record.isFailure {
      try add(record.request, MessagePlace(attempt: -1, side: .request))
      try add(record.response, MessagePlace(attempt: -1, side: .response))
      for (number, attempt) in record.attempts.enumerated() {
        // The words of what went to the vendor are the client's, already indexed.
        try add(attempt.request, MessagePlace(attempt: number, side: .request), isSearchable: record.request == nil)
        try add(attempt.response, MessagePlace(attempt: number, side: .response))
      }
    }
    if !record.edits.isEmpty {
      let edits = EditList.encode(record.edits)
      try add(StoredMessage(body: edits.bytes, boundaries: edits.boundaries), MessagePlace.edits, isSearchable: false)
    }
    return messages
  }

  /// False where the key is taken.
  private func insertRow(_ record: StoredExchange, _ key: ExchangeKey, _ sequence: Int64, bytes: Int) throws -> Bool {
    try exchange.run([
      .integer(key.rawValue), .integer(sequence), .text(record.id), .text(record.method), .text(record.path),
      .text(record.vendor), .text(record.model), .text(record.mode), .int(record.status), .text(record.outcome),
      .text(record.error), .text(record.fault), .text(record.verdict), .bool(record.isInspected), .bool(record.isStream),
      .text(record.firstFinishReason), .text(record.finishReason), .int(record.callCount), .int(record.k2vvValidCalls),
      .int(record.k2vvCheckedCalls), .int(record.validCalls), .int(record.idsRewritten), .int(record.attempts.count),
      .int(record.findings.count), .int(record.edits.count), .int(record.repairs.count), .integer(0),
      .int(record.tokens.input), .int(record.tokens.output), .int(record.tokens.cached), .int(record.tokens.reasoning),
      .int(record.requestBytes), .int(record.responseBytes), .int(record.firstByteNanoseconds),
      .int(record.firstTokenNanoseconds), .integer(record.totalNanoseconds), .int(record.overheadNanoseconds), .int(bytes),
      .text(record.firstVendor == record.vendor ? "" : record.firstVendor),
    ])
    return exchange.changes > 0
  }
}
