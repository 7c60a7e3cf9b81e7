// SPDX-License-Identifier: Apache-2.0
import GRDB

/// A batch's share of the hourly sums, gathered in memory and added to the rows once a batch.
struct RollupBatch {
  struct Place: Hashable {
    var hour: Int64
    var vendor: String
    var model: String
  }

  private struct Share {
    var sums = TrafficSums()
    var findings: [String: Int] = [:]
    var times: [Int: Int] = [:]

    mutating func countTimes(_ record: StoredExchange) {
      count(.firstByte, record.firstByteNanoseconds)
      count(.firstToken, record.firstTokenNanoseconds)
      count(.total, record.totalNanoseconds)
      count(.overhead, record.overheadNanoseconds)
    }

    private mutating func count(_ measure: TimeHistogram.Measure, _ nanoseconds: Int64?) {
      if let nanoseconds { times[measure.rawValue << 16 | TimeHistogram.bucket(nanoseconds), default: 0] += 1 }
    }
  }

  static let millisecondsPerHour: Int64 = 3_600_000
  /// A client chooses its model's name: beyond so many, sums go under one name.
  static let models = 256
  static let otherModels = "(other)"

  private var shares: [Place: Share] = [:]
  private var names: Set<String> = []

  mutating func add(_ record: StoredExchange) {
    var model = record.model
    if !names.contains(model) {
      if names.count < Self.models { names.insert(model) } else { model = Self.otherModels }
    }
    // The id's time, by which the row is found, and not what the recorder says beside it.
    let milliseconds = ExchangeKey(id: record.id)?.milliseconds ?? record.startedAt
    var place = Place(hour: milliseconds / Self.millisecondsPerHour, vendor: record.vendor, model: model)
    shares[place, default: Share()].countTimes(record)
    if record.firstVendor == record.vendor {
      shares[place, default: Share()].sums.add(record)
    } else {
      var sums = TrafficSums()
      sums.add(record)
      let first = sums.takeFirstAttempt()
      shares[place, default: Share()].sums += sums
      place.vendor = record.firstVendor
      shares[place, default: Share()].sums += first
    }
    guard !record.findings.isEmpty else { return }
    for found in Set(record.findings.map { Found(vendor: record.vendor(of: $0), code: $0.code) }) {
      place.vendor = found.vendor
      shares[place, default: Share()].findings[found.code, default: 0] += 1
    }
  }

  private struct Found: Hashable {
    var vendor: String
    var code: String
  }

  /// Writes what was gathered and forgets it; the names stay.
  mutating func write(_ statements: RollupStatements) throws {
    for (place, share) in shares {
      let prefix: [SQLValue] = [.integer(place.hour), .text(place.vendor), .text(place.model)]
      try statements.sums.run(prefix + TrafficSums.columns.map { .int(share.sums[keyPath: $0.path]) })
      for (code, count) in share.findings { try statements.finding.run(prefix + [.text(code), .int(count)]) }
      for (slot, count) in share.times { try statements.time.run(prefix + [.int(slot >> 16), .int(slot & 0xFFFF), .int(count)]) }
    }
    shares.removeAll(keepingCapacity: true)
  }

  /// What a transaction that failed had gathered.
  mutating func forget() {
    shares.removeAll()
  }
}

struct RollupStatements {
  let sums: PreparedStatement
  let finding: PreparedStatement
  let time: PreparedStatement
  let drop: PreparedStatement

  init(_ db: Database) throws {
    let names = TrafficSums.columns.map(\.name)
    sums = try PreparedStatement(
      db,
      """
      INSERT INTO rollup (hour, vendor, model, \(names.joined(separator: ", ")))
      VALUES (?, ?, ?\(String(repeating: ", ?", count: names.count)))
      ON CONFLICT DO UPDATE SET \(names.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", "))
      """)
    finding = try PreparedStatement(
      db, into: "rollup_finding", columns: 5, "ON CONFLICT DO UPDATE SET exchanges = exchanges + excluded.exchanges")
    drop = try PreparedStatement(
      db, into: "rollup_drop", columns: 3, "ON CONFLICT DO UPDATE SET exchanges = exchanges + excluded.exchanges")
    time = try PreparedStatement(
      db, into: "rollup_time", columns: 6, "ON CONFLICT DO UPDATE SET samples = samples + excluded.samples")
  }
}
