// SPDX-License-Identifier: Apache-2.0
import Inspection

/// What passed, counted by vendor: a sum over exchange records.
package struct Tally: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package var requests = 0
    package var inspected = 0
    /// Exchanges that did not end as they should: refused, broken off, or answered with a status from 400.
    package var failed = 0
    package var calls = 0
    package var idsRewritten = 0
    package var promptTokens = 0
    package var completionTokens = 0
    /// Exchanges with the finding, by code.
    package var findings: [String: Int] = [:]
  }

  package private(set) var rows: [String: Row] = [:]

  package init() {}

  package mutating func add(_ record: ExchangeRecord) {
    // What had no vendor (an unknown name, a broken request) is counted under a name that no vendor can have.
    var row = rows[record.vendor.isEmpty ? "-" : record.vendor, default: Row()]
    row.requests += 1
    if record.isInspected { row.inspected += 1 }
    if record.outcome == .refused || record.outcome == .broken || record.status >= 400 { row.failed += 1 }
    row.calls += record.calls.count
    row.idsRewritten += record.idsRewritten
    row.promptTokens += record.usage?.prompt ?? 0
    row.completionTokens += record.usage?.completion ?? 0
    for code in record.findingCodes { row.findings[code, default: 0] += 1 }
    rows[record.vendor.isEmpty ? "-" : record.vendor] = row
  }

  /// A table for people: vendors as columns of figures, then findings by code.
  package func table() -> String {
    guard !rows.isEmpty else { return "No exchange passed.\n" }
    var lines = [["vendor", "requests", "failed", "tool calls", "ids rewritten", "tokens in", "tokens out"]]
    let names = rows.keys.sorted()
    for name in names {
      let row = rows[name] ?? Row()
      lines.append(
        [name]
          + [row.requests, row.failed, row.calls, row.idsRewritten, row.promptTokens, row.completionTokens]
          .map(String.init))
    }
    var text = TextTable.render(lines)
    let codes = Set(rows.values.flatMap(\.findings.keys)).sorted()
    guard !codes.isEmpty else { return text }
    text += "\n"
    text += TextTable.render(
      [["findings (exchanges)"] + names]
        + codes.map { code in [code] + names.map { name in rows[name]?.findings[code].map(String.init) ?? "-" } })
    return text
  }
}

/// Columns that line up: the first to the left, figures to the right.
enum TextTable {
  static func render(_ lines: [[String]]) -> String {
    let columns = lines.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    var text = ""
    for (number, line) in lines.enumerated() {
      let cells = line.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }
      text += cells.joined(separator: "  ") + "\n"
      if number == 0 { text += widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n" }
    }
    return text
  }
}
