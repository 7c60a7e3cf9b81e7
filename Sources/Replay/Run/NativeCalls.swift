// SPDX-License-Identifier: Apache-2.0
package import JSON

/// Tool calls as the model itself writes them, in the text of a completion:
/// `<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|>…`
package enum NativeCalls {
  package static let sectionBegin = "<|tool_calls_section_begin|>"
  package static let sectionEnd = "<|tool_calls_section_end|>"
  package static let callBegin = "<|tool_call_begin|>"
  package static let argumentBegin = "<|tool_call_argument_begin|>"
  package static let callEnd = "<|tool_call_end|>"

  /// What K2VV's `extract_tool_call_info` finds: calls of the first complete section whose id is of letters, digits, `_` and
  /// `.`, then `:` and digits; the name is what stands between the first and the second dot. So a name with a hyphen is lost,
  /// one with a dot is cut, and an id without `functions.` is dropped.
  package static func asK2VV(in text: String) -> [JSONValue] {
    let text = Array(text.unicodeScalars)
    guard let begin = find(sectionBegin, in: text, from: 0),
      let end = find(sectionEnd, in: text, from: begin.upperBound)
    else { return [] }
    return calls(in: text, begin.upperBound..<end.lowerBound, id: endOfK2VVID) { id in
      let parts = id.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count > 1 ? parts[1].split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) : nil
    }
  }

  /// What is there: complete calls of every section, closed or not, whatever their id is made of; `functions.` in front of the
  /// name and the number behind it are not part of it.
  package static func found(in text: String) -> [JSONValue] {
    let text = Array(text.unicodeScalars)
    guard let begin = find(sectionBegin, in: text, from: 0) else { return [] }
    return calls(in: text, begin.upperBound..<text.count, id: endOfAnyID) { id in
      var name = id[...]
      if let colon = name.lastIndex(of: ":"), name[colon...].dropFirst().allSatisfy(\.isNumber) { name = name[..<colon] }
      return String(name.hasPrefix("functions.") ? name.dropFirst("functions.".count) : name)
    }
  }

  private typealias Scalars = [Unicode.Scalar]

  private static func calls(
    in text: Scalars, _ section: Range<Int>, id endOfID: (Scalars, Range<Int>) -> Int?, name: (String) -> String?
  ) -> [JSONValue] {
    var calls: [JSONValue] = []
    var place = section.lowerBound
    while let begin = find(callBegin, in: text, from: place, to: section.upperBound) {
      // What does not match is looked at again from behind its mark, as `re.finditer` does.
      place = begin.upperBound
      let start = skipSpace(text, place..<section.upperBound)
      guard let idEnd = endOfID(text, start..<section.upperBound), idEnd > start else { continue }
      let mark = skipSpace(text, idEnd..<section.upperBound)
      guard let argument = self.mark(argumentBegin, in: text, at: mark, to: section.upperBound) else { continue }
      // No later call has an end either: hostile text is read once, not once a mark.
      guard let end = find(callEnd, in: text, from: argument, to: section.upperBound) else { break }
      place = end.upperBound
      let id = string(text[start..<idEnd])
      guard let name = name(id) else { continue }
      let first = skipSpace(text, argument..<end.lowerBound)
      var last = end.lowerBound
      while last > first, isSpace(text[last - 1]) { last -= 1 }
      calls.append([
        "id": JSONValue(id), "type": "function",
        "function": ["name": JSONValue(name), "arguments": JSONValue(string(text[first..<last]))],
      ])
    }
    return calls
  }

  /// `[\w\.]+:\d+`, in Python's sense of the letters.
  private static func endOfK2VVID(_ text: Scalars, _ range: Range<Int>) -> Int? {
    var place = range.lowerBound
    while place < range.upperBound, text[place] == "." || isWord(text[place]) { place += 1 }
    guard place > range.lowerBound, place < range.upperBound, text[place] == ":" else { return nil }
    let digits = place + 1
    place = digits
    while place < range.upperBound, text[place].properties.generalCategory == .decimalNumber { place += 1 }
    return place > digits ? place : nil
  }

  private static func endOfAnyID(_ text: Scalars, _ range: Range<Int>) -> Int? {
    guard var end = text[range].firstIndex(of: "<"), mark(argumentBegin, in: text, at: end, to: range.upperBound) != nil else { return nil }
    while end > range.lowerBound, isSpace(text[end - 1]) { end -= 1 }
    return end
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "_" { return true }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
      .otherNumber:
      true
    default: false
    }
  }

  /// `str.isspace`.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  private static func skipSpace(_ text: Scalars, _ range: Range<Int>) -> Int {
    text[range].firstIndex { !isSpace($0) } ?? range.upperBound
  }

  private static func find(_ mark: String, in text: Scalars, from start: Int, to end: Int? = nil) -> Range<Int>? {
    let mark = Array(mark.unicodeScalars)
    let end = end ?? text.count
    guard end - start >= mark.count else { return nil }
    for place in start...(end - mark.count) where text[place] == mark[0] {
      if text[place..<place + mark.count].elementsEqual(mark) { return place..<place + mark.count }
    }
    return nil
  }

  /// Where the mark ends, if it begins there.
  private static func mark(_ mark: String, in text: Scalars, at start: Int, to end: Int) -> Int? {
    text[start..<end].starts(with: mark.unicodeScalars) ? start + mark.unicodeScalars.count : nil
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }
}
