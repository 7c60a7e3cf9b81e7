// SPDX-License-Identifier: Apache-2.0

/// What belongs to an exchange and is asked for with it only, as one value of `content`: its messages' recipes, attempts,
/// calls and repairs. A row for each would cost several times as much as all of them packed. The order of the
/// fields is the format.
enum PackedDetails {
  static func encode(_ record: StoredExchange, _ messages: [MessageRecipes]) -> [UInt8] {
    var out = PackedWriter()
    MessageRecipes.encode(messages, into: &out)
    out.write(UInt64(record.attempts.count))
    for attempt in record.attempts { encode(attempt, into: &out) }
    out.write(UInt64(record.calls.count))
    for call in record.calls { encode(call, into: &out) }
    out.write(UInt64(record.repairs.count))
    for repair in record.repairs { encode(repair, into: &out) }
    return out.bytes
  }

  static func messages(_ blob: [UInt8]) throws(StoreFailure) -> [MessageRecipes] {
    var packed = PackedReader(blob)
    return try MessageRecipes.decode(&packed)
  }

  /// Fills in all but the messages, which it returns.
  static func decode(_ blob: [UInt8], into record: inout StoredExchange) throws(StoreFailure) -> [MessageRecipes] {
    var packed = PackedReader(blob)
    let messages = try MessageRecipes.decode(&packed)
    for _ in 0..<(try packed.count()) { record.attempts.append(try attempt(&packed)) }
    for _ in 0..<(try packed.count()) { record.calls.append(try call(&packed)) }
    for _ in 0..<(try packed.count()) { record.repairs.append(try repair(&packed)) }
    return messages
  }

  // MARK: Attempts

  private static func encode(_ attempt: StoredAttempt, into out: inout PackedWriter) {
    out.write(attempt.vendor)
    out.write(attempt.model)
    out.write(attempt.rung)
    out.write(attempt.status)
    out.write(attempt.error)
    out.write(signed: attempt.startedNanoseconds)
    out.write(optional: attempt.firstByteNanoseconds)
    out.write(signed: attempt.totalNanoseconds)
    out.write(attempt.requestBytes)
    out.write(attempt.responseBytes)
    out.write(attempt.finishReason)
    out.write(optional: attempt.tokens.input)
    out.write(optional: attempt.tokens.output)
    out.write(optional: attempt.tokens.cached)
    out.write(optional: attempt.tokens.reasoning)
    out.write(optional: attempt.abortedAtByte)
  }

  private static func attempt(_ packed: inout PackedReader) throws(StoreFailure) -> StoredAttempt {
    var attempt = StoredAttempt(vendor: try packed.text())
    attempt.model = try packed.text()
    attempt.rung = try packed.text()
    attempt.status = try packed.int()
    attempt.error = try packed.text()
    attempt.startedNanoseconds = try packed.signed()
    attempt.firstByteNanoseconds = try packed.optional()
    attempt.totalNanoseconds = try packed.signed()
    attempt.requestBytes = try packed.int()
    attempt.responseBytes = try packed.int()
    attempt.finishReason = try packed.text()
    attempt.tokens = StoredTokens(
      input: try packed.optionalInt(), output: try packed.optionalInt(), cached: try packed.optionalInt(),
      reasoning: try packed.optionalInt())
    attempt.abortedAtByte = try packed.optionalInt()
    return attempt
  }

  // MARK: Calls, repairs

  private static func encode(_ call: StoredCall, into out: inout PackedWriter) {
    out.write(call.attempt)
    out.write(call.choice)
    out.write(call.name)
    out.write(call.id)
    out.write(call.arguments)
    out.write(optional: call.k2vvValid)
    out.write(optional: call.valid)
    out.write(call.violations)
  }

  private static func call(_ packed: inout PackedReader) throws(StoreFailure) -> StoredCall {
    let attempt = try packed.int()
    return StoredCall(
      choice: try packed.int(), name: try packed.text(), id: try packed.text(), arguments: try packed.text(),
      k2vvValid: try packed.optionalBool(), valid: try packed.optionalBool(), violations: try packed.text(), attempt: attempt)
  }

  private static func encode(_ repair: StoredRepair, into out: inout PackedWriter) {
    out.write(repair.rule)
    out.write(repair.choice)
    out.write(repair.call)
    out.write(repair.path)
    out.write(repair.before)
    out.write(repair.after)
  }

  private static func repair(_ packed: inout PackedReader) throws(StoreFailure) -> StoredRepair {
    StoredRepair(
      rule: try packed.text(), choice: try packed.int(), call: try packed.int(), path: try packed.text(),
      before: try packed.text(), after: try packed.text())
  }
}
