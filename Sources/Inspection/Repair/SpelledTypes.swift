// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a string may still come to spell that begins with some decoded text, by JSON Schema's names of types: the text is read once,
/// whatever is asked of it.
struct SpelledTypes {
  /// Nil: nothing is said yet, so anything may follow.
  private let types: Set<String>?

  init(beginning text: [UInt8]) {
    let start = text.firstIndex { !$0.isWhiteSpace } ?? text.count
    guard start < text.count else {
      types = nil
      return
    }
    let first = text[start]
    if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
      types = Self.beginsJSON(text.span.extracting(start...)) ? [first == UInt8(ascii: "[") ? "array" : "object"] : []
      return
    }
    var types: Set<String> = ["array"]
    if start == 0, first.isDigit || first == UInt8(ascii: "-"), Self.beginsJSON(text.span) { types.formUnion(["number", "integer"]) }
    if ["true", "false"].contains(where: { $0.utf8.starts(with: text) }) { types.insert("boolean") }
    self.types = types
  }

  /// Whether one of them may be.
  func meet(_ wanted: Set<String>) -> Bool { types.map { !wanted.isDisjoint(with: $0) } ?? true }

  private static func beginsJSON(_ text: borrowing Span<UInt8>) -> Bool {
    var scanner = JSONScanner()
    do {
      while let token = try scanner.next(in: text, isComplete: false), token.kind != .end {}
      return true
    } catch {
      return false
    }
  }
}
