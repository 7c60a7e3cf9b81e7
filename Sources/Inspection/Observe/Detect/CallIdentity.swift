// SPDX-License-Identifier: Apache-2.0

/// `call.missing_id` (R20), `call.duplicate_id` (R21), `call.foreign_id` (R22), `call.id_changed` (R23),
/// `call.id_repeated` (R24).
func detectIDs(
  of call: AssembledCall, isRepeated: Bool, _ request: RequestFacts, _ report: inout FindingReport
) {
  if call.id.span.isBlank {
    report.add(.missingID, "the call has no id, so no result can name it")
  } else if isRepeated {
    report.add(.duplicateID, "the id \(quoted(call.id)) is that of an earlier call of this response")
  } else if request.callIDs.contains(call.id.span) {
    report.add(.duplicateID, "the id \(quoted(call.id)) is that of a call in the history")
  }
  if isForeign(call.id) {
    report.add(.foreignID, "the id \(quoted(call.id)) is made up: Kimi's own names the tool, which it reads from the history")
  }
  if call.quirks.contains(.repeatedID) {
    report.add(.repeatedID, "later pieces of the call have its id again: a client may take each for a new call")
  }
  if call.quirks.contains(.changedID) {
    report.add(.changedID, "later pieces of the call have another id than \(quoted(call.id))")
  }
}

/// The forms that engines and aggregators make up (R22): `call_…`, `chatcmpl-tool-…`, `toolu_…`, a UUID. Others may be a
/// vendor's own spelling of the model's.
private func isForeign(_ id: [UInt8]) -> Bool {
  for beginning in ["call_", "call-", "chatcmpl-tool-", "toolu_", "tooluse_"] where id.starts(with: beginning.utf8) {
    return true
  }
  return isUUID(id)
}

/// Hexadecimal digits in groups of 8, 4, 4, 4 and 12 (RFC 9562 section 4).
private func isUUID(_ id: [UInt8]) -> Bool {
  guard id.count == 36 else { return false }
  for (index, byte) in id.enumerated() {
    let isDash = index == 8 || index == 13 || index == 18 || index == 23
    guard isDash ? byte == UInt8(ascii: "-") : byte.isDigit || byte.asciiLowercased &- 0x61 < 6 else { return false }
  }
  return true
}

/// `call.missing_index` (R25), `call.sparse_index` (R26), `call.superfluous_index` (R28), `call.index_repeated`.
func detectIndex(of call: AssembledCall, _ report: inout FindingReport) {
  if call.quirks.contains(.missingIndex) {
    report.add(.missingIndex, "a piece of the call has no index, which tells parallel calls apart")
  }
  if let index = call.index, call.quirks.contains(.sparseIndex) {
    report.add(.sparseIndex, "the index \(index) leaves a gap: a client that counts finds empty calls")
  }
  if let index = call.index, call.quirks.contains(.repeatedIndex) {
    report.add(.repeatedIndex, "the index \(index) is that of an earlier call: a client merges the two")
  }
  if call.quirks.contains(.superfluousIndex) {
    report.add(.superfluousIndex, "a whole message has an index in its calls, where it means nothing")
  }
}

/// `call.missing_type` (R27).
func detectType(of call: AssembledCall, _ report: inout FindingReport) {
  if call.quirks.contains(.missingType) {
    report.add(.missingType, "no piece of the call has the type of a function's call")
  } else if !call.quirks.isDisjoint(with: [.changedType, .otherPayload]) {
    report.add(.missingType, "a piece of the call is not of the type that the call has: a client takes the last, or fails")
  }
}
