// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Brings ``Schema/asked`` of exchanges of before up to date, with what their attempts say: the newest first, a step at a time, each a
/// short transaction that others at the store need not wait long for. Until then such an exchange counts as its own vendor's, as it did.
/// Hours that were summed before stay as they were.
///
/// A row of `meta`, `asked`, is the key below which it is still to be done; where there is none, nothing is.
final class AskedVendors {
  /// How far it has come.
  private(set) var status: StoreStatus.Upgrade
  private let floor: PreparedStatement
  private let rows: PreparedStatement
  private let first: PreparedStatement
  private let finding: PreparedStatement
  private let mark: PreparedStatement

  /// Exchanges that one step goes over.
  private static let step = 1000

  static func migrate(_ db: Database) throws {
    try db.execute(sql: Schema.asked)
    try db.execute(sql: "INSERT INTO meta (name, value) SELECT 'asked', key + 1 FROM exchange ORDER BY key DESC LIMIT 1")
  }

  /// Nil where nothing is to be done.
  init?(_ db: Database) throws {
    guard try db.tableExists("meta"), try Self.key(db) != nil else { return nil }
    status = StoreStatus.Upgrade(exchanges: try Int.fetchOne(db, sql: "SELECT count(*) FROM exchange") ?? 0)
    floor = try PreparedStatement(db, "SELECT key FROM exchange WHERE key < ? ORDER BY key DESC LIMIT 1 OFFSET \(Self.step - 1)")
    rows = try PreparedStatement(
      db,
      """
      SELECT key, vendor, details FROM exchange CROSS JOIN content ON content.exchange = key
      WHERE key >= ? AND key < ? AND attempts > 1
      """)
    first = try PreparedStatement(db, "UPDATE exchange SET first_vendor = ? WHERE key = ?")
    finding = try PreparedStatement(db, "UPDATE finding SET vendor = ? WHERE exchange = ? AND attempt = ?")
    mark = try PreparedStatement(db, "UPDATE meta SET value = ? WHERE name = 'asked'")
  }

  private static func key(_ db: Database) throws -> Int64? { try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'asked'") }

  func step(_ db: Database) throws {
    var (read, isDone) = (0, false)
    // Within the transaction from the first read on: another gateway may do the same.
    try db.inTransaction(.immediate) {
      guard let end = try Self.key(db) else {
        isDone = true
        return .rollback
      }
      let start = try floor.first(.integer(end)) { $0.integer(0) }
      try rows.each([.integer(start ?? .min), .integer(end)]) { row in
        try fill(row)
        read += 1
      }
      if let start { try mark.run(.integer(start)) } else { try db.execute(sql: "DELETE FROM meta WHERE name = 'asked'") }
      isDone = start == nil
      return .commit
    }
    status.retried += read
    status.isDone = isDone
  }

  private func fill(_ row: SQLRow) throws {
    let (key, vendor) = (row.integer(0), row.text(1))
    var record = StoredExchange(id: "", startedAt: 0)
    // What is damaged is told to whoever asks for it.
    guard (try? PackedDetails.decode(row.blob(2), into: &record)) != nil else { return }
    for (number, attempt) in record.attempts.enumerated() where attempt.vendor != vendor {
      if number == 0 { try first.run(.text(attempt.vendor), .integer(key)) }
      try finding.run(.text(attempt.vendor), .integer(key), .int(number))
    }
  }
}
