// SPDX-License-Identifier: Apache-2.0
import Fidelity

/// Findings by code and vendor: a table whose cells are as strong as the share of answers with that finding. The worst kind comes
/// first, and of one kind what is most frequent anywhere.
struct FindingMatrix {
  private struct Row {
    let code: String
    let words: FindingWords
    /// By vendor; nil where nobody has looked.
    let shares: [Double?]

    var most: Double { shares.compactMap { $0 }.max() ?? 0 }
  }

  private let vendors: [String]
  private let rows: [Row]

  init(_ standings: [Standing], words: (String) -> FindingWords?) {
    vendors = standings.map(\.name)
    let codes = Set(standings.flatMap { $0.findings.byCode.map(\.code) })
    let unsorted = codes.map { code in
      Row(code: code, words: words(code) ?? FindingWords(.info, ""), shares: standings.map { $0.findings.share(of: code) })
    }
    rows = unsorted.sorted { ($0.words.severity, -$0.most, $0.code) < ($1.words.severity, -$1.most, $1.code) }
  }

  var isEmpty: Bool { rows.isEmpty }

  var html: String {
    let manyClass = vendors.count > 6 ? " many" : ""
    let head = vendors.map { "<th><span>\(HTML.escape($0))</span></th>" }.joined()
    let body = rows.map { row in
      "<tr><td class=\"\(row.words.severity)\" title=\"\(HTML.escape(row.words.summary))\">\(HTML.escape(row.code))</td>"
        + zip(row.shares, vendors).map { Self.cell($0, row, vendor: $1) }.joined() + "</tr>\n"
    }.joined()
    return "<div class=\"scroll\"><table class=\"heat\(manyClass)\"><thead><tr><th></th>\(head)</tr></thead><tbody>\n\(body)</tbody></table></div>"
  }

  private static func cell(_ share: Double?, _ row: Row, vendor: String) -> String {
    guard let share else { return "<td class=\"unknown\" title=\"\(HTML.escape(vendor)) was not inspected\">–</td>" }
    guard share > 0 else { return "<td class=\"zero\">·</td>" }
    let strength = [0.01, 0.05, 0.2, 0.5].count { share >= $0 } + 1
    let percent = share * 100
    let figure = percent < 9.95 ? decimal(percent, places: 1) : decimal(percent, places: 0)
    return "<td class=\"\(row.words.severity) h\(strength)\" title=\"\(HTML.escape(vendor)): \(HTML.escape(row.code))\">\(figure)</td>"
  }
}
