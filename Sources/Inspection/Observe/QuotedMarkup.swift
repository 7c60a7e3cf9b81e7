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
  /// - Parameter request: JSON, or text of it. Some writers escape `<`, none the rest.
  package static func isQuoted(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let bar = firstOffset(of: UInt8(ascii: "|"), in: request, from: at) {
      at = bar &+ 1
      if at < request.count, isWord(in: request, at: at) { return true }
    }
    return quotesBareCall(in: request)
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

  /// Of the markers what stands between their brackets; those of K3 are words of tables as well.
  private static let words = Marker.allCases.filter { $0.text.hasPrefix("<|tool_call") }.map { Array($0.text.utf8.dropFirst(2).dropLast()) }
  private static let stem = Array("tool_call".utf8)
  private static let open = Array("open|".utf8)
  private static let close = Array("close|".utf8)
  private static let separator = Array("sep|".utf8)

  private static func isWord(in request: borrowing Span<UInt8>, at place: Int) -> Bool {
    switch request[place] {
    case UInt8(ascii: "t"):
      guard request.has(stem.span, at: place) else { return false }
      for word in words where request.has(word.span, at: place) { return true }
      return false
    case UInt8(ascii: "o"): return isTableWord(open, in: request, at: place)
    case UInt8(ascii: "c"): return isTableWord(close, in: request, at: place)
    case UInt8(ascii: "s"): return isTableWord(separator, in: request, at: place)
    default: return false
    }
  }

  private static func isTableWord(_ word: [UInt8], in request: borrowing Span<UInt8>, at place: Int) -> Bool {
    guard request.has(word.span, at: place) else { return false }
    return request.hasBracket(at: place &+ word.count)
  }
}

extension UInt8 {
  /// Of a call's number, or of what some models write in its place.
  var isIndexByte: Bool { asciiLowercased &- 0x61 < 26 || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
  fileprivate var isHexDigit: Bool { isDigit || asciiLowercased &- 0x61 < 6 }
}

private let brackets = [">", "u003e", "u003E", "&gt", "&#62", "&#x3e", "&#x3E"].map { Array($0.utf8) }

extension Span<UInt8> {
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
