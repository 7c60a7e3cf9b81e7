// SPDX-License-Identifier: Apache-2.0
import GRDB
import JSON

/// Comparisons outlive their exchanges, as hourly sums do: what is reported is F1 over months. What the calls were about
/// does not: it goes with the exchanges' age.
struct ComparisonRetention {
  /// In one look: more than any budget makes in the time between two.
  private static let rows = 500

  private let expired: PreparedStatement
  private let spent: PreparedStatement
  private let jobs: PreparedStatement
  private let old: PreparedStatement
  private let forget: PreparedStatement

  init(_ db: Database) throws {
    expired = try PreparedStatement(db, "DELETE FROM fidelity WHERE time < ?")
    spent = try PreparedStatement(db, "DELETE FROM shadow_spent WHERE day < ?")
    jobs = try PreparedStatement(db, "DELETE FROM shadow_job WHERE queued < ?")
    old = try PreparedStatement(
      db, "SELECT \(ComparisonQuery.columns) FROM fidelity WHERE has_arguments = 1 AND time < ? ORDER BY time LIMIT \(Self.rows)")
    forget = try PreparedStatement(db, "UPDATE fidelity SET answer = ?, other = ?, has_arguments = 0 WHERE id = ?")
  }

  func look(_ db: Database, _ rules: StoreOptions.Retention, now: Int64) throws {
    try expired.run(.integer(now - rules.rollupMilliseconds))
    try spent.run(.integer((now - rules.rollupMilliseconds) / 86_400_000))
    guard let age = rules.milliseconds else { return }
    // What no process has taken up.
    try jobs.run(.integer(now - age))
    try db.inTransaction(.immediate) {
      var records: [StoredComparison] = []
      try old.each([.integer(now - age)]) { records.append(try ComparisonQuery.read($0)) }
      for var record in records {
        record.forgetArguments()
        try forget.run(.text(record.answer.json.description), .text(record.other.json.description), .integer(record.id))
      }
      return .commit
    }
  }
}
