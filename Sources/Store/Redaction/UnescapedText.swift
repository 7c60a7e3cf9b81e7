// SPDX-License-Identifier: Apache-2.0

/// A text with its escapes undone, of JSON at any depth (RFC 8259 section 7) and of URLs (RFC 3986 section 2.1). What it is may be a
/// mixture: a URL in a string within another.
struct UnescapedText {
  private(set) var bytes: [UInt8] = []

  /// Whether an escape stands for what would not have had to be escaped: the others are known to ``SecretForms``.
  ///
  /// - Parameters:
  ///   - hasSolidus: whether an escaped `/` matters, which writers may escape here and not there, and at any depth.
  ///   - hasQuoted: whether what a string has to escape matters, which may be deeper than two strings.
  static func isNeeded(for text: borrowing Span<UInt8>, hasSolidus: Bool, hasQuoted: Bool) -> Bool {
    for start in text.indices {
      switch text[start] {
      case UInt8(ascii: "\\"):
        if hasQuoted, start + 2 < text.count, text[start + 1] == text[start], text[start + 2] == text[start] { return true }
        if hasSolidus, start + 1 < text.count, text[start + 1] == UInt8(ascii: "/") { return true }
        if let point = point(in: text, behind: start + 1), (0x21...0x7E).contains(point) { return true }
      case UInt8(ascii: "%"):
        if let byte = hexadecimal(text, at: start + 1, digits: 2), (0x21...0x7E).contains(byte) { return true }
      default: break
      }
    }
    return false
  }

  init(_ text: borrowing Span<UInt8>) {
    bytes.reserveCapacity(text.count)
    var place = 0
    while place < text.count { bytes.append(Self.next(in: text, at: &place)) }
  }

  /// Where in the text ranges of the bytes stood, which are in order. It is read once more: a number for each byte would take eight times
  /// the memory of a body, and hardly any has a secret in it.
  static func origins(of ranges: [Range<Int>], in text: borrowing Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    found.reserveCapacity(ranges.count)
    var (place, number) = (0, 0)
    func skip(to end: Int, _ text: borrowing Span<UInt8>) {
      while number < end {
        _ = next(in: text, at: &place)
        number += 1
      }
    }
    for range in ranges {
      skip(to: range.lowerBound, text)
      let start = place
      skip(to: range.upperBound, text)
      found.append(start..<place)
    }
    return found
  }

  /// The byte that stands there or is meant by an escape, which is passed over. Keys are ASCII: of other characters that are escaped
  /// it matters only that they are none.
  private static func next(in text: borrowing Span<UInt8>, at place: inout Int) -> UInt8 {
    let byte = text[place]
    switch byte {
    case UInt8(ascii: "\\"):
      while place < text.count, text[place] == byte { place += 1 }
      if let point = point(in: text, behind: place) {
        place += 5
        return point < 0x80 ? UInt8(point) : 0xFF
      }
      guard place < text.count, text[place] == UInt8(ascii: "\"") || text[place] == UInt8(ascii: "/") else { return byte }
      place += 1
      return text[place - 1]
    case UInt8(ascii: "%"):
      place += 1
      guard let meant = hexadecimal(text, at: place, digits: 2) else { return byte }
      place += 2
      return UInt8(truncatingIfNeeded: meant)
    default:
      place += 1
      return byte
    }
  }

  /// `uXXXX`
  private static func point(in text: borrowing Span<UInt8>, behind place: Int) -> UInt32? {
    guard place < text.count, text[place] == UInt8(ascii: "u") else { return nil }
    return hexadecimal(text, at: place + 1, digits: 4)
  }

  private static func hexadecimal(_ text: borrowing Span<UInt8>, at start: Int, digits: Int) -> UInt32? {
    guard start + digits <= text.count else { return nil }
    var value: UInt32 = 0
    for place in start..<start + digits {
      switch text[place] {
      case 0x30...0x39: value = value << 4 | UInt32(text[place] - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((text[place] | 0x20) - 0x57)
      default: return nil
      }
    }
    return value
  }
}
