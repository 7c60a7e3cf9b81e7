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
  /// it counts when the choice has no calls of its own, and does not say something else after more thought.
  ///
  /// - Returns: whether it was done.
  mutating func rescue(tools: ByteStrings, isSound: (AssembledCall) -> Bool) -> Bool {
    guard let leak, !leak.isTooLong, !leak.text.isEmpty, !leak.isInReasoning || calls.isEmpty else { return false }
    let result = MarkupParser(tools: tools).parse(leak.text)
    if leak.isInReasoning, hasText, !result.text.span.isBlank { return false }
    let marks = result.calls.reduce(0) { $0 + $1.arguments.span.markCount }
    guard result.isComplete, result.calls.count <= Self.rescueLimit, marks <= CallAssembler.valueLimit else { return false }
    var parsed: [CallMeaning: Int] = [:]
    for call in calls { parsed[CallMeaning(call.name, call.arguments), default: 0] += 1 }
    var rescued: [AssembledCall] = []
    for leaked in result.calls {
      if !parsed.isEmpty, let twins = parsed[CallMeaning(leaked.name, leaked.arguments)], twins > 0 {
        parsed[CallMeaning(leaked.name, leaked.arguments)] = twins - 1
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
    if calls.contains(where: { $0.index != nil }) {
      for position in calls.indices.suffix(rescued.count) { calls[position].index = position }
    }
    self.leak = nil
    if !leak.isInReasoning, leak.offset == 0, result.text.isEmpty { hasText = false }
    rescue = Rescue(isInReasoning: leak.isInReasoning, offset: leak.offset, remainder: result.text)
    return true
  }

  /// Whether a call in the reasoning was only considered: the model thought on behind it, and said something else.
  package func onlyConsiders(_ tools: ByteStrings) -> Bool {
    guard let leak, leak.isInReasoning, !leak.isTooLong, hasText || !calls.isEmpty else { return false }
    return !MarkupParser(tools: tools).parse(leak.text).text.span.isBlank
  }

  /// As many calls as are told apart in an answer; more of them were not meant.
  private static let rescueLimit = 1024
}

/// What a call says: the same tool with the same arguments is the same call, however they are spelled.
private struct CallMeaning: Hashable {
  private let name: [UInt8]
  /// JSON in one spelling, or what is no JSON as it is.
  private let arguments: [UInt8]
  private let isJSON: Bool

  init(_ name: [UInt8], _ arguments: [UInt8]) {
    self.name = name
    let value = try? JSONValue(parsing: arguments)
    isJSON = value != nil
    self.arguments = value.map { JSONWriter.bytes(of: Self.ordered($0)) } ?? arguments
  }

  /// Equal values come out alike: of members with one key only the last counts, and their order does not.
  private static func ordered(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map { ordered($0) })
    case .object(let object):
      let members = Dictionary(object.members.map { ($0.key, $0.value) }) { _, last in last }
      return .object(JSONObject(members.sorted { $0.key < $1.key }.map { (key: $0.key, value: ordered($0.value)) }))
    default: return value
    }
  }
}
