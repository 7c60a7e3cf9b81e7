// SPDX-License-Identifier: Apache-2.0
import GRDB

/// ``Schema/asked``, with what the attempts of each exchange say. Hours that were summed before stay as they were.
enum AskedVendors {
  static func add(_ db: Database) throws {
    try db.execute(sql: Schema.asked)
    let first = try PreparedStatement(db, "UPDATE exchange SET first_vendor = ? WHERE key = ?")
    let finding = try PreparedStatement(db, "UPDATE finding SET vendor = ? WHERE exchange = ? AND attempt = ?")
    try PreparedStatement(
      db, "SELECT key, vendor, details FROM exchange CROSS JOIN content ON content.exchange = key WHERE attempts > 1"
    ).each([]) { row in
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
}
