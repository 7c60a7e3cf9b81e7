// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Deletes the oldest exchanges and the rows that belong to them, some hundred at a time.
struct ExchangeDelete {
  private static let rows = 200
  /// What one step may free, where that is more than one exchange: vendors make calls of megabytes, and what is recorded waits for a step.
  private static let mostBytes: Int64 = 8 << 20
  /// What an exchange takes beside its chunks: rows, index entries. Measured; an estimate is enough, since the file is
  /// looked at again.
  private static let overhead: Int64 = 1200
  private static let tables = ["finding", "content"]

  private let deletes: [PreparedStatement]
  private let details: PreparedStatement
  private let deleteLabel: PreparedStatement

  init(_ db: Database) throws {
    deletes = try Self.tables.map { try PreparedStatement(db, "DELETE FROM \($0) WHERE exchange BETWEEN ? AND ?") }
      + [PreparedStatement(db, "DELETE FROM exchange WHERE key BETWEEN ? AND ?")]
    details = try PreparedStatement(db, "SELECT details FROM content WHERE exchange BETWEEN ? AND ?")
    deleteLabel = try PreparedStatement(db, "DELETE FROM label WHERE code = ? AND exchange BETWEEN ? AND ?")
  }

  /// - Parameter bytes: stop when about so many are free.
  func step(_ db: Database, before: ExchangeKey, bytes: Int64?) throws -> (count: Int, freed: Int64) {
    var count = 0
    var freed: Int64 = 0
    try db.inTransaction(.immediate) {
      let rows = try Row.fetchAll(
        db, sql: "SELECT key, stored_bytes FROM exchange WHERE key < ? ORDER BY key LIMIT \(Self.rows)", arguments: [before.rawValue])
      guard let first: Int64 = rows.first?["key"] else { return .rollback }
      var last = first
      for row in rows {
        if freed >= min(bytes ?? .max, Self.mostBytes) { break }
        last = row["key"]
        freed += row["stored_bytes"] + Self.overhead
        count += 1
      }
      for label in try labels(db, first, last) { try deleteLabel.run(.text(label), .integer(first), .integer(last)) }
      for delete in deletes { try delete.run(.integer(first), .integer(last)) }
      return .commit
    }
    return (count, freed)
  }

  private func labels(_ db: Database, _ first: Int64, _ last: Int64) throws -> Set<String> {
    let codes = try String.fetchAll(db, sql: "SELECT DISTINCT code FROM finding WHERE exchange BETWEEN ? AND ?", arguments: [first, last])
    var labels = Set(codes.flatMap(DetailInserter.prefixes))
    try details.each([.integer(first), .integer(last)]) { row in
      var record = StoredExchange(id: "", startedAt: 0)
      _ = try PackedDetails.decode(row.blob(0), into: &record)
      for call in record.calls { labels.insert(DetailInserter.tool + call.name) }
      for repair in record.repairs { labels.insert(DetailInserter.repair + repair.rule) }
    }
    return labels
  }
}
