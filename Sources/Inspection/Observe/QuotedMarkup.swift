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
    return false
  }

  private static let words = ["tool_call", "open|", "close|", "sep|"].map { Array($0.utf8) }
}
