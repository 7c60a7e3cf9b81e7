// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Reads one exchange with everything that belongs to it.
struct WholeExchange {
  let db: Database

  func read(_ summary: ExchangeSummary) throws -> StoredExchange {
    var exchange = summary.exchange
    let key = SQLValue.integer(summary.key.rawValue)
    try PreparedStatement(db, "SELECT * FROM finding WHERE exchange = ? ORDER BY number").each([key]) { row in
      exchange.findings.append(
        StoredFinding(
          code: row.text(2), severity: StoredFinding.Severity(rawValue: row.text(3)) ?? .info, choice: row.optionalInt(4),
          call: row.optionalInt(5), path: row.text(6), message: row.text(7), attempt: row.optionalInt(8)))
    }
    let details = try PreparedStatement(db, "SELECT details FROM content WHERE exchange = ?").first(key) { $0.blob(0) }
    let messages = try details.map { details throws(StoreFailure) in try PackedDetails.decode(details, into: &exchange) } ?? []
    for message in messages { try read(message, into: &exchange) }
    exchange.comparisons = try ComparisonQuery.of(exchange: exchange.id, db)
    return exchange
  }

  private func read(_ recipes: MessageRecipes, into exchange: inout StoredExchange) throws {
    let text = try ChunkReader.read(recipes.text, db)
    let message = StoredMessage(
      headers: HeaderBlock.decode(try ChunkReader.read(recipes.headers, db)), body: try ChunkReader.read(recipes.body, db),
      text: text.isEmpty ? nil : String(decoding: text, as: UTF8.self), omittedBytes: recipes.omittedBytes)
    let attempt = recipes.place.attempt
    switch recipes.place.side {
    case .edits: exchange.edits = try EditList.decode(message.body)
    case .request where attempt < 0: exchange.request = message
    case .response where attempt < 0: exchange.response = message
    case .request where attempt < exchange.attempts.count: exchange.attempts[attempt].request = message
    case .response where attempt < exchange.attempts.count: exchange.attempts[attempt].response = message
    default: throw StoreFailure(.corrupt, "a message of attempt \(attempt)")
    }
  }
}
