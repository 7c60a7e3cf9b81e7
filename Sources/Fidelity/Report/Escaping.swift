// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
  /// JSON of the same meaning in which nothing moves a terminal's cursor, turns text around or ends a line for some readers: what
  /// ``Swift/StringProtocol/plain`` changes stands as `\uXXXX`. JSON itself asks for that below U+0020 only.
  package var escapedJSON: [UInt8] {
    guard contains(where: { $0 >= 0x7F }) else { return self }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for scalar in String(decoding: self, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069:
        let digits = String(scalar.value, radix: 16)
        bytes += Array("\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
      default: bytes += UTF8.encode(scalar) ?? .init()
      }
    }
    return bytes
  }
}

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
