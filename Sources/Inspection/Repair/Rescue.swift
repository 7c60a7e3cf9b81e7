// SPDX-License-Identifier: Apache-2.0
import JSON

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
  /// `leaked_calls`: the calls in the leaked markup become calls of the choice, behind those that it has. All of them or none:
  /// every one has to be complete and, after the repairs of calls, valid; `isSound` says so.
  ///
  /// What a vendor parsed and left in the text as well is not called twice. In reasoning a call may only have been considered:
  /// it counts when the choice has no calls of its own.
  ///
  /// - Returns: whether it was done.
  mutating func rescue(tools: ByteStrings, isSound: (AssembledCall) -> Bool) -> Bool {
    guard let leak, !leak.isTooLong, !leak.text.isEmpty, !leak.isInReasoning || calls.isEmpty else { return false }
    let result = MarkupParser(tools: tools).parse(leak.text)
    guard result.isComplete else { return false }
    var parsed = calls
    var rescued: [AssembledCall] = []
    for leaked in result.calls {
      if let twin = parsed.firstIndex(where: { $0.isSameCall(as: leaked) }) {
        parsed.remove(at: twin)
        continue
      }
      var call = AssembledCall(choice: index, index: nil)
      call.id = leaked.id
      call.name = leaked.name
      call.arguments = leaked.arguments
      call.argumentsForm = .text
      call.quirks = []
      call.pieces = 1
      guard isSound(call) else { return false }
      rescued.append(call)
    }
    calls += rescued
    for position in calls.indices.suffix(rescued.count) where calls.contains(where: { $0.index != nil }) {
      calls[position].index = position
    }
    self.leak = nil
    if !leak.isInReasoning, leak.offset == 0, result.text.isEmpty { hasText = false }
    rescue = Rescue(isInReasoning: leak.isInReasoning, offset: leak.offset, remainder: result.text)
    return true
  }
}

extension AssembledCall {
  /// The same tool with the same arguments, however they are spelled.
  fileprivate func isSameCall(as leaked: LeakedCall) -> Bool {
    guard name == leaked.name else { return false }
    if arguments == leaked.arguments { return true }
    guard let ours = try? JSONValue(parsing: arguments), let theirs = try? JSONValue(parsing: leaked.arguments) else { return false }
    return ours == theirs
  }
}
