// SPDX-License-Identifier: Apache-2.0

/// The little HTML that a page needs.
package enum HTML {
  package static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// - Parameter cells: HTML.
  package static func row(_ cells: [String]) -> String { "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n" }

  package static func table(_ columns: [String], _ rows: [String]) -> String {
    "<div class=\"scroll\"><table><thead><tr>" + columns.map { "<th>\($0)</th>" }.joined() + "</tr></thead><tbody>\n"
      + rows.joined() + "</tbody></table></div>"
  }
}
