// SPDX-License-Identifier: Apache-2.0
import Fidelity
import GRDB
import JSON

/// Writes comparisons, and counts each at its exchange. Runs inside the batch's transaction.
struct ComparisonInserter {
  private let comparison: PreparedStatement
  private let count: PreparedStatement

  /// Exchanges that met in their key's 15 bits have moved up from it; see ``ExchangeInserter``.
  private static let slots: Int64 = 64

  init(_ db: Database) throws {
    comparison = try PreparedStatement(db, "INSERT OR IGNORE", into: "fidelity", columns: 12, skipping: 1)
    count = try PreparedStatement(
      db, "UPDATE exchange SET comparisons = comparisons + 1 WHERE key >= ? AND key < ? AND id = ?")
  }

  /// Does nothing where the exchange was compared with this reference before: a job that a kill interrupted is done twice.
  func insert(_ record: StoredComparison) throws {
    try comparison.run([
      .integer(record.time), record.exchange.map { .text($0) } ?? .null, .text(record.kind.rawValue), .text(record.vendor),
      .text(record.model), .text(record.reference), .text(record.conversation), .text(record.cellName),
      .text(JSONValue.array(record.tools.map { JSONValue($0) }).description), .text(record.answer.json.description),
      .text(record.other.json.description), .bool(record.hasArguments),
    ])
    guard comparison.changes > 0, let id = record.exchange, let key = ExchangeKey(id: id)?.rawValue else { return }
    try count.run(.integer(key), .integer(key + Self.slots), .text(id))
  }
}
