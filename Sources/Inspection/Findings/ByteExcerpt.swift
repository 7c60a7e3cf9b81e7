// SPDX-License-Identifier: Apache-2.0

/// Shows a piece of a text with a mark under the bytes that matter, for a terminal:
///
///     {"path":"a.txt","limit":"ten"}
///                             ^^^^^
package enum ByteExcerpt {
  /// Characters of a line at most.
  private static let width = 100

  /// The line around `range`, and one with the mark. Control characters count as spaces, text of more than `width` characters is
  /// cut around the mark with an ellipsis.
  package static func lines(of text: [UInt8], marking range: Range<Int>) -> [String] {
    let range = range.clamped(to: 0..<text.count)
    let start = max(0, min(range.lowerBound - width / 3, text.count - width))
    let end = min(text.count, start + width)
    let prefix = start > 0 ? "…" : ""
    let before = prefix + plain(text[boundary(start, in: text)..<range.lowerBound])
    let marked = plain(text[range.lowerBound..<max(range.lowerBound, min(range.upperBound, end))])
    let after = range.upperBound < end ? plain(text[range.upperBound..<boundary(end, in: text)]) : ""
    let suffix = end < text.count ? "…" : ""
    return [
      before + marked + after + suffix,
      String(repeating: " ", count: before.count) + String(repeating: "^", count: max(1, marked.count)),
    ]
  }

  /// The beginning of a text, on one line.
  package static func line(of text: [UInt8], limit: Int) -> String { excerpt(text.span, limit: limit) }

  private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
  }

  /// `offset`, or the first byte behind it that does not lie inside of a character.
  private static func boundary(_ offset: Int, in text: [UInt8]) -> Int {
    var offset = offset
    while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
    return offset
  }
}
