// SPDX-License-Identifier: Apache-2.0

/// Finds the markers of Kimi's own tool-call grammars in text that arrives in pieces. A vendor's parser should have
/// turned them into calls; in text or reasoning they are a lost call (R01, R02). Beside them it finds other tokens that
/// have no place in a text (R05, R06), which are no call.
///
/// Every needle begins with `<` or `[` and has no other of the two, so after a mismatch only the byte at hand can begin a
/// new one.
package struct MarkupMatcher: Equatable, Sendable {
  package enum Marker: Int, CaseIterable, Sendable {
    case sectionBegin, sectionEnd, singularSectionBegin, singularSectionEnd, callBegin, argumentBegin, callEnd
    case open, close, separator
    /// No marker: `functions.NAME:0{` at the start of the text, which only a declared NAME makes a call (R03).
    case bareCall

    package var text: String {
      switch self {
      case .sectionBegin: "<|tool_calls_section_begin|>"
      case .sectionEnd: "<|tool_calls_section_end|>"
      // Seen in the wild (R03): vLLM, llama.cpp#17376.
      case .singularSectionBegin: "<|tool_call_section_begin|>"
      case .singularSectionEnd: "<|tool_call_section_end|>"
      case .callBegin: "<|tool_call_begin|>"
      case .argumentBegin: "<|tool_call_argument_begin|>"
      case .callEnd: "<|tool_call_end|>"
      // K3.
      case .open: "<|open|>"
      case .close: "<|close|>"
      case .separator: "<|sep|>"
      case .bareCall: "functions."
      }
    }
  }

  /// What was found.
  package enum Needle: Equatable, Sendable {
    case marker(Marker)
    /// Another special token of the model's (R06).
    case token(String)
    /// Python's way to write a list of text parts, of an old chat template (R05).
    case artefact(String)

    package var text: String {
      switch self {
      case .marker(let marker): marker.text
      case .token(let text), .artefact(let text): text
      }
    }

    /// Those that are searched for; at most 32, markers first.
    static let all =
      Marker.allCases.filter { $0 != .bareCall }.map(marker)
      + [
        "<think>", "</think>", "<|im_end|>", "<|im_middle|>", "<|im_user|>", "<|im_assistant|>", "<|im_system|>",
        "[EOS]", "[EOT]",
      ].map(token) + [artefact("[{'type': 'text'")]
    static let texts = all.map { Array($0.text.utf8) }
    static let markers: UInt32 = (1 << UInt32(Marker.allCases.count - 1)) - 1
    static let angled = mask(lessThan)
    static let bracketed = mask(bracket)

    private static func mask(_ first: UInt8) -> UInt32 {
      texts.indices.reduce(0) { texts[$1][0] == first ? $0 | 1 << UInt32($1) : $0 }
    }
  }

  /// How many bytes at the end of the text so far may be the beginning of a needle.
  private var matched = 0
  /// The needles that those bytes begin, a bit for each.
  private var candidates: UInt32 = 0

  package init() {}

  /// How many bytes at the end of the text so far may be the beginning of a marker: what a filter has to hold back.
  package var held: Int { candidates & Needle.markers == 0 ? 0 : matched }

  /// Whether `text` goes on without a needle, beginning or whole, in it: nearly always so, and quickly said.
  @inline(__always)
  func passes(_ text: borrowing Span<UInt8>) -> Bool {
    matched == 0 && firstOffset(of: lessThan, or: bracket, in: text, from: 0) == nil
  }

  /// The next marker that ends in `text` at or after `position`, or `nil` when all of `text` is consumed.
  ///
  /// - Parameter position: an offset into `text`, 0 at first; moved past what was consumed.
  package mutating func next(in text: borrowing Span<UInt8>, from position: inout Int) -> Marker? {
    while let needle = nextNeedle(in: text, from: &position) {
      if case .marker(let marker) = needle { return marker }
    }
    return nil
  }

  /// The same for all needles.
  package mutating func nextNeedle(in text: borrowing Span<UInt8>, from position: inout Int) -> Needle? {
    while position < text.count {
      if matched == 0 {
        guard let start = firstOffset(of: lessThan, or: bracket, in: text, from: position) else { break }
        position = start
      }
      position &+= 1
      if let needle = advance(text[position &- 1]) { return needle }
    }
    position = text.count
    return nil
  }

  private mutating func advance(_ byte: UInt8) -> Needle? {
    var remaining: UInt32 = 0
    var open = candidates
    while open != 0 {
      let number = open.trailingZeroBitCount
      open &= open &- 1
      let text = Needle.texts[number]
      guard text[matched] == byte else { continue }
      if text.count == matched &+ 1 {
        self = MarkupMatcher()
        return Needle.all[number]
      }
      remaining |= 1 << UInt32(number)
    }
    if remaining != 0 {
      matched &+= 1
      candidates = remaining
    } else {
      candidates = byte == lessThan ? Needle.angled : byte == bracket ? Needle.bracketed : 0
      matched = candidates == 0 ? 0 : 1
    }
    return nil
  }
}

private let lessThan: UInt8 = 0x3C
private let bracket: UInt8 = 0x5B
