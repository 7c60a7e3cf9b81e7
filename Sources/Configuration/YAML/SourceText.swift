// SPDX-License-Identifier: Apache-2.0

/// The text of a file with its lines at hand, for problems to quote.
struct SourceText {
  let name: String
  /// Without a byte order mark.
  let text: String
  private let lines: [String]

  init(name: String, text: String) {
    self.name = name
    let scalars = text.unicodeScalars
    self.text = scalars.first == "\u{FEFF}" ? String(scalars.dropFirst()) : text
    lines = SourceText.lines(of: self.text)
  }

  /// How much of each line may be shown, in scalars.
  var limits: [Int] {
    var mask = LineMask()
    return lines.map { mask.next($0) }
  }

  /// The line with this number, from 1.
  func line(_ number: Int) -> String? { lines.indices.contains(number - 1) ? lines[number - 1] : nil }

  /// Whether anything stands in this line or below.
  func hasText(from line: Int) -> Bool { lines.dropFirst(line - 1).contains { !$0.isEmpty } }

  /// Line and column, from 1, of the scalar at `offset` characters.
  func position(ofCharacter offset: Int) -> (line: Int, column: Int) {
    let before = SourceText.lines(of: String(text.prefix(offset)))
    return (before.count, (before.last?.unicodeScalars.count ?? 0) + 1)
  }

  /// The column of `part` in a line, at or after `column`.
  func column(of part: String, line number: Int, from column: Int) -> Int? {
    guard let line = line(number) else { return nil }
    let scalars = Array(line.unicodeScalars)
    let wanted = Array(part.unicodeScalars)
    let found = scalars.indices.dropFirst(column - 1).first { scalars[$0...].starts(with: wanted) }
    return found.map { $0 + 1 }
  }

  /// Split where libyaml ends a line: CR, LF, CRLF, NEL, LS and PS.
  private static func lines(of text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var last: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar == "\n", last == "\r" {
        // The CR has ended the line.
      } else if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
        lines.append(String(line))
        line.removeAll()
      } else {
        line.append(scalar)
      }
      last = scalar
    }
    return lines + [String(line)]
  }
}
