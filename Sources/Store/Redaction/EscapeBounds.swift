// SPDX-License-Identifier: Apache-2.0

/// Where what is taken out may begin and end: within no escape of a JSON string (RFC 8259 section 7), and at none of its quotes, or what
/// stays would be no JSON. A text that begins within a key may have an escape before it whose last letter is the key's next: `\u2026`,
/// `\n`; a key may have a quote where a string begins.
enum EscapeBounds {
  /// An empty string's: more in a row are no JSON, and might be a secret themselves. With five letters of an escape these are shorter than any.
  private static let mostQuotes = 2

  /// - Parameter ranges: in order, none in another.
  static func moved(_ ranges: [Range<Int>], in text: borrowing Span<UInt8>) -> [Range<Int>] {
    var moved: [Range<Int>] = []
    moved.reserveCapacity(ranges.count)
    var done = 0
    for range in ranges where range.upperBound > done {
      let start = max(done, behindEscape(range.lowerBound, after: done, in: text, isEnd: false))
      // One that ends within an escape takes it whole.
      let end = max(start, behindEscape(range.upperBound, after: start, in: text, isEnd: true))
      var (first, last) = (start, end)
      while first < last, isQuote(text, at: first, after: done) { first += 1 }
      while first < last, isQuote(text, at: last - 1, after: first) { last -= 1 }
      if first - start > mostQuotes { first = start }
      if end - last > mostQuotes { last = end }
      if first < last { moved.append(first..<last) } else if start < end { moved.append(start..<end) }
      done = end
    }
    return moved
  }

  /// Behind the escape that a place is in; the place where it is in none.
  ///
  /// - Parameter start: where one may begin at the earliest.
  private static func behindEscape(_ place: Int, after start: Int, in text: borrowing Span<UInt8>, isEnd: Bool) -> Int {
    guard place < text.count else { return place }
    for back in 2..<6 where place - back >= start && text[place - back] == UInt8(ascii: "\\") {
      if isUnicode(text, at: place - back + 1) { return place - back + 6 }
    }
    let backslashes = backslashes(in: text, before: place, after: start)
    let isOdd = !backslashes.isMultiple(of: 2)
    // Behind two backslashes it is one of a string within the string.
    guard isOdd || backslashes > 0 && !isEnd else { return place }
    switch text[place] {
    case UInt8(ascii: "u"): return isUnicode(text, at: place) ? place + 5 : place
    case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "/"): return place + 1
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return isOdd ? place + 1 : place
    default: return place
    }
  }

  private static func backslashes(in text: borrowing Span<UInt8>, before place: Int, after start: Int) -> Int {
    var first = place
    while first > start, text[first - 1] == UInt8(ascii: "\\") { first -= 1 }
    return place - first
  }

  /// One that is not escaped.
  private static func isQuote(_ text: borrowing Span<UInt8>, at place: Int, after start: Int) -> Bool {
    text[place] == UInt8(ascii: "\"") && backslashes(in: text, before: place, after: start).isMultiple(of: 2)
  }

  private static func isUnicode(_ text: borrowing Span<UInt8>, at place: Int) -> Bool {
    guard place + 5 <= text.count, text[place] == UInt8(ascii: "u") else { return false }
    for digit in place + 1..<place + 5 {
      switch text[digit] {
      case 0x30...0x39, 0x41...0x46, 0x61...0x66: continue
      default: return false
      }
    }
    return true
  }
}
