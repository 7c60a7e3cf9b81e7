// SPDX-License-Identifier: Apache-2.0

/// Columns of a table for a terminal: as wide as their widest cell, the last as long as it is.
func table(_ rows: [[String]]) -> String {
  let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let cells = row.dropLast().enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }
    return (cells + [row.last ?? ""]).joined(separator: "  ") + "\n"
  }.joined()
}

/// Names and their texts, the texts wrapped in a column of their own:
/// ```
///   action    retry
///   sources   R50, sgl-project/sglang#12932
/// ```
func fields(_ fields: [(name: String, text: String)], width: Int = 110) -> String {
  let indent = (fields.map(\.name.count).max() ?? 0) + 5
  return fields.map { field in
    var lines = [""]
    for word in field.text.split(separator: " ") {
      if let last = lines.last, !last.isEmpty, last.count + 1 + word.count > width - indent {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
      }
    }
    let name = "  " + field.name + String(repeating: " ", count: indent - 2 - field.name.count)
    return name + lines.joined(separator: "\n" + String(repeating: " ", count: indent)) + "\n"
  }.joined()
}

/// A source in Markdown: what GitHub has is a link.
func link(_ source: String) -> String {
  let mark = source.firstIndex { $0 == "#" || $0 == ":" }
  guard let mark else { return isRepository(source) ? "[\(source)](https://github.com/\(source))" : source }
  let repository = source[..<mark]
  let rest = source[source.index(after: mark)...]
  guard isRepository(repository) else { return source }
  if source[mark] == "#" {
    guard !rest.isEmpty, rest.utf8.allSatisfy(isDigit) else { return source }
    return "[\(source)](https://github.com/\(repository)/issues/\(rest))"
  }
  return "[\(source)](https://github.com/\(repository))"
}

private func isRepository(_ text: some StringProtocol) -> Bool {
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  return parts.count == 2
    && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { isDigit($0) || isLetter($0) || "-_.".utf8.contains($0) } }
}
