// SPDX-License-Identifier: Apache-2.0

/// A word of the filter language and where it stands, in characters from 0.
struct FilterToken: Equatable {
  enum Kind: Equatable {
    case name(String)
    case text(String)
    /// A number with its unit, if any: `2`, `2.5`, `350ms`, `10kb`.
    case number(Double, unit: String)
    /// `==`, `&&`, `(`, ...
    case symbol(String)
    case end
  }

  var kind: Kind
  var start: Int
}

/// Why an expression cannot be used: where, and what would be right.
package struct FilterError: Error, Sendable, Equatable, CustomStringConvertible {
  package var expression: String
  /// In characters, from 1.
  package var column: Int
  package var message: String

  package var description: String { "\(message)\n  \(expression)\n  \(String(repeating: " ", count: column - 1))^" }
}
