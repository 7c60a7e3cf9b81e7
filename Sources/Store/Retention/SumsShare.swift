// SPDX-License-Identifier: Apache-2.0
import GRDB

/// What outlives its exchanges, the hourly sums and the comparisons, has a share of the limit. Beyond it the oldest hours go first, and of
/// the hour in which it ends times go before findings, and these before counts: the newest hour alone may be too much, since clients
/// choose their models' names.
///
/// The newest are added up until the share is full, then what is older goes, both some rows at a time. They are not counted as they are
/// written: other gateways at the same file, and earlier releases, would not count. Nor is it done at each look: only when exchanges would
/// have to go, once for each tenth of the limit that was written, and no table is read further than the share goes: a third of a second
/// for 256 MiB.
final class SumsShare {
  /// Of the limit; with 2 GiB it holds more than a month of ten models that are always in use.
  static let part: Int64 = 8

  /// What goes together, in the order in which it goes.
  private struct Place: Hashable, Comparable {
    var hour: Int64
    var table: Int

    static func < (left: Place, right: Place) -> Bool { (left.hour, left.table) < (right.hour, right.table) }
  }

  private struct Table {
    /// Of its first column, in an hour.
    var unit: Int64
    /// A place after all rows.
    var end: [SQLValue]
    /// Places before one, the newest first, with their bytes.
    var count: PreparedStatement
    /// The oldest places before a time.
    var delete: PreparedStatement
  }

  private enum Phase {
    case idle
    case counting(Int, before: [SQLValue])
    case deleting(Int)
  }

  private let tables: [Table]
  private var phase = Phase.idle
  private var share: Int64 = 0
  /// Of the table that is being counted.
  private var counted: Int64 = 0
  private var bytes: [Place: Int64] = [:]
  private var last = Place(hour: 0, table: 0)

  init(_ db: Database) throws {
    func octets(_ columns: String...) -> String { columns.map { "ifnull(length(CAST(\($0) AS BLOB)), 0)" }.joined(separator: " + ") }
    /// - Parameter bytes: of a place's rows, with what SQLite adds to them; pages that are four fifths full come on top.
    func table(_ name: String, unit: Int64 = 1, _ key: [String], end: [SQLValue], bytes: String, count: Int, index: String = "") throws -> Table {
      let columns = key.joined(separator: ", ")
      let newestFirst = key.map { "\($0) DESC" }.joined(separator: ", ")
      let values = key.map { _ in "?" }.joined(separator: ", ")
      return try Table(
        unit: unit, end: end,
        count: PreparedStatement(
          db,
          """
          SELECT \(columns), (\(bytes)) * 5 / 4 FROM \(name) \(index) WHERE (\(columns)) < (\(values))
          GROUP BY \(columns) ORDER BY \(newestFirst) LIMIT \(count)
          """),
        delete: PreparedStatement(
          db,
          """
          DELETE FROM \(name) WHERE (\(columns)) <= (
            SELECT \(columns) FROM (SELECT DISTINCT \(columns) FROM \(name) \(index) WHERE \(key[0]) < ? ORDER BY \(columns) LIMIT \(count))
            ORDER BY \(newestFirst) LIMIT 1)
          """))
    }
    let sums = ["hour", "vendor", "model"]
    let names = octets("vendor", "model")
    let end: [SQLValue] = [.integer(.max), .text(""), .text("")]
    tables = [
      // A place may have a thousand rows, and a step should end within the time that others wait.
      try table("rollup_time", sums, end: end, bytes: "count(*) * (\(names) + 20)", count: 4),
      try table("rollup_finding", sums, end: end, bytes: "count(*) * (\(names) + 20) + sum(\(octets("code")))", count: 100),
      try table("rollup", sums, end: end, bytes: "\(names) + 100", count: 500),
      try table("rollup_drop", unit: 60, ["minute", "reason"], end: [.integer(.max), .text("")], bytes: "\(octets("reason")) + 20", count: 500),
      // The names are in its indexes, too; and a row may be of a quarter of a million bytes.
      try table(
        "fidelity", unit: RollupBatch.millisecondsPerHour, ["time", "id"], end: [.integer(.max), .integer(0)],
        bytes: """
          \(octets("answer", "other", "tools", "cell", "conversation")) + 100
          + 2 * (\(octets("exchange", "kind", "reference", "vendor", "model")))
          """, count: 50, index: "INDEXED BY fidelity_time"),
    ]
  }

  /// Begins anew.
  func start(limit: Int64) {
    share = limit / Self.part
    bytes = [:]
    counted = 0
    phase = .counting(0, before: tables[0].end)
  }

  /// - Returns: whether there is more to do.
  func step(_ db: Database) throws -> Bool {
    switch phase {
    case .idle: return false
    case .counting(let number, let before):
      if let next = try count(number, before: before) {
        phase = .counting(number, before: next)
      } else if number + 1 < tables.count {
        counted = 0
        phase = .counting(number + 1, before: tables[number + 1].end)
      } else {
        phase = decide().map { last = $0; return .deleting(0) } ?? .idle
      }
    case .deleting(let number):
      let hour = number <= last.table ? last.hour + 1 : last.hour
      try tables[number].delete.run(.integer(hour * tables[number].unit))
      if tables[number].delete.changes == 0 { phase = number + 1 < tables.count ? .deleting(number + 1) : .idle }
    }
    if case .idle = phase { return false }
    return true
  }

  /// - Returns: where to go on; nil where no more of this table has to be known.
  private func count(_ number: Int, before: [SQLValue]) throws -> [SQLValue]? {
    let table = tables[number]
    var next: [SQLValue]?
    try table.count.each(before) { row in
      let size = row.integer(before.count)
      counted += size
      let hour = min(max(row.integer(0) / table.unit, 0), Self.lastHour)
      bytes[Place(hour: hour, table: number), default: 0] += size
      next = before.enumerated().map { column, value in
        if case .text = value { .text(row.text(column)) } else { .integer(row.integer(column)) }
      }
    }
    return counted > share ? nil : next
  }

  /// That can be said in milliseconds. Only a damaged store has a later one.
  private static let lastHour = Int64.max / RollupBatch.millisecondsPerHour - 1

  /// The newest place that has to go, and all before it.
  private func decide() -> Place? {
    var sum: Int64 = 0
    for (place, size) in bytes.sorted(by: { $0.key > $1.key }) {
      sum += size
      if sum > share { return place }
    }
    return nil
  }
}
