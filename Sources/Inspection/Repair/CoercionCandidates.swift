// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// What a value that its schema refuses may stand for. Nothing is lost or made up: a string that spells a number, a truth
/// value, an array or an object; one element for an array of them. A number beyond a double's range or precision stays in its
/// string: as a number, clients would round it or fail at it, each in its way.
enum CoercionCandidates {
  /// The keywords whose violation says that another type of value is demanded. A string that breaks a pattern or a limit
  /// is a wrong string, not a number.
  static let keywords: Set<String> = ["type", "enum", "const"]

  /// Replacements for a value, as JSON, the likeliest first.
  ///
  /// - Parameter types: what the schema demands, by JSON Schema's names of types.
  static func replacements(for value: [UInt8], types: Set<String>) -> [[UInt8]] {
    guard let first = value.first, first != UInt8(ascii: "{"), first != UInt8(ascii: "["), first != UInt8(ascii: "n") else {
      return []
    }
    guard let text = decodingWholeString(value) else {
      return types.contains("array") && first != UInt8(ascii: "\"") ? [array(of: value)] : []
    }
    var found: [[UInt8]] = []
    let trimmed = text.trimmingSpace
    if let kind = wholeKind(trimmed), holdsNumbers(trimmed) {
      switch kind {
      case .number where trimmed == text && !types.isDisjoint(with: ["number", "integer"]): found.append(text)
      case .true where trimmed == text && types.contains("boolean"): found.append(text)
      case .false where trimmed == text && types.contains("boolean"): found.append(text)
      case .array where types.contains("array"): found.append(trimmed)
      case .object where types.contains("object"): found.append(trimmed)
      default: break
      }
    }
    // Half an array is not one element.
    if types.contains("array"), trimmed.first != UInt8(ascii: "["), trimmed.first != UInt8(ascii: "{") {
      found.append(array(of: value))
    }
    return found
  }

  private static func array(of value: [UInt8]) -> [UInt8] { [UInt8(ascii: "[")] + value + [UInt8(ascii: "]")] }

  /// What the text is, when it is one whole JSON value.
  private static func wholeKind(_ text: [UInt8]) -> JSONKind? {
    var index = JSONIndex()
    guard !text.isEmpty, (try? index.read(text.span)) != nil else { return nil }
    return index.kind(index.root)
  }

  /// Whether clients have every number of this JSON as it is written.
  private static func holdsNumbers(_ text: [UInt8]) -> Bool {
    var scanner = JSONScanner()
    while let token = try? scanner.next(in: text.span, isComplete: true), token.kind != .end {
      guard token.kind == .number else { continue }
      let number = text[token.range]
      // So few digits fit, unless there is an exponent.
      if number.count <= 15, !number.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { continue }
      guard JSONNumber(String(decoding: number, as: UTF8.self))?.isHeldByDouble == true else { return false }
    }
    return true
  }
}
