// SPDX-License-Identifier: Apache-2.0

/// Finds a call without markers, `functions.NAME:0{`, at the very start of a text (R03). Anywhere else, and with any other name
/// than a declared one, it is a text about functions.
struct BareCallMatcher: Sendable {
  /// The text so far, as long as it may be the beginning of such a call, white space before it aside.
  private(set) var held: [UInt8] = []
  /// Nothing can come of it any more.
  private(set) var isOver = false

  private static let prefix = Array("functions.".utf8)
  /// Longer names are none that a vendor takes.
  static let limit = 300

  /// Takes the next piece of the text. `true` when `held` ends in the brace, or the marker's first bytes, that make it a call;
  /// `position` is then behind it.
  mutating func find(in text: borrowing Span<UInt8>, from position: inout Int, tools: ByteStrings) -> Bool {
    while position < text.count {
      let byte = text[position]
      position &+= 1
      if held.isEmpty, byte.isWhiteSpace { continue }
      let isIn = held.count < Self.prefix.count ? byte == Self.prefix[held.count] : held.count < Self.limit
      let isMarker = held.last == UInt8(ascii: "<")
      guard isIn, !isMarker || byte == UInt8(ascii: "|") else { return end() }
      held.append(byte)
      if isMarker || byte == UInt8(ascii: "{") {
        if isCall(tools, upTo: held.count - (isMarker ? 2 : 1)) { return true }
        return end()
      }
    }
    return false
  }

  private mutating func end() -> Bool {
    isOver = true
    held = []
    return false
  }

  /// `functions.NAME:idx` up to a place, white space before it allowed.
  private func isCall(_ tools: ByteStrings, upTo place: Int) -> Bool {
    var end = place
    while held[end - 1].isWhiteSpace { end -= 1 }
    var colon = end
    while colon > Self.prefix.count, held[colon - 1] != UInt8(ascii: ":") {
      guard held[colon - 1].isIndexByte else { return false }
      colon -= 1
    }
    guard colon > Self.prefix.count, colon < end else { return false }
    return tools.contains(held.span.extracting(Self.prefix.count..<(colon - 1)))
  }
}
