// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with the configuration, where it stands, and what to write instead.
package struct ConfigurationProblem: Equatable, Sendable {
  package enum Severity: Sendable {
    /// Nothing starts.
    case error
    /// Allowed, and yet it looks like a mistake.
    case warning
  }

  package let severity: Severity
  /// The file's name as it was given, or `environment`, or `command line`.
  package let file: String
  /// From 1. Nil where there are no lines.
  package let line: Int?
  /// From 1, in Unicode scalars.
  package let column: Int?
  /// What is wrong, as a clause without a full stop.
  package let message: String
  /// What to write instead, or to do. May be empty when the message says it.
  package let advice: String
  /// The offending line with keys blanked out, and what to underline in it. Nil where there is no line to show.
  package let excerpt: Excerpt?
}

extension ConfigurationProblem: CustomStringConvertible {
  /// Several lines, none ends the last:
  /// ```
  /// belay.yaml:7:12: `limits.connect` is not a duration: "10" has no unit
  ///   7 |   connect: 10
  ///     |            ^^
  ///     = write a number with a unit, such as 500ms, 10s, 2m or 1h
  /// ```
  /// What a file says in them moves no cursor, and turns no text around: it may be a stranger's, in whose folder a command was started.
  package var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    var lines = ["\(place): \(severity == .warning ? "warning: " : "")\(message)"]
    let gutter = String(repeating: " ", count: line.map { "\($0)".utf8.count } ?? 1)
    if let line, let excerpt {
      lines.append("  \(line) | \(excerpt.text)")
      lines.append("  \(gutter) | \(excerpt.underline)")
    }
    if !advice.isEmpty { lines.append("  \(gutter) = \(advice)") }
    return lines.map(Self.visible).joined(separator: "\n")
  }

  private static func visible(_ line: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      let isHidden = scalar.properties.generalCategory == .control || scalar.properties.isBidiControl
      text.append(isHidden && scalar != "\t" ? "\u{FFFD}" : scalar)
    }
    return String(text)
  }
}
