// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text on one line, for a terminal: what a vendor, a client or a file says must not move the cursor or change colours.
  /// White space becomes spaces, other control characters their pictures.
  package var plain: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: text.unicodeScalars.append(" ")
      case 0..<0x20: text.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? " ")
      case 0x7F: text.unicodeScalars.append("\u{2421}")
      case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069: text.unicodeScalars.append("\u{FFFD}")
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// The text as Markdown that shows it as it is (CommonMark section 2.4).
  package var inMarkdown: String {
    var text = ""
    for scalar in unicodeScalars {
      if "\\`*_[]<>|&#~".unicodeScalars.contains(scalar) { text.append("\\") }
      text.unicodeScalars.append(scalar)
    }
    return text
  }

  /// The text as a field of RFC 4180, on one line. One that a spreadsheet would take for a formula gets an apostrophe before it
  /// (OWASP, "CSV Injection").
  package var inCSV: String {
    var field = ""
    for scalar in plain.unicodeScalars {
      if field.isEmpty, "=+-@ ".unicodeScalars.contains(scalar) { field.append("'") }
      if scalar == "\"" { field.append("\"") }
      field.unicodeScalars.append(scalar)
    }
    return field.unicodeScalars.contains { $0 == "," || $0 == "\"" } ? "\"\(field)\"" : field
  }
}
