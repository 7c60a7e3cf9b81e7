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
    guard result.isModest, !calls.isEmpty || result.isComplete else { return nil }
    if leak.isInReasoning, hasText, calls.isEmpty, !result.text.span.isBlank { return nil }
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

  /// Whether nothing is lost with the calls in the reasoning: the choice has them, or the model thought on behind them, and said something
  /// else.
  package func losesNothing(_ tools: ByteStrings) -> Bool {
    guard let leak, leak.isInReasoning, !leak.isTooLong, hasText || !calls.isEmpty else { return false }
    let result = MarkupParser(tools: tools).parse(leak.text)
    if !result.text.span.isBlank { return true }
    return !calls.isEmpty && result.isModest && missing(of: result.calls) { _ in () }.isEmpty
  }
}

extension MarkupParser.Result {
  /// As many calls as are told apart in an answer, and as many values: more of them were not meant.
  fileprivate var isModest: Bool {
    calls.count <= CallAssembler.mostCalls && calls.reduce(0) { $0 + $1.arguments.span.markCount } <= CallAssembler.valueLimit
  }
}
