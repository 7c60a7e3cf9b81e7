// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Writes the rows by which exchanges are found and counted: findings and labels.
struct DetailInserter {
  private let finding: PreparedStatement
  private let label: PreparedStatement

  init(_ db: Database) throws {
    finding = try PreparedStatement(db, into: "finding", columns: 10)
    label = try PreparedStatement(db, "INSERT OR IGNORE", into: "label", columns: 2)
  }

  func insert(_ record: StoredExchange, _ key: ExchangeKey) throws {
    let key = SQLValue.integer(key.rawValue)
    for (number, row) in record.findings.enumerated() {
      let vendor = record.vendor(of: row)
      try finding.run(
        key, .int(number), .text(row.code), .text(row.severity.rawValue), .int(row.choice), .int(row.call), .text(row.path),
        .text(row.message), .int(row.attempt), .text(vendor == record.vendor ? "" : vendor))
      for code in Self.prefixes(of: row.code) { try label.run(.text(code), key) }
    }
    for call in record.calls { try label.run(.text(Self.tool + call.name), key) }
    for repair in record.repairs { try label.run(.text(Self.repair + repair.rule), key) }
  }

  static let tool = "tool:"
  static let repair = "repair:"

  /// `a.b.c`: `a`, `a.b`, `a.b.c`.
  static func prefixes(of code: String) -> [String] {
    var prefixes: [String] = []
    for (offset, byte) in code.utf8.enumerated() where byte == UInt8(ascii: ".") {
      prefixes.append(String(code.prefix(upTo: code.utf8.index(code.startIndex, offsetBy: offset))))
    }
    return prefixes + [code]
  }
}
