// SPDX-License-Identifier: Apache-2.0
import JSON

// Calls that are shown rather than made: what they stand in is opened before them, and closed behind.
extension MarkupParser {
  private static let backtick = UInt8(ascii: "`")
  private static let signs = Array("`'\"".utf8)
  private static let elements = ["</code>", "</pre>"].map { Array($0.utf8) }

  /// How many of the calls stand in a code span, in quotation marks, or in a fence. Of fences and spans only the end is looked for: an odd
  /// number of lines with fences is behind what stands in one, and an odd number of backticks, or rows of them, on the rest of its line.
  func quotedCalls(at places: [Int]) -> Int {
    let text = result.text
    var (count, isFenced, isInSpan, end) = (0, false, false, text.count)
    for place in places.reversed() {
      let behind = text[place..<end]
      let line = behind.prefix { $0 != 0x0A }
      if !Self.fences(in: behind).isMultiple(of: 2) { isFenced.toggle() }
      isInSpan = (isInSpan && line.count == behind.count) != !Self.spanEnds(in: line).isMultiple(of: 2)
      end = place
      if isFenced || isInSpan || isClosed(at: place) { count += 1 }
    }
    return count
  }

  private static func spanEnds(in line: ArraySlice<UInt8>) -> Int {
    line.indices.count { line[$0] == backtick && ($0 == line.startIndex || line[$0 - 1] != backtick) }
  }

  private func isClosed(at place: Int) -> Bool {
    let behind = result.text[place...]
    let opening = place > 0 ? result.text[place - 1] : before
    if Self.signs.contains(opening), behind.first == opening { return true }
    let next = behind.prefix(64).drop(while: \.isWhiteSpace)
    return Self.elements.contains { next.starts(with: $0) }
  }

  /// Where the quotation ends that shows only a part of the call at hand, whose arguments begin at `start`: behind what can be JSON, which a
  /// call that was cut never leaves.
  func quotationEnd(from start: Int) -> Int? {
    guard start < bytes.count, let error = jsonError(in: bytes.span.extracting(start...)) else { return nil }
    let opening = result.text.last ?? before
    return opening == 0x0A || Self.signs.contains(opening) ? closing(of: opening, from: start + error.offset) : nil
  }

  /// Where the next message begins, which the model plays itself since nobody stopped it: nothing but the end of its own stands before.
  func nextMessage(from start: Int) -> Int? {
    var next = start
    while next < bytes.count {
      if bytes[next].isWhiteSpace {
        next += 1
      } else if let token = Self.endTokens.first(where: { bytes[next...].starts(with: $0) }) {
        next += token.count
      } else {
        return isHeader(at: next) ? next : nil
      }
    }
    return nil
  }

  /// Whether a message has its head here, be it cut off behind the role.
  private func isHeader(at place: Int) -> Bool {
    if let marker = marker(at: place) {
      return marker.marker == .open && bytes[marker.end...].drop(while: \.isWhiteSpace).starts(with: "message".utf8)
    }
    guard let header = Self.headers.first(where: { bytes[place...].starts(with: $0) }) else { return false }
    let rest = bytes[(place + header.count)...]
    let role = rest.prefix(64).prefix { $0 != UInt8(ascii: "<") }
    return rest[role.endIndex...].starts(with: Self.headerEnd) || role.endIndex == bytes.count && !role.contains(where: \.isWhiteSpace)
  }

  /// Whether what stands before the next message is in code, which shows how messages look.
  func isShown(upTo next: Int) -> Bool { closing(of: result.text.last ?? before, from: next) != nil }

  /// Where the sign that stands before a call stands again, or else the line that closes the fence around it.
  private func closing(of opening: UInt8, from start: Int) -> Int? {
    let rest = bytes[start...]
    if Self.signs.contains(opening) { return rest.firstIndex(of: opening) }
    guard !Self.fences(in: rest).isMultiple(of: 2) else { return nil }
    var line = rest
    while !Self.isFence(line), let end = line.firstIndex(of: 0x0A) { line = line[(end + 1)...] }
    return line.startIndex
  }

  private static func fences(in text: ArraySlice<UInt8>) -> Int {
    var (count, line) = (0, text)
    while true {
      if isFence(line) { count += 1 }
      guard let end = line.firstIndex(of: 0x0A) else { return count }
      line = line[(end + 1)...]
    }
  }

  /// - Parameter line: and whatever is behind it. It may stand in a list, or in a quotation of Markdown's.
  private static func isFence(_ line: ArraySlice<UInt8>) -> Bool {
    line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == UInt8(ascii: ">") }.starts(with: "```".utf8)
  }
}
