// SPDX-License-Identifier: Apache-2.0
import JSON

/// A path that says which values of a document are redacted: a part of RFC 9535.
///
/// `$`, then any of: `.name` or `['name']` (a member), `[0]` (an element, from the front), `.*` or `[*]` (every member or
/// element), and `..` before a name, `*` or `[` (any depth, the value itself included). No slices, filters, unions or
/// negative indices: parsing says so. Names in brackets take either quote, with `\\` before a quote or backslash.
package struct JSONPath: Sendable, Equatable, CustomStringConvertible {
  enum Selector: Sendable, Equatable {
    case name([UInt8])
    case index(Int)
    case any
  }

  struct Segment: Sendable, Equatable {
    var selector: Selector
    /// `..`: may skip any number of levels first.
    var descends: Bool
  }

  var segments: [Segment]
  package let description: String

  package init(_ text: String) throws(JSONPathError) {
    var parser = JSONPathParser(text)
    segments = try parser.parse()
    description = text
  }

  /// What may follow a place in the document: bit n says that the first n segments are matched.
  struct State: Equatable {
    var bits: UInt64 = 1

    var isDead: Bool { bits == 0 }
  }

  func isMatch(_ state: State) -> Bool { state.bits >> UInt64(segments.count) & 1 == 1 }

  func advance(_ state: State, name: [UInt8]) -> State {
    advance(state) { $0 == .any || $0 == .name(name) }
  }

  func advance(_ state: State, index: Int) -> State {
    advance(state) { $0 == .any || $0 == .index(index) }
  }

  private func advance(_ state: State, _ matches: (Selector) -> Bool) -> State {
    var next: UInt64 = 0
    for (number, segment) in segments.enumerated() where state.bits >> UInt64(number) & 1 == 1 {
      if matches(segment.selector) { next |= 1 << UInt64(number + 1) }
      if segment.descends { next |= 1 << UInt64(number) }
    }
    return State(bits: next)
  }

  /// How many steps of a JSON pointer lead to a value that is meant; nil where neither its own is nor one that it lies in.
  func depth(in pointer: JSONPointer) -> Int? {
    var state = State()
    if isMatch(state) { return 0 }
    for (number, token) in pointer.tokens.enumerated() {
      let named = advance(state, name: token.utf8)
      let indexed = JSONPointer.arrayIndex(token).map { advance(state, index: $0) } ?? State(bits: 0)
      state = State(bits: named.bits | indexed.bits)
      if isMatch(state) { return number + 1 }
    }
    return nil
  }
}

/// A path that cannot be read: where, and what would be right.
package struct JSONPathError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1, in characters.
  package var column: Int
  package var message: String

  package var description: String { "column \(column): \(message)" }
}
