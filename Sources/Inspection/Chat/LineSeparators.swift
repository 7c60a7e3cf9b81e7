// SPDX-License-Identifier: Apache-2.0

/// What many readers take for a line's end besides LF and CR: U+0085, U+2028 and U+2029 (Unicode Standard, section 5.8; Python's
/// `str.splitlines`, and so httpx's and requests' `iter_lines`). In JSON they stand in strings only, and may be escaped there.
package enum LineSeparators {
  package static func occur(in bytes: borrowing Span<UInt8>) -> Bool { first(in: bytes, from: 0) != nil }

  /// A JSON text with escapes in their place.
  static func escaped(_ text: [UInt8]) -> [UInt8] {
    guard var next = first(in: text.span, from: 0) else { return text }
    var (out, done) = ([UInt8](), 0)
    out.reserveCapacity(text.count + 64)
    while true {
      out += text[done..<next.lowerBound]
      let escape: StaticString = next.count == 2 ? "\\u0085" : text[next.upperBound - 1] == 0xA8 ? "\\u2028" : "\\u2029"
      escape.withUTF8Buffer { unsafe out.append(contentsOf: $0) }
      done = next.upperBound
      guard let following = first(in: text.span, from: done) else { return out + text[done...] }
      next = following
    }
  }

  private static func first(in bytes: borrowing Span<UInt8>, from start: Int) -> Range<Int>? {
    var at = start
    while let found = firstOffset(of: 0xC2, or: 0xE2, in: bytes, from: at) {
      if bytes[found] == 0xC2 {
        if found &+ 1 < bytes.count, bytes[found &+ 1] == 0x85 { return found..<found &+ 2 }
      } else if found &+ 2 < bytes.count, bytes[found &+ 1] == 0x80, bytes[found &+ 2] & 0xFE == 0xA8 {
        return found..<found &+ 3
      }
      at = found &+ 1
    }
    return nil
  }
}
