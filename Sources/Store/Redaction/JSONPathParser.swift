// SPDX-License-Identifier: Apache-2.0

/// Reads the notation of ``JSONPath``.
struct JSONPathParser {
  private let characters: [Character]
  private var position = 0
  /// One bit of the state for each segment, and one for the start.
  private static let most = 62

  init(_ text: String) {
    characters = Array(text)
  }

  mutating func parse() throws(JSONPathError) -> [JSONPath.Segment] {
    guard take("$") else { throw error("a path begins with $, as in $.messages[*].content") }
    var segments: [JSONPath.Segment] = []
    while position < characters.count {
      let descends = take("..")
      if !descends, take(".") {
        segments.append(JSONPath.Segment(selector: try afterDot(), descends: false))
      } else if take("[") {
        segments.append(JSONPath.Segment(selector: try inBrackets(), descends: descends))
      } else if descends {
        segments.append(JSONPath.Segment(selector: try afterDot(), descends: true))
      } else {
        throw error("expected . or [ here")
      }
      guard segments.count <= Self.most else { throw error("a path has at most \(Self.most) steps") }
    }
    return segments
  }

  private mutating func afterDot() throws(JSONPathError) -> JSONPath.Selector {
    if take("*") { return .any }
    let start = position
    while position < characters.count, isName(characters[position], first: position == start) { position += 1 }
    guard position > start else { throw error("expected a name or * here; other names are written ['like this']") }
    return .name(Array(String(characters[start..<position]).utf8))
  }

  /// RFC 9535 §2.5.1.1: letters, digits, `_` and everything beyond ASCII; no digit first.
  private func isName(_ character: Character, first: Bool) -> Bool {
    guard character.isASCII else { return true }
    return character.isLetter || character == "_" || !first && character.isNumber
  }

  private mutating func inBrackets() throws(JSONPathError) -> JSONPath.Selector {
    let selector: JSONPath.Selector
    if take("*") {
      selector = .any
    } else if take("'") {
      selector = .name(try quoted("'"))
    } else if take("\"") {
      selector = .name(try quoted("\""))
    } else {
      let start = position
      while position < characters.count, characters[position].isASCII, characters[position].isNumber { position += 1 }
      let digits = String(characters[start..<position])
      guard let index = Int(digits), digits == "0" || digits.first != "0" else {
        throw error("expected an index from 0, * or a quoted name; slices, filters and negative indices are not supported")
      }
      selector = .index(index)
    }
    guard take("]") else { throw error("expected ] here; one selector in brackets, no slice, no list") }
    return selector
  }

  private mutating func quoted(_ quote: Character) throws(JSONPathError) -> [UInt8] {
    var name = ""
    while position < characters.count {
      let character = characters[position]
      position += 1
      if character == quote { return Array(name.utf8) }
      guard character == "\\" else {
        name.append(character)
        continue
      }
      guard position < characters.count, characters[position] == quote || characters[position] == "\\" else {
        throw error("a backslash stands before a quote or a backslash only")
      }
      name.append(characters[position])
      position += 1
    }
    throw error("the name has no closing \(quote)")
  }

  private mutating func take(_ text: String) -> Bool {
    guard characters[position...].starts(with: text) else { return false }
    position += text.count
    return true
  }

  private func error(_ message: String) -> JSONPathError { JSONPathError(column: position + 1, message: message) }
}
