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
  ///   - hasWide: whether what is not ASCII matters, which many writers escape (Python's do, unless told otherwise).
  static func isNeeded(for text: borrowing Span<UInt8>, hasSolidus: Bool, hasQuoted: Bool, hasWide: Bool) -> Bool {
    for start in text.indices {
      switch text[start] {
      case UInt8(ascii: "\\"):
        if hasQuoted, start + 2 < text.count, text[start + 1] == text[start], text[start + 2] == text[start] { return true }
        if hasSolidus, start + 1 < text.count, text[start + 1] == UInt8(ascii: "/") { return true }
        if let point = point(in: text, behind: start + 1), (0x21...0x7E).contains(point) || hasWide && point >= 0x80 { return true }
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
    while place < text.count {
      let meant = Self.next(in: text, at: &place)
      if meant < 0x80 { bytes.append(UInt8(meant)) } else { Self.withUTF8(of: meant) { bytes.append($0) } }
    }
  }

  /// Where in the text ranges of the bytes stood, which are in order. It is read once more: a number for each byte would take eight times
  /// the memory of a body, and hardly any has a secret in it.
  static func origins(of ranges: [Range<Int>], in text: borrowing Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    found.reserveCapacity(ranges.count)
    var (place, number) = (0, 0)
    func skip(to end: Int, _ text: borrowing Span<UInt8>) {
      while number < end {
        let meant = next(in: text, at: &place)
        if meant < 0x80 { number += 1 } else { Self.withUTF8(of: meant) { _ in number += 1 } }
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

  /// What is no character but a byte of one, as it stands there.
  private static let byte: UInt32 = 1 << 31

  private static func withUTF8(of meant: UInt32, _ take: (UInt8) -> Void) {
    if meant & byte != 0 { return take(UInt8(truncatingIfNeeded: meant)) }
    for byte in String(Unicode.Scalar(meant) ?? "\u{FFFD}").utf8 { take(byte) }
  }

  /// The character that is meant by an escape, or the byte that stands there, which are passed over.
  private static func next(in text: borrowing Span<UInt8>, at place: inout Int) -> UInt32 {
    let first = text[place]
    switch first {
    case UInt8(ascii: "\\"):
      let start = place
      while place < text.count, text[place] == first { place += 1 }
      if var point = point(in: text, behind: place) {
        let backslashes = place - start
        place += 5
        if (0xD800..<0xDC00).contains(point), let low = self.point(in: text, behind: place + backslashes), (0xDC00..<0xE000).contains(low) {
          point = 0x10000 + (point - 0xD800) << 10 + (low - 0xDC00)
          place += backslashes + 5
        }
        return point
      }
      guard place < text.count, text[place] == UInt8(ascii: "\"") || text[place] == UInt8(ascii: "/") else { return UInt32(first) }
      place += 1
      return UInt32(text[place - 1])
    case UInt8(ascii: "%"):
      place += 1
      guard let meant = hexadecimal(text, at: place, digits: 2) else { return UInt32(first) }
      place += 2
      return meant < 0x80 ? meant : meant | byte
    default:
      place += 1
      return first < 0x80 ? UInt32(first) : UInt32(first) | byte
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
