// SPDX-License-Identifier: Apache-2.0

/// Reads tool calls that a vendor's own parser left in the text: K2's section tokens in every variant seen in the wild
/// (R01 to R03) and K3's tags (Kimi-K3.jinja of llama.cpp; sglang `kimik3_format.py`; vLLM `kimi_k3_tool_parser.py`).
///
///     MarkupParser(tools: names).parse(text)      // "Sure.<|tool_call_begin|>functions.ls:0…" -> one call, the text "Sure."
///
/// It invents nothing: a call whose arguments were cut off is returned as incomplete, with what there is of them.
package struct MarkupParser: Sendable {
  package struct Result: Equatable, Sendable {
    package var calls: [LeakedCall] = []
    /// What stands before, between and behind the calls and is no markup; empty when that is only white space.
    package var text: [UInt8] = []

    /// There is at least one call, and none was cut off.
    package var isComplete: Bool { !calls.isEmpty && calls.allSatisfy(\.isComplete) }
  }

  typealias Marker = MarkupMatcher.Marker
  static let markers = Marker.allCases.filter { $0 != .bareCall }.map { ($0, Array($0.text.utf8)) }

  let tools: ByteStrings
  var bytes: [UInt8] = []
  /// The next byte to be read.
  var position = 0
  private var result = Result()

  /// - Parameter tools: the declared names. They decide where a name ends, and whether calls without any token are calls.
  package init(tools: ByteStrings) { self.tools = tools }

  /// Parses a whole text.
  package func parse(_ text: [UInt8]) -> Result {
    var parser = self
    parser.bytes = text
    parser.run()
    return parser.result
  }

  private mutating func run() {
    while let call = barewordCall() { result.calls.append(call) }
    while position < bytes.count {
      guard let next = nextMarker(from: position) else {
        result.text += bytes[position...]
        break
      }
      result.text += bytes[position..<next.start]
      position = next.end
      read(next.marker)
    }
    result.text = withoutEndTokens(result.text)
    if result.text.span.isBlank { result.text = [] }
  }

  private mutating func read(_ marker: Marker) {
    switch marker {
    case .sectionBegin, .singularSectionBegin:
      skipSpace()
      // Some models forget the token that begins the first call.
      let start = position
      let call = k2Call()
      if call.isComplete, !call.name.isEmpty {
        result.calls.append(call)
      } else {
        position = start
      }
    case .callBegin:
      result.calls.append(k2Call())
      skipSpaceBeforeMarker()
    case .sectionEnd, .singularSectionEnd, .callEnd, .argumentBegin, .separator, .bareCall:
      skipSpaceBeforeMarker()
    case .open:
      openTag()
    case .close:
      // A tag that is closed here was opened in what is no markup, or in the prompt.
      _ = tag()
    }
  }

  private mutating func openTag() {
    guard let tag = tag() else { return }
    switch tag.name {
    case "call": result.calls.append(k3Call(tag))
    case "tools": skipSpaceBeforeMarker()
    // Thoughts are not text; what is never closed is one to the end.
    case "think": position = closingTag("think")?.upperBound ?? bytes.count
    default: break
    }
  }

  /// White space is markup only where more markup follows.
  private mutating func skipSpaceBeforeMarker() {
    let start = position
    skipSpace()
    if position < bytes.count, markerHere() == nil { position = start }
  }
}

extension MarkupParser {
  mutating func skipSpace() {
    while position < bytes.count, bytes[position].isWhiteSpace { position += 1 }
  }

  func starts(with text: StaticString, at offset: Int) -> Bool {
    offset + text.utf8CodeUnitCount <= bytes.count && bytes[offset...].starts(with: Array("\(text)".utf8))
  }

  /// The marker that stands at the position.
  func markerHere() -> (marker: Marker, end: Int)? { marker(at: position) }

  func marker(at offset: Int) -> (marker: Marker, end: Int)? {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "<") else { return nil }
    for (marker, text) in Self.markers where bytes[offset...].starts(with: text) { return (marker, offset + text.count) }
    return nil
  }

  func nextMarker(from start: Int) -> (marker: Marker, start: Int, end: Int)? {
    var at = start
    while let found = firstOffset(of: UInt8(ascii: "<"), in: bytes.span, from: at) {
      if let marker = marker(at: found) { return (marker.marker, found, marker.end) }
      at = found + 1
    }
    return nil
  }

  /// The tokens that end a message, which a vendor that leaks calls leaks as well (R06).
  private func withoutEndTokens(_ text: [UInt8]) -> [UInt8] {
    guard !result.calls.isEmpty else { return text }
    return ["<|im_end|>", "<|end_of_msg|>", "</think>"].reduce(text) { $0.removingAll(Array($1.utf8)) }
  }
}

extension [UInt8] {
  /// These bytes without any `token`, the first one taken out first, and those too that are whole only once others are out. One pass:
  /// whatever precedes what is read has no token any more, so that only one that ends here can be there.
  fileprivate func removingAll(_ token: [UInt8]) -> [UInt8] {
    guard let last = token.last, var end = firstOffset(of: last, in: span, from: 0) else { return self }
    var kept: [UInt8] = []
    kept.reserveCapacity(count)
    var start = 0
    while true {
      kept += self[start...end]
      start = end + 1
      if kept.span.hasSuffix(token.span) { kept.removeLast(token.count) }
      guard let next = firstOffset(of: last, in: span, from: start) else { break }
      end = next
    }
    kept += self[start...]
    return kept
  }
}
