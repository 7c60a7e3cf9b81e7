// SPDX-License-Identifier: Apache-2.0
import Fidelity
import GRDB
import JSON

/// Which comparisons are meant: all conditions that are set must hold.
package struct ComparisonFilter: Sendable, Equatable {
  /// Milliseconds since the epoch.
  package var since: Int64?
  /// Exclusive.
  package var until: Int64?
  /// With a vendor set, the noise floor of the reference is asked for by the reference's name.
  package var vendor: String?
  package var model: String?
  package var kind: StoredComparison.Kind?
  /// Of these cells only; empty for all. The names of ``StoredComparison/cellName``.
  package var cells: [String] = []

  package init() {}
}

/// Where a page ends.
package struct ComparisonCursor: Sendable, Equatable {
  package var time: Int64
  package var id: Int64

  package init(time: Int64, id: Int64) { (self.time, self.id) = (time, id) }
}

package struct ComparisonPage: Sendable, Equatable {
  package var comparisons: [StoredComparison]
  /// Where the next page goes on; nil at the end.
  package var next: ComparisonCursor?

  package init(comparisons: [StoredComparison], next: ComparisonCursor?) {
    (self.comparisons, self.next) = (comparisons, next)
  }
}

struct ComparisonQuery {
  static let columns = "id, time, exchange, kind, vendor, model, reference, conversation, answer, other, has_arguments"

  private var conditions: [String] = []
  private var arguments: [SQLValue] = []

  init(_ filter: ComparisonFilter) {
    add("time >= ?", filter.since.map { .integer($0) })
    add("time < ?", filter.until.map { .integer($0) })
    add("vendor = ?", filter.vendor.map { .text($0) })
    add("model = ?", filter.model.map { .text($0) })
    add("kind = ?", filter.kind.map { .text($0.rawValue) })
    if !filter.cells.isEmpty {
      conditions.append("cell IN (\(filter.cells.map { _ in "?" }.joined(separator: ", ")))")
      arguments += filter.cells.map { .text($0) }
    }
  }

  private mutating func add(_ condition: String, _ value: SQLValue?) {
    guard let value else { return }
    conditions.append(condition)
    arguments.append(value)
  }

  /// In order of time, those of one millisecond in order of writing.
  func byTime(after cursor: ComparisonCursor?, newestFirst: Bool, limit: Int, _ db: Database) throws -> [StoredComparison] {
    var query = self
    if let cursor {
      query.conditions.append("(time, id) \(newestFirst ? "<" : ">") (?, ?)")
      query.arguments += [.integer(cursor.time), .integer(cursor.id)]
    }
    let direction = newestFirst ? "DESC" : "ASC"
    return try query.rows("ORDER BY time \(direction), id \(direction)", limit, db)
  }

  /// In order of writing.
  func written(after id: Int64, limit: Int, _ db: Database) throws -> [StoredComparison] {
    var query = self
    query.conditions.append("id > ?")
    query.arguments.append(.integer(id))
    return try query.rows("ORDER BY id", limit, db)
  }

  static func of(exchange: String, _ db: Database) throws -> [StoredComparison] {
    var query = ComparisonQuery(ComparisonFilter())
    query.add("exchange = ?", .text(exchange))
    return try query.rows("ORDER BY id", 100, db)
  }

  private func rows(_ order: String, _ limit: Int, _ db: Database) throws -> [StoredComparison] {
    let condition = conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
    var found: [StoredComparison] = []
    var bytes = 0
    try PreparedStatement(db, "SELECT \(Self.columns) FROM fidelity WHERE \(condition) \(order) LIMIT ?")
      .eachWhile(arguments + [.int(limit)]) { row in
        let one = try Self.read(row)
        found.append(one)
        bytes += one.queuedBytes
        return bytes < Self.most
      }
    return found
  }

  /// Bytes of a page, beyond which it ends whatever its limit: what vendors call is as long as they like.
  static let most = 16 << 20

  static func read(_ row: SQLRow) throws(StoreFailure) -> StoredComparison {
    guard let kind = StoredComparison.Kind(rawValue: row.text(3)), let answer = side(row.blob(8)), let other = side(row.blob(9))
    else { throw StoreFailure(.corrupt, "comparison \(row.integer(0))") }
    var record = StoredComparison(
      time: row.integer(1), kind: kind, exchange: row.isNull(2) ? nil : row.text(2), vendor: row.text(4), model: row.text(5),
      reference: row.text(6), conversation: row.text(7), answer: answer, other: other)
    record.id = row.integer(0)
    record.hasArguments = row.bool(10)
    // Earlier releases wrote them however long they were.
    record.boundArguments()
    return record
  }

  private static func side(_ bytes: [UInt8]) -> Side? { (try? JSONValue(parsing: bytes)).flatMap { Side(json: $0) } }
}

extension StoreReader {
  /// Comparisons that pass a filter, in order of time, the oldest or the newest first.
  ///
  /// - Parameters:
  ///   - after: the ``ComparisonPage/next`` of the page before; nil for the first.
  ///   - limit: rows of a page, 1 to 10,000. Where they are long, there are fewer.
  package func comparisons(
    _ filter: ComparisonFilter = ComparisonFilter(), newestFirst: Bool = false, after: ComparisonCursor? = nil, limit: Int = 1000
  ) async throws -> ComparisonPage {
    let limit = max(1, min(limit, 10_000))
    return try await answer { db in
      let rows = try ComparisonQuery(filter).byTime(after: after, newestFirst: newestFirst, limit: limit + 1, db)
      let last = rows.prefix(limit).last
      let isCut = rows.reduce(0) { $0 + $1.queuedBytes } >= ComparisonQuery.most
      return ComparisonPage(
        comparisons: Array(rows.prefix(limit)),
        next: rows.count > limit || isCut ? last.map { ComparisonCursor(time: $0.time, id: $0.id) } : nil)
    }
  }

  /// Comparisons in the order in which they were written: ask again and again with the last one's id, and each comes once
  /// however late it was written. A page may be shorter than its limit; at the end there is none.
  ///
  /// - Parameter id: 0 for the first.
  package func comparisons(
    writtenAfter id: Int64, _ filter: ComparisonFilter = ComparisonFilter(), limit: Int = 1000
  ) async throws -> [StoredComparison] {
    try await read { db in try ComparisonQuery(filter).written(after: id, limit: max(1, min(limit, 10_000)), db) }
  }

  /// How many comparisons of a kind there are in a time range, by vendor and model.
  package func comparisonCounts(since: Int64, kind: StoredComparison.Kind = .vendor) async throws -> [ComparisonSlice: Int] {
    try await read { db in
      var counts: [ComparisonSlice: Int] = [:]
      try PreparedStatement(db, "SELECT vendor, model, count(*) FROM fidelity WHERE time >= ? AND kind = ? GROUP BY vendor, model")
        .each([.integer(since), .text(kind.rawValue)]) { row in
          counts[ComparisonSlice(vendor: row.text(0), model: row.text(1))] = row.int(2)
        }
      return counts
    }
  }
}

package struct ComparisonSlice: Sendable, Hashable {
  package var vendor: String
  package var model: String

  package init(vendor: String, model: String) { (self.vendor, self.model) = (vendor, model) }
}
