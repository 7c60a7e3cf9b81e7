// SPDX-License-Identifier: Apache-2.0
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
  /// `leaked_calls`: the calls in the leaked markup become calls of the choice, behind those that it has, unless they are among them. All
  /// of them or none: every one has to be complete and, after the repairs of calls, valid.
  ///
  /// In reasoning a call may only have been considered: it counts when the choice has no calls of its own, and does not say something else
  /// after more thought.
  ///
  /// - Parameter mend: mends a call; nil if it is not sound.
  /// - Returns: what mending changed of each new call; nil if nothing was done.
  mutating func rescue<Changes>(tools: ByteStrings, mend: (inout AssembledCall) -> Changes?) -> [Changes]? {
    guard let leak, !leak.isTooLong, !leak.text.isEmpty else { return nil }
    let result = MarkupParser(tools: tools).parse(leak.text)
    if isQuotation(result) { return nil }
    guard result.isModest, !calls.isEmpty || result.isComplete else { return nil }
    if leak.isInReasoning, !result.text.span.isBlank, calls.isEmpty ? hasText : result.calls.isEmpty { return nil }
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

  /// Whether the model speaks of its markup: it ends its turn with its calls, so that what goes on behind them in the text is no call. A
  /// vendor that says there were calls, and gives none, has lost them all the same; and one that gives some may have lost others, but for
  /// what stands in code or in quotation marks.
  private func isQuotation(_ result: MarkupParser.Result) -> Bool {
    guard let leak, !leak.isInReasoning, !isRaw(result) else { return false }
    guard leak.goesOn(with: result.behind) || result.hasWords && result.calls.isEmpty else { return false }
    return calls.isEmpty ? finishReason != "tool_calls" : result.calls.isEmpty || leak.isQuoted(before: result.behind)
  }

  /// Whether what looks like a lost call in the text is none: nothing begins one, or the model goes on behind it. Where there are no tools,
  /// nothing is lost whatever it is.
  package func quotesMarkup(_ tools: ByteStrings) -> Bool {
    guard let leak, !leak.isInReasoning else { return false }
    if tools.isEmpty { return true }
    guard !leak.isTooLong, !leak.text.isEmpty else { return false }
    let result = MarkupParser(tools: tools).parse(leak.text)
    return !result.isBegun && !isRaw(result) || isQuotation(result)
  }

  /// Whether K3's output is there as it was, thoughts and all, from the first byte on. Without calls nobody tells them from the text.
  private func isRaw(_ result: MarkupParser.Result) -> Bool { leak?.offset == 0 && result.opensChannel && result.calls.isEmpty }

  /// Whether nothing is lost with the markup in the reasoning: the model called all the same, or it said something else, and its last thought
  /// was no call that it can make.
  package func losesNothing(_ tools: ByteStrings) -> Bool {
    guard let leak, leak.isInReasoning else { return false }
    if !calls.isEmpty { return true }
    guard hasText, !leak.isTooLong else { return false }
    let result = MarkupParser(tools: tools).parse(leak.text)
    return !result.isBegun || !result.text.span.isBlank || !result.calls.contains { $0.isComplete && tools.contains($0.name.span) }
  }
}

extension MarkupLeak {
  /// Whether text behind the markup is said: something can be seen of it, and it is not just the fence in which a model may put a call.
  fileprivate func goesOn(with text: [UInt8]) -> Bool {
    let seen = String(decoding: text, as: UTF8.self).unicodeScalars.lazy.filter(\.isSeen)
    return seen.contains { $0 != "`" } || !seen.isEmpty && (before == UInt8(ascii: "`") || before == 0x0A)
  }

  /// Whether the markup stands in what the text behind it closes: a code span, quotation marks, or a fence.
  fileprivate func isQuoted(before text: [UInt8]) -> Bool {
    if let first = text.first, first == before, "`'\"".utf8.contains(first) { return true }
    let fences = text.split(separator: 0x0A).count { $0.drop(while: \.isWhiteSpace).starts(with: "```".utf8) }
    return !fences.isMultiple(of: 2)
  }
}

extension Unicode.Scalar {
  fileprivate var isSeen: Bool {
    switch properties.generalCategory {
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
