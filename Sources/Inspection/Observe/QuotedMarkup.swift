// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChatRequest {
  /// Whether the request has a marker of a call in its text, as a page about this model may that an agent has read. An answer that repeats
  /// it calls nothing: whoever wrote the page would call then.
  package func quotesMarkup(in bytes: borrowing Span<UInt8>) -> Bool {
    if MarkupMatcher.isQuoted(in: bytes) { return true }
    // A model reads the parts of a content as one text.
    var text: [UInt8] = []
    for message in messages {
      guard let content = message.content, index.kind(content) == .array, index.count(content) > 1 else { continue }
      text.removeAll(keepingCapacity: true)
      for part in index.elements(content) { index.decode(index.value("text", in: part, of: bytes) ?? part, of: bytes, into: &text) }
      if MarkupMatcher.isQuoted(in: text.span) { return true }
    }
    return false
  }
}

extension MarkupMatcher {
  /// - Parameter request: JSON, or text of it. Some writers escape `<`, and Markdown and expressions bars and underscores.
  package static func isQuoted(in request: borrowing Span<UInt8>) -> Bool {
    quotesName(in: request) || quotesTableWord(in: request) || quotesBareCall(in: request)
  }

  /// K2's names of markers stand in no other text, so that what is around them does not count: be it a table, a list in a program, or a
  /// page with colours.
  private static func quotesName(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let place = firstOffset(of: UInt8(ascii: "_"), in: request, from: at) {
      at = place &+ 1
      guard let end = request.end(of: stem, at: place), request.isPreceded(by: tool, at: place) else { continue }
      for name in names where request.end(of: name, at: end) != nil { return true }
    }
    return false
  }

  /// K3's markers are words of tables as well: `|open|`, with a bracket behind.
  private static func quotesTableWord(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let bar = firstOffset(of: UInt8(ascii: "|"), in: request, from: at) {
      at = bar &+ 1
      guard at < request.count else { return false }
      let word: [UInt8]
      switch request[at] {
      case UInt8(ascii: "o"): word = open
      case UInt8(ascii: "c"): word = close
      case UInt8(ascii: "s"): word = separator
      default: continue
      }
      if let end = request.end(of: word, at: at), request.hasBracket(at: end) { return true }
    }
    return false
  }

  /// `functions.NAME:0{`, which begins an answer that is a call; ids of calls have no brace behind them. As `BareCallMatcher` has it, with
  /// the white space as JSON writes it.
  private static func quotesBareCall(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    // Up to here nothing begins one: what was gone back over for one colon need not be for the next.
    var floor = 0
    while let colon = firstOffset(of: UInt8(ascii: ":"), in: request, from: at) {
      at = colon &+ 1
      var end = at
      while end < request.count, request[end].isIndexByte { end &+= 1 }
      guard end > at else { continue }
      while end < request.count, let length = request.blank(at: end) { end &+= length }
      guard end < request.count, request[end] == UInt8(ascii: "{") else { continue }
      // Of a tool's name any byte may be.
      var begin = colon
      while begin > max(floor, colon &- BareCallMatcher.limit), request[begin &- 1] != UInt8(ascii: "\"") {
        begin &-= 1
        if request[begin] == bare[0], request.has(bare.span, at: begin) { return true }
      }
      floor = colon
    }
    return false
  }

  private static let bare = Array("functions.".utf8)

  private static let tool = Array("tool".utf8)
  private static let stem = Array("_call".utf8)
  private static let names = Marker.allCases.compactMap { marker in
    marker.text.hasPrefix("<|tool_call") ? Array(marker.text.utf8.dropFirst("<|tool_call".utf8.count).dropLast(2)) : nil
  }
  private static let open = Array("open|".utf8)
  private static let close = Array("close|".utf8)
  private static let separator = Array("sep|".utf8)
}

extension UInt8 {
  /// Of a call's number, or of what some models write in its place.
  var isIndexByte: Bool { asciiLowercased &- 0x61 < 26 || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
  fileprivate var isHexDigit: Bool { isDigit || asciiLowercased &- 0x61 < 6 }
}

private let brackets = [">", "u003e", "u003E", "&gt", "&#62", "&#x3e", "&#x3E"].map { Array($0.utf8) }

extension Span<UInt8> {
  /// More backslashes than are before one character, be it JSON in JSON.
  private static var mostBackslashes: Int { 8 }

  /// Where a word ends that begins here, each of its characters escaped or not.
  fileprivate func end(of word: [UInt8], at place: Int) -> Int? {
    var at = place
    for byte in word {
      let most = at &+ Self.mostBackslashes
      while at < count, at < most, self[at] == UInt8(ascii: "\\") { at &+= 1 }
      guard at < count, self[at] == byte else { return nil }
      at &+= 1
    }
    return at
  }

  fileprivate func isPreceded(by word: [UInt8], at place: Int) -> Bool {
    var end = place
    while end > max(0, place &- Self.mostBackslashes), self[end &- 1] == UInt8(ascii: "\\") { end &-= 1 }
    return end >= word.count && has(word.span, at: end &- word.count)
  }

  /// Whether a marker's last bracket stands here, be it escaped for JSON, or in it for HTML.
  fileprivate func hasBracket(at place: Int) -> Bool {
    var at = place
    while at < count, self[at] == UInt8(ascii: "\\") { at &+= 1 }
    for bracket in brackets where has(bracket.span, at: at) { return true }
    return false
  }

  /// How long the blank is that stands here, be it an escape: white space as ``BareCallMatcher`` passes over it.
  fileprivate func blank(at place: Int) -> Int? {
    if self[place].isWhiteSpace { return 1 }
    guard self[place] == UInt8(ascii: "\\"), place &+ 1 < count else { return nil }
    switch self[place &+ 1] {
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return 2
    case UInt8(ascii: "u"):
      // Of what an escape of a control character, or of a blank, may be. With all of its digits: no colon is passed over, from which the
      // same blanks would be gone through again.
      guard place &+ 5 < count, self[place &+ 2] == 0x30, self[place &+ 3] == 0x30 else { return nil }
      return self[place &+ 4].isHexDigit && self[place &+ 5].isHexDigit ? 6 : nil
    // A backslash of its own, in JSON within JSON.
    case UInt8(ascii: "\\"): return 1
    default: return nil
    }
  }
}
