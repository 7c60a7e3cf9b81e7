// SPDX-License-Identifier: Apache-2.0

// What the markup of calls in a text is: a quotation, lost calls, or neither. The rules, in this order:
//
// 1. Within a section of calls nothing is said, but before the token that begins another, and no token of a call stands alone. Markup that
//    breaks this is *spoilt*: nobody knows how many calls were in it, so that none is made of it.
// 2. A model ends its turn with its calls; a next message that it plays behind its own is nobody's. Markup is a *quotation*, and stays text,
//    where the model goes on behind it, be it to close the code that it stands in, or where it is only words and not spoilt. A vendor that
//    tells of calls has lost them all the same, so then:
//    - where it says that there were calls, and gives none, there is no quotation;
//    - where it gives some, each call in the markup has to stand in code or in quotation marks, which close behind it.
// 3. What is no quotation is *lost calls*. They are made, all of them or none: every one is whole, and valid once it is mended; none is
//    spoilt; and not some of them in quotation marks and others not.
// 4. What is neither is *refused*, and asked for again.
//
// Thoughts are another matter: there a call may only be considered. It counts where it is the last thought, and nothing else is called or
// said, unless the vendor says that there were calls: what was said may announce it or turn it down, and so it is asked for again. A thought that
// is cut off was not the last one. All other markup in thoughts stays as it is.

/// What became of a leak whose calls were rescued (R01 to R03).
package struct Rescue: Equatable, Sendable {
  package var isInReasoning: Bool
  /// Bytes of that channel's text before the markup: all of that is text.
  package var offset: Int
  /// What stood between or behind the markup, and is text as well.
  package var remainder: [UInt8]

  package init(isInReasoning: Bool, offset: Int, remainder: [UInt8]) {
    self.isInReasoning = isInReasoning
    self.offset = offset
    self.remainder = remainder
  }
}

extension ChoiceSummary {
  /// `leaked_calls`: lost calls become calls of the choice, behind those that it has, unless they are among them.
  ///
  /// - Parameter mend: mends a call; nil if it is not sound.
  /// - Returns: what mending changed of each new call; nil if nothing was done.
  mutating func rescue<Changes>(tools: ByteStrings, mend: (inout AssembledCall) -> Changes?) -> [Changes]? {
    guard let leak, !leak.isTooLong, !leak.text.isEmpty else { return nil }
    let result = leak.parsed(tools)
    if isQuotation(result) || result.isSpoilt { return nil }
    guard result.quotedCalls == 0 || result.quotedCalls == result.calls.count else { return nil }
    guard result.isModest, !calls.isEmpty || result.isComplete else { return nil }
    // No last thought: what stands behind may turn it down.
    if leak.isInReasoning, !result.text.span.isBlank || calls.isEmpty && (isCut || hasText && finishReason != "tool_calls") { return nil }
    var (rescued, changes) = ([AssembledCall](), [Changes]())
    for (call, change) in missing(of: result.calls, mend: mend) {
      guard let change, !leak.isInReasoning || calls.isEmpty else { return nil }
      rescued.append(call)
      changes.append(change)
    }
    calls += rescued
    if calls.contains(where: { $0.index != nil }) {
      for position in calls.indices.suffix(rescued.count) { calls[position].index = position }
    }
    self.leak = nil
    if !leak.isInReasoning, leak.offset == 0, result.text.isEmpty { hasText = false }
    rescue = Rescue(isInReasoning: leak.isInReasoning, offset: leak.offset, remainder: result.text)
    return changes
  }

  private func isQuotation(_ result: MarkupParser.Result) -> Bool {
    guard let leak, !leak.isInReasoning, !isRaw(result) else { return false }
    guard leak.goesOn(with: result.behind) || result.hasWords && result.calls.isEmpty && !result.isSpoilt else { return false }
    return calls.isEmpty ? finishReason != "tool_calls" : result.quotedCalls == result.calls.count
  }

  /// Whether nothing is lost with the markup in the text: it begins no call, or is a quotation. Where there are no tools, nothing is lost.
  package func quotesMarkup(_ tools: ByteStrings) -> Bool {
    guard let leak, !leak.isInReasoning else { return false }
    if tools.isEmpty { return true }
    guard !leak.isTooLong, !leak.text.isEmpty else { return false }
    let result = leak.parsed(tools)
    return !result.isBegun && !isRaw(result) || isQuotation(result)
  }

  /// Whether K3's output is there as it was, thoughts and all, from the first byte on. Without calls nobody tells them from the text.
  private func isRaw(_ result: MarkupParser.Result) -> Bool { leak?.offset == 0 && result.opensChannel && result.calls.isEmpty }

  /// Whether nothing is lost with the markup in the reasoning: the model called all the same, or was cut off, or it said something, and its
  /// last thought was no call that it can make. Where there are no tools, nothing is lost.
  package func losesNothing(_ tools: ByteStrings) -> Bool {
    guard let leak, leak.isInReasoning else { return false }
    if !calls.isEmpty || tools.isEmpty || isCut { return true }
    guard hasText, !leak.isTooLong else { return false }
    let result = leak.parsed(tools)
    return !result.isBegun || !result.text.span.isBlank || !result.calls.contains { $0.isComplete && tools.contains($0.name.span) }
  }

  private var isCut: Bool { finishReason == "length" || finishReason == "content_filter" }
}

extension MarkupLeak {
  /// Whether text behind the markup is said: something can be seen of it, be it only the end of the code in which the markup stands.
  func goesOn(with text: [UInt8]) -> Bool {
    let seen = String(decoding: text, as: UTF8.self).unicodeScalars.lazy.filter(\.isSeen)
    return seen.contains { $0 != "`" } || !seen.isEmpty && closesCode(text)
  }

  /// A fence on a line of its own closes nothing where the call stands right behind a word; nor do any backticks where it is the first word.
  private func closesCode(_ text: [UInt8]) -> Bool {
    if before == 0 { return false }
    let isSpan = !text.prefix { $0 != UInt8(ascii: "`") }.contains(0x0A)
    return isSpan || before.isWhiteSpace || before == UInt8(ascii: "`") || before == UInt8(ascii: ">")
  }

  func parsed(_ tools: ByteStrings) -> MarkupParser.Result { MarkupParser(tools: tools).parse(text, before: before) }
}

extension Unicode.Scalar {
  fileprivate var isSeen: Bool {
    // Quickly said of nearly all.
    if isASCII { return value > 0x20 && value != 0x7F }
    return switch properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}

extension MarkupParser.Result {
  /// As many calls as are told apart in an answer, and as many values: more of them were not meant.
  fileprivate var isModest: Bool {
    calls.count <= CallAssembler.mostCalls && calls.reduce(0) { $0 + $1.arguments.span.markCount } <= CallAssembler.valueLimit
  }
}
