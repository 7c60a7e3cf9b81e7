// SPDX-License-Identifier: Apache-2.0
import JSON

/// A JSON text that breaks off, or that something follows, as far as it can be read: a vendor may go away within a string, and a
/// recorder stop keeping there. What is no JSON though some readers take it is blank: control characters, and values too deep; what is
/// no UTF-8 is a question mark.
struct BrokenOffJSON {
  /// A document, if what there was began as one.
  private(set) var bytes: [UInt8] = []
  /// How many bytes of the text it has. A string that goes on to there goes on to the text's end: what lies between is the beginning of
  /// an escape or of a character.
  private(set) var length = 0
  /// Whether it ends there, and does not break off.
  private(set) var isWhole = false

  private static let mostDeep = JSONLimits().depth

  init(_ text: borrowing Span<UInt8>) {
    var deep: [Range<Int>] = []
    var deepStart = 0
    var closers: [UInt8] = []
    // Up to where it is a document, but for the closers.
    var end = 0
    var isKeyNext = false
    var place = 0
    scan: while place < text.count {
      let start = place
      let isDeep = closers.count > Self.mostDeep
      place += 1
      switch text[start] {
      case UInt8(ascii: "\""):
        let isKey = isKeyNext
        let close = Self.close(of: text, behind: start)
        place = close.place
        if close.isThere {
          if !isKey, !isDeep { end = place }
        } else {
          if !isKey, !isDeep {
            end = place
            closers.append(UInt8(ascii: "\""))
          }
          break scan
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        // The closing one of each is the second behind it in ASCII.
        if closers.count == Self.mostDeep { deepStart = start }
        closers.append(text[start] + 2)
        isKeyNext = text[start] == UInt8(ascii: "{")
        if closers.count <= Self.mostDeep { end = place }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard closers.popLast() == text[start] else { return }
        if closers.count == Self.mostDeep { deep.append(deepStart..<place) }
        if closers.count <= Self.mostDeep { end = place }
        if closers.isEmpty { break scan }
      case UInt8(ascii: ","):
        if !isDeep { end = start }
        isKeyNext = closers.last == UInt8(ascii: "}")
      case UInt8(ascii: ":"): isKeyNext = false
      default: break
      }
    }
    guard end > 0 else { return }
    length = end
    isWhole = closers.isEmpty
    bytes.reserveCapacity(end + closers.count)
    for place in 0..<end { bytes.append(max(text[place], 0x20)) }
    for range in deep { bytes.replaceSubrange(range, with: [UInt8(ascii: "0")] + Array(repeating: 0x20, count: range.count - 1)) }
    // That of a string stands behind those of what is around it.
    bytes += closers.prefix(Self.mostDeep + (closers.last == UInt8(ascii: "\"") ? 1 : 0)).reversed()
    replaceWhatIsNoUTF8()
  }

  /// Where others have U+FFFD: one byte for one, so that all stays in its place.
  private mutating func replaceWhatIsNoUTF8() {
    var start = 0
    while let wrong = Self.firstWrong(in: bytes.span.extracting(start...)) {
      for place in wrong { bytes[start + place] = UInt8(ascii: "?") }
      start += wrong.upperBound
    }
  }

  private static func firstWrong(in text: Span<UInt8>) -> Range<Int>? {
    do {
      _ = try UTF8Span(validating: text)
      return nil
    } catch {
      return error.byteOffsets
    }
  }

  /// Behind the quote that ends a string, or where the string breaks off within no escape and no character.
  private static func close(of text: borrowing Span<UInt8>, behind quote: Int) -> (place: Int, isThere: Bool) {
    var place = quote + 1
    while place < text.count, text[place] != UInt8(ascii: "\"") {
      guard text[place] == UInt8(ascii: "\\") else {
        place += 1
        continue
      }
      let next = place + 1 < text.count && text[place + 1] == UInt8(ascii: "u") ? place + 6 : place + 2
      if next > text.count { return (place, false) }
      place = next
    }
    if place < text.count { return (place + 1, true) }
    while place > quote + 1, text[place - 1] >= 0x80 { place -= 1 }
    return (place, false)
  }
}
