// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Writes the rows that belong to an exchange: attempts, findings and their labels, calls, repairs, comparisons.
struct DetailInserter {
  private let attempt: PreparedStatement
  private let finding: PreparedStatement
  private let label: PreparedStatement
  private let call: PreparedStatement
  private let repair: PreparedStatement
  private let comparison: PreparedStatement

  init(_ db: Database) throws {
    func insert(_ table: String, _ count: Int) throws -> PreparedStatement {
      try PreparedStatement(db, "INSERT INTO \(table) VALUES (\(Array(repeating: "?", count: count).joined(separator: ", ")))")
    }
    attempt = try insert("attempt", 18)
    finding = try insert("finding", 9)
    label = try PreparedStatement(db, "INSERT OR IGNORE INTO label VALUES (?, ?)")
    call = try insert("call", 10)
    repair = try insert("repair", 8)
    comparison = try insert("comparison", 7)
  }

  func insert(_ record: StoredExchange, _ key: ExchangeKey) throws {
    let key = SQLValue.integer(key.rawValue)
    for (number, row) in record.attempts.enumerated() {
      try attempt.run(
        key, .int(number), .text(row.vendor), .text(row.model), .text(row.rung), .int(row.status), .text(row.error),
        .integer(row.startedNanoseconds), .int(row.firstByteNanoseconds), .integer(row.totalNanoseconds), .int(row.requestBytes),
        .int(row.responseBytes), .text(row.finishReason), .int(row.tokens.input), .int(row.tokens.output),
        .int(row.tokens.cached), .int(row.tokens.reasoning), .int(row.abortedAtByte))
    }
    for (number, row) in record.findings.enumerated() {
      try finding.run(
        key, .int(number), .text(row.code), .text(row.severity.rawValue), .int(row.choice), .int(row.call), .text(row.path),
        .text(row.message), .int(row.attempt))
    }
    for code in Self.labels(of: record) { try label.run(.text(code), key) }
    for (number, row) in record.calls.enumerated() {
      try call.run(
        key, .int(number), .int(row.attempt), .int(row.choice), .text(row.name), .text(row.id), .text(row.arguments),
        .bool(row.k2vvValid), .bool(row.valid), .text(row.violations))
    }
    for (number, row) in record.repairs.enumerated() {
      try repair.run(
        key, .int(number), .text(row.rule), .int(row.choice), .int(row.call), .text(row.path), .text(row.before), .text(row.after))
    }
    for (number, row) in record.comparisons.enumerated() {
      try comparison.run(
        key, .int(number), .text(row.reference), .text(row.cell), .int(row.promptTokenDifference), .bool(row.payloadsAgree),
        .text(row.details))
    }
  }

  static let tool = "tool:"
  static let repair = "repair:"

  static func labels(of record: StoredExchange) -> Set<String> {
    if record.findings.isEmpty, record.calls.isEmpty, record.repairs.isEmpty { return [] }
    return Set(record.findings.flatMap { prefixes(of: $0.code) } + record.calls.map { tool + $0.name } + record.repairs.map { repair + $0.rule })
  }

  /// `a.b.c`: `a`, `a.b`, `a.b.c`.
  static func prefixes(of code: String) -> [String] {
    var prefixes: [String] = []
    for (offset, byte) in code.utf8.enumerated() where byte == UInt8(ascii: ".") {
      prefixes.append(String(code.prefix(upTo: code.utf8.index(code.startIndex, offsetBy: offset))))
    }
    return prefixes + [code]
  }
}
