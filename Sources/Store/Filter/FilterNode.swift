// SPDX-License-Identifier: Apache-2.0

/// A filter as a tree: what the parser makes of an expression, and lists of plain filters become too, so that both are
/// compiled in one place.
indirect enum FilterNode: Sendable, Equatable {
  enum Comparison: String, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    var sql: String {
      switch self {
      case .equal: "="
      case .notEqual: "<>"
      default: rawValue
      }
    }
  }

  enum Value: Sendable, Equatable {
    case text(String)
    case number(Double)
  }

  case all([FilterNode])
  case any([FilterNode])
  case not(FilterNode)
  case compare(FilterField, Comparison, Value)
  /// One of several values.
  case among(FilterField, [Value])
  /// A text that contains another, ASCII case ignored.
  case contains(FilterField, String)
  case flag(FilterField)
  case has(FilterField, String)
  case words(String)

  var asksForWords: Bool {
    switch self {
    case .words: true
    case .all(let nodes), .any(let nodes): nodes.contains(where: \.asksForWords)
    case .not(let node): node.asksForWords
    case .compare, .among, .contains, .flag, .has: false
    }
  }
}

/// An expression that was read without error.
package struct FilterExpression: Sendable, Equatable {
  let node: FilterNode

  /// - Parameter now: what `1h ago` is measured from, milliseconds since the epoch.
  package init(_ text: String, now: Int64 = WallClock.milliseconds()) throws(FilterError) {
    var parser = try FilterParser(text, now: now)
    node = try parser.parse()
  }
}
