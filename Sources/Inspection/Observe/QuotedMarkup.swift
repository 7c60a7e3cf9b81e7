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

  /// `functions.NAME:0{`, which begins an answer that is a call; ids of calls have no brace behind them.
  private static func quotesBareCall(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let colon = firstOffset(of: UInt8(ascii: ":"), in: request, from: at) {
      at = colon &+ 1
      var end = at
      while end < request.count, request[end].isDigit { end &+= 1 }
      guard end > at, end < request.count else { continue }
      var begin = colon
      while begin > 0, request[begin &- 1].isNameByte { begin &-= 1 }
      while end < request.count, request[end] == 0x20 || request[end] == UInt8(ascii: "\\") || request[end] == UInt8(ascii: "n") { end &+= 1 }
      if end < request.count, request[end] == UInt8(ascii: "{"), request.has(bare.span, at: begin) { return true }
    }
    return false
  }

  private static let bare = Array("functions.".utf8)

  private static let words = ["tool_call", "open|", "close|", "sep|"].map { Array($0.utf8) }
}

extension UInt8 {
  fileprivate var isNameByte: Bool { asciiLowercased &- 0x61 < 26 || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") }
}
