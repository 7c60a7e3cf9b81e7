// SPDX-License-Identifier: Apache-2.0

/// `tool_name` (R30, R35 to R37): the declared name that a name means. Nil when it is declared, or when none is certain.
func mendedName(of call: AssembledCall, among tools: ByteStrings, strangers: ByteStrings) -> [UInt8]? {
  guard let match = DeclaredName.match(call.name.span, among: tools, strangers: strangers), tools[match.tool] != call.name else { return nil }
  return tools[match.tool]
}

/// `call_shape` (R23 to R27, R33, R34, R38, R68): what a client would get wrong that reads the pieces as they came. A call that is
/// sent again as a whole has none of it.
///
/// - Parameter position: of the call among those of its choice.
/// - Returns: the fields that change, with their old and new text.
func mendShape(of call: inout AssembledCall, at position: Int) -> [(field: String, before: [UInt8], after: [UInt8])] {
  var changes: [(String, [UInt8], [UInt8])] = []
  let indexQuirks: AssembledCall.Quirks = [.missingIndex, .sparseIndex, .repeatedIndex]
  let oldIndex = call.index.map { Array(String($0).utf8) } ?? []
  if !call.quirks.isDisjoint(with: indexQuirks) || call.index.map({ $0 != position }) == true {
    changes.append(("index", oldIndex, Array(String(position).utf8)))
    call.index = position
  }
  let typeQuirks: AssembledCall.Quirks = [.missingType, .changedType, .otherPayload]
  if !call.quirks.isDisjoint(with: typeQuirks) { changes.append(("type", [], Array("function".utf8))) }
  // Joined by OpenAI's SDK, the same one too.
  let idQuirks: AssembledCall.Quirks = [.changedID, .repeatedID]
  if !call.quirks.isDisjoint(with: idQuirks) { changes.append(("id", call.id, call.id)) }
  if call.nameAssembly != .whole || call.quirks.contains(.lateName) { changes.append(("name", call.name, call.name)) }
  let orderQuirks: AssembledCall.Quirks = [.interleaved, .sharedEvent, .oddPiece]
  if !call.quirks.isDisjoint(with: orderQuirks) { changes.append(("order", [], [])) }
  call.quirks.subtract(indexQuirks.union(typeQuirks).union(idQuirks).union(orderQuirks).union(.lateName))
  call.nameAssembly = .whole
  return changes
}

/// `finish_reason` (R10, R12): the reason that agrees with what the choice holds. Nil when the vendor's may stay.
///
/// `stop` beside calls is wrong whatever they are. A missing reason is filled in where the response is whole. `length` gives
/// way to calls that are all valid: the limit was hit behind them. `content_filter`, `error` and unknown words always stay.
func mendedFinish(of choice: ChoiceSummary, in response: ResponseSummary) -> String? {
  let areValid = !choice.calls.isEmpty && choice.calls.allSatisfy { $0.verdict?.valid == true }
  switch choice.finishReason {
  case "stop": return choice.calls.isEmpty ? nil : "tool_calls"
  case "length": return areValid ? "tool_calls" : nil
  case nil:
    guard !response.isTruncated, response.failure == nil else { return nil }
    if !choice.calls.isEmpty { return "tool_calls" }
    return choice.hasText ? "stop" : nil
  default: return nil
  }
}
