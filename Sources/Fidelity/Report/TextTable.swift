// SPDX-License-Identifier: Apache-2.0

extension FidelityReport {
  /// For a terminal: columns aligned by characters, numbers to the right, a line under the titles.
  package var table: String {
    let columns = columns
    let cells = [columns.map(\.title)] + rows.map { row in columns.map { $0.text(row) } }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    var lines = cells.map { line in
      columns.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - line[column].count)
        return columns[column].isNumber ? space + line[column] : line[column] + space
      }.joined(separator: "  ")
    }
    lines.insert(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "), at: 1)
    return lines.map { Self.trimmed($0) + "\n" }.joined()
  }

  /// A table of GitHub Flavored Markdown.
  package var markdown: String {
    let columns = columns
    var lines = [columns.map(\.title), columns.map { $0.isNumber ? "---:" : "---" }]
    lines += rows.map { row in columns.map { $0.text(row).inMarkdown } }
    return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}
