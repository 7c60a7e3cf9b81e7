// SPDX-License-Identifier: Apache-2.0
import GRDB

extension PreparedStatement {
  /// Inserts into a table's first columns, by their names: a later release that shares the store may add columns to a table while this
  /// one writes it.
  ///
  /// - Parameters:
  ///   - start: `INSERT`, or `INSERT OR REPLACE` and the like.
  ///   - skipping: leading columns that SQLite fills in.
  ///   - end: an `ON CONFLICT` clause.
  convenience init(
    _ db: Database, _ start: String = "INSERT", into table: String, columns count: Int, skipping: Int = 0, _ end: String = ""
  ) throws {
    let names = try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?) ORDER BY cid LIMIT ? OFFSET ?", arguments: [table, count, skipping])
    let values = Array(repeating: "?", count: count).joined(separator: ", ")
    try self.init(db, "\(start) INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(values)) \(end)")
  }
}
