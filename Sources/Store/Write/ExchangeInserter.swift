// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Writes one exchange: a row of `exchange`, then what belongs to it. Runs inside the batch's transaction.
final class ExchangeInserter {
  private let exchange: PreparedStatement
  private let taken: PreparedStatement
  private let fillBytes: PreparedStatement
  private let message: PreparedStatement
  private let details: DetailInserter
  private let chunks: ChunkWriter

  init(_ db: Database) throws {
    exchange = try PreparedStatement(
      db, "INSERT OR IGNORE INTO exchange VALUES (\(Array(repeating: "?", count: 38).joined(separator: ", ")))")
    taken = try PreparedStatement(db, "SELECT id FROM exchange WHERE key = ?")
    fillBytes = try PreparedStatement(db, "UPDATE exchange SET stored_bytes = ? WHERE key = ?")
    message = try PreparedStatement(db, "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?)")
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
    // Two gateways can meet in the 15 bits that tell one millisecond's exchanges apart.
    while try !insertRow(record, key, sequence) {
      if try taken.first(.integer(key.rawValue), read: { $0.text(0) }) == record.id { return false }
      key = key.next
    }
    try details.insert(record, key)
    if keeping == .all || keeping == .failures && record.isFailure { try insertMessages(record, key) }
    let edits = EditList.encode(record.edits)
    if !edits.bytes.isEmpty {
      try insert(StoredMessage(body: edits.bytes, boundaries: edits.boundaries), key, MessagePlace.edits, searchable: false)
    }
    let added = chunks.takeAdded()
    if added > 0 { try fillBytes.run(.int(added), .integer(key.rawValue)) }
    return true
  }

  private func insertMessages(_ record: StoredExchange, _ key: ExchangeKey) throws {
    if let request = record.request { try insert(request, key, MessagePlace(attempt: -1, side: .request)) }
    if let response = record.response { try insert(response, key, MessagePlace(attempt: -1, side: .response)) }
    for (number, attempt) in record.attempts.enumerated() {
      // The words of what went to the vendor are the client's, already indexed.
      if let request = attempt.request { try insert(request, key, MessagePlace(attempt: number, side: .request), searchable: record.request == nil) }
      if let response = attempt.response { try insert(response, key, MessagePlace(attempt: number, side: .response)) }
    }
  }

  private func insert(
    _ part: StoredMessage, _ key: ExchangeKey, _ place: MessagePlace, searchable: Bool = true
  ) throws {
    let headers = try chunks.store(HeaderBlock.encode(part.headers), searchable: false, for: key)
    let body = try chunks.store(part.body, boundaries: part.boundaries, searchable: searchable && part.text == nil, for: key)
    let text = try chunks.store(Array((part.text ?? "").utf8), searchable: searchable, for: key)
    try message.run(
      .integer(key.rawValue), .int(place.attempt), .int(place.side.rawValue), .blob(headers), .blob(body), .blob(text),
      .int(part.omittedBytes))
  }

  /// False where the key is taken.
  private func insertRow(_ record: StoredExchange, _ key: ExchangeKey, _ sequence: Int64) throws -> Bool {
    try exchange.run([
      .integer(key.rawValue), .integer(sequence), .text(record.id), .text(record.method), .text(record.path),
      .text(record.vendor), .text(record.model), .text(record.mode), .int(record.status), .text(record.outcome),
      .text(record.error), .text(record.fault), .text(record.verdict), .bool(record.isInspected), .bool(record.isStream),
      .text(record.firstFinishReason), .text(record.finishReason), .int(record.callCount), .int(record.k2vvValidCalls),
      .int(record.k2vvCheckedCalls), .int(record.validCalls), .int(record.idsRewritten), .int(record.attempts.count),
      .int(record.findings.count), .int(record.edits.count), .int(record.repairs.count), .int(record.comparisons.count),
      .int(record.tokens.input), .int(record.tokens.output), .int(record.tokens.cached), .int(record.tokens.reasoning),
      .int(record.requestBytes), .int(record.responseBytes), .int(record.firstByteNanoseconds),
      .int(record.firstTokenNanoseconds), .integer(record.totalNanoseconds), .int(record.overheadNanoseconds), .integer(0),
    ])
    return exchange.changes > 0
  }
}

/// Where a message belongs: to the client's side of the exchange (attempt -1) or to an attempt.
struct MessagePlace: Hashable {
  enum Side: Int {
    case request, response, edits
  }

  var attempt: Int
  var side: Side

  static let edits = MessagePlace(attempt: -1, side: .edits)
}
