// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Sums a range: a short one from the exchanges themselves, exactly; a long one from the hourly sums.
struct OverviewQuery {
  private let request: OverviewRequest
  private var overview: Overview
  /// Points by time and vendor.
  private var points: [Int64: [String: Overview.Traffic]] = [:]

  static let longestExact: Int64 = 6 * RollupBatch.millisecondsPerHour
  /// Buckets that read well on an axis.
  private static let steps: [Int64] = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 86400, 604_800].map { $0 * 1000 }

  init(_ request: OverviewRequest) {
    self.request = request
    let length = max(1, request.until - request.since)
    let hour = RollupBatch.millisecondsPerHour
    var bucket = Self.steps.last { $0 <= max(1000, length / Int64(max(1, min(request.points, 1000)))) } ?? 1000
    var since = request.since
    var until = request.until
    if length > Self.longestExact {
      bucket = max(bucket, hour)
      since = since / hour * hour
      until = (until + hour - 1) / hour * hour
    }
    overview = Overview(since: since, until: until, bucketMilliseconds: bucket, vendors: [:], series: [])
  }

  mutating func run(_ db: Database) throws -> Overview {
    if overview.until - overview.since > Self.longestExact { try sumHours(db) } else { try sumExchanges(db) }
    let minute = DropNotes.millisecondsPerMinute
    try PreparedStatement(db, "SELECT minute, reason, exchanges FROM rollup_drop WHERE minute BETWEEN ? AND ?")
      .each([.integer(overview.since / minute), .integer(overview.until / minute)]) { row in
        overview.addDrop(minute: row.integer(0), reason: row.text(1), row.int(2))
      }
    overview.sortDrops()
    overview.series = points.sorted { $0.key < $1.key }.flatMap { start, vendors in
      vendors.sorted { $0.key < $1.key }.map { Overview.Point(start: start, vendor: $0.key, traffic: $0.value) }
    }
    return overview
  }

  // MARK: Hours

  private mutating func sumHours(_ db: Database) throws {
    let hour = RollupBatch.millisecondsPerHour
    let (condition, values) = narrowing("hour >= ? AND hour < ?", [.integer(overview.since / hour), .integer(overview.until / hour)])
    let sums = TrafficSums.columns.map { "sum(\($0.name))" }.joined(separator: ", ")
    try PreparedStatement(db, "SELECT hour, vendor, \(sums) FROM rollup WHERE \(condition) GROUP BY hour, vendor").each(values) { row in
      add(row, time: row.integer(0) * hour)
    }
    try PreparedStatement(db, "SELECT hour, vendor, code, sum(exchanges) FROM rollup_finding WHERE \(condition) GROUP BY hour, vendor, code")
      .each(values) { row in
        change(time: row.integer(0) * hour, vendor: row.text(1)) { $0.findings[row.text(2), default: 0] += row.int(3) }
      }
    try PreparedStatement(db, "SELECT hour, vendor, measure, bucket, sum(samples) FROM rollup_time WHERE \(condition) GROUP BY hour, vendor, measure, bucket")
      .each(values) { row in
        guard let measure = TimeHistogram.Measure(rawValue: row.int(2)) else { return }
        change(time: row.integer(0) * hour, vendor: row.text(1)) {
          $0.times[measure, default: TimeHistogram()].add(bucket: row.int(3), samples: row.int(4))
        }
      }
  }

  // MARK: Exchanges

  private mutating func sumExchanges(_ db: Database) throws {
    let first = ExchangeKey(milliseconds: overview.since).rawValue
    let end = ExchangeKey(milliseconds: overview.until).rawValue
    let range = "key >= ? AND key < ?"
    let (condition, values) = narrowing(range, [.integer(first), .integer(end)])
    let bucket = "(key >> \(ExchangeKey.slotBits)) / \(overview.bucketMilliseconds)"
    let width = overview.bucketMilliseconds
    let sums = Self.sums { TrafficSums.ofFirstAttempt.contains($0.name) ? "iif(first_vendor = '', \($0.sql), 0)" : $0.sql }
    try PreparedStatement(db, "SELECT \(bucket), vendor, \(sums) FROM exchange WHERE \(condition) GROUP BY 1, 2").each(values) { row in
      add(row, time: row.integer(0) * width)
    }
    let (othersCondition, othersValues) = narrowing(
      range + " AND first_vendor <> ''", [.integer(first), .integer(end)], vendor: "first_vendor")
    let others = Self.sums { TrafficSums.ofFirstAttempt.contains($0.name) ? $0.sql : "0" }
    try PreparedStatement(db, "SELECT \(bucket), first_vendor, \(others) FROM exchange WHERE \(othersCondition) GROUP BY 1, 2")
      .each(othersValues) { row in add(row, time: row.integer(0) * width) }
    let vendor = "iif(f.vendor = '', e.vendor, f.vendor)"
    let (foundCondition, foundValues) = narrowing(range, [.integer(first), .integer(end)], vendor: vendor)
    try PreparedStatement(
      db, """
        SELECT \(bucket), \(vendor), code, count(DISTINCT key) FROM finding AS f CROSS JOIN exchange AS e ON key = exchange
        WHERE exchange >= ? AND exchange < ? AND \(foundCondition) GROUP BY 1, 2, 3
        """
    ).each([.integer(first), .integer(end)] + foundValues) { row in
      change(time: row.integer(0) * width, vendor: row.text(1)) { $0.findings[row.text(2), default: 0] += row.int(3) }
    }
    try PreparedStatement(
      db, "SELECT \(bucket), vendor, first_byte_ns, first_token_ns, total_ns, overhead_ns FROM exchange WHERE \(condition)"
    ).each(values) { row in
      change(time: row.integer(0) * width, vendor: row.text(1)) { traffic in
        for measure in TimeHistogram.Measure.allCases {
          if let time = row.optional(2 + measure.rawValue) { traffic.times[measure, default: TimeHistogram()].add(nanoseconds: time) }
        }
      }
    }
  }

  // MARK: Adding up

  private static func sums(_ sql: (TrafficSums.Column) -> String) -> String {
    TrafficSums.columns.map { "sum(\(sql($0)))" }.joined(separator: ", ")
  }

  private func narrowing(_ range: String, _ values: [SQLValue], vendor: String = "vendor") -> (String, [SQLValue]) {
    var condition = range
    var values = values
    for (column, name) in [(vendor, request.vendor), ("model", request.model)] {
      guard let name else { continue }
      condition += " AND \(column) = ?"
      values.append(.text(name))
    }
    return (condition, values)
  }

  private mutating func add(_ row: SQLRow, time: Int64) {
    var sums = TrafficSums()
    for (position, column) in TrafficSums.columns.enumerated() { sums[keyPath: column.path] = row.int(2 + position) }
    change(time: time, vendor: row.text(1)) { $0.sums += sums }
  }

  private mutating func change(time: Int64, vendor: String, _ change: (inout Overview.Traffic) -> Void) {
    change(&overview.vendors[vendor, default: Overview.Traffic()])
    let start = time / overview.bucketMilliseconds * overview.bucketMilliseconds
    change(&points[start, default: [:]][vendor, default: Overview.Traffic()])
  }
}
