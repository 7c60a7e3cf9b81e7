// SPDX-License-Identifier: Apache-2.0

/// A text with its escapes undone, of JSON at any depth (RFC 8259 section 7) and of URLs (RFC 3986 section 2.1), and where each byte
/// stood. What it is may be a mixture: a URL in a string within another.
struct UnescapedText {
  private(set) var bytes: [UInt8] = []
  /// Of each byte, and of the end.
  private(set) var offsets: [Int] = []

  /// Whether an escape stands for what would not have had to be escaped: the others are known to ``SecretForms``.
  ///
  /// - Parameter hasSolidus: whether an escaped `/` matters, which writers may escape here and not there, and at any depth.
  static func isNeeded(for text: borrowing Span<UInt8>, hasSolidus: Bool) -> Bool {
    for start in text.indices {
      switch text[start] {
      case UInt8(ascii: "\\"):
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
    offsets.reserveCapacity(text.count + 1)
    var place = 0
    while place < text.count {
      let start = place
      switch text[place] {
      case UInt8(ascii: "\\"):
        while place < text.count, text[place] == UInt8(ascii: "\\") { place += 1 }
        if let point = Self.point(in: text, behind: place) {
          place += 5
          add(point, from: start)
        } else if place < text.count, text[place] == UInt8(ascii: "\"") || text[place] == UInt8(ascii: "/") {
          add(UInt32(text[place]), from: start)
          place += 1
        } else {
          add(UInt32(UInt8(ascii: "\\")), from: start)
        }
      case UInt8(ascii: "%"):
        if let byte = Self.hexadecimal(text, at: place + 1, digits: 2) {
          place += 3
          bytes.append(UInt8(truncatingIfNeeded: byte))
          offsets.append(start)
        } else {
          fallthrough
        }
      default:
        bytes.append(text[place])
        offsets.append(start)
        place += 1
      }
    }
    offsets.append(text.count)
  }

  /// Keys are ASCII: of other characters it matters only that they are none.
  private mutating func add(_ point: UInt32, from start: Int) {
    bytes.append(point < 0x80 ? UInt8(point) : 0xFF)
    offsets.append(start)
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
