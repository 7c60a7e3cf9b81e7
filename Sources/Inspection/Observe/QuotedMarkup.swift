// SPDX-License-Identifier: Apache-2.0
import JSON

extension MarkupMatcher {
  /// Whether a request has a marker of a call in its text, as a page about this model may that an agent has read. An answer that repeats
  /// it calls nothing: whoever wrote the page would call then.
  ///
  /// - Parameter request: JSON. Some writers escape `<`, none the rest.
  package static func isQuoted(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let bar = firstOffset(of: UInt8(ascii: "|"), in: request, from: at) {
      for word in words where request.has(word.span, at: bar &+ 1) { return true }
      at = bar &+ 1
    }
    return quotesBareCall(in: request)
  }

  /// `functions.NAME:0{`, which begins an answer that is a call; ids of calls have no brace behind them. As `BareCallMatcher` has it, with
  /// the white space as JSON writes it.
  private static func quotesBareCall(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let colon = firstOffset(of: UInt8(ascii: ":"), in: request, from: at) {
      at = colon &+ 1
      var end = at
      while end < request.count, request[end].isIndexByte { end &+= 1 }
      guard end > at else { continue }
      while end < request.count, let length = request.blank(at: end) { end &+= length }
      guard end < request.count, request[end] == UInt8(ascii: "{") else { continue }
      // Of a tool's name any byte may be.
      var begin = colon
      while begin > max(0, colon &- BareCallMatcher.limit), request[begin &- 1] != UInt8(ascii: "\"") {
        begin &-= 1
        if request.has(bare.span, at: begin) { return true }
      }
    }
    return false
  }

  private static let bare = Array("functions.".utf8)

  private static let words = ["tool_call", "open|", "close|", "sep|"].map { Array($0.utf8) }
}

extension UInt8 {
  /// Of a call's number, or of what some models write in its place.
  var isIndexByte: Bool { asciiLowercased &- 0x61 < 26 || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
}

extension Span<UInt8> {
  /// How long the blank is that stands here, be it an escape: white space as ``BareCallMatcher`` passes over it.
  fileprivate func blank(at place: Int) -> Int? {
    if self[place].isWhiteSpace { return 1 }
    guard self[place] == UInt8(ascii: "\\"), place &+ 1 < count else { return nil }
    switch self[place &+ 1] {
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return 2
    case UInt8(ascii: "u"):
      // Of what an escape of a control character, or of a blank, may be.
      return place &+ 5 < count && self[place &+ 2] == 0x30 && self[place &+ 3] == 0x30 ? 6 : nil
    // A backslash of its own, in JSON within JSON.
    case UInt8(ascii: "\\"): return 1
    default: return nil
    }
  }
}
