// SPDX-License-Identifier: Apache-2.0

/// What exchanges add up to. Rates are quotients of two of these, so that whoever shows one can say on how many samples it rests.
package struct TrafficSums: Sendable, Equatable {
  package var requests = 0
  package var inspected = 0
  package var streams = 0
  /// Refused, broken off, or answered with a status from 400.
  package var errors = 0
  /// The client went away first.
  package var abandoned = 0
  /// Exchanges whose answer has tool calls; of `inspected`, the tool-call rate.
  package var withCalls = 0
  package var calls = 0
  /// First attempts' calls that K2VV's script would look at, and pass.
  package var k2vvChecked = 0
  package var k2vvValid = 0
  /// Of `calls`, those that are valid by the careful verdict.
  package var validCalls = 0
  /// Exchanges whose first attempt finished with `tool_calls`, and those of them whose calls all pass: K2VV's schema accuracy.
  package var callFinishes = 0
  package var callFinishesValid = 0
  package var retries = 0
  /// Exchanges that were retried.
  package var retried = 0
  package var repairs = 0
  package var idsRewritten = 0
  package var inputTokens = 0
  package var outputTokens = 0
  package var cachedTokens = 0
  package var reasoningTokens = 0
  package var requestBytes = 0
  package var responseBytes = 0
  /// Output tokens, and the nanoseconds from the first to the end, of the `rated` streams where both are known.
  package var ratedTokens = 0
  package var ratedNanoseconds = 0
  package var rated = 0

  package init() {}

  package mutating func add(_ record: StoredExchange) {
    requests += 1
    inspected += record.isInspected ? 1 : 0
    streams += record.isStream ? 1 : 0
    errors += record.status >= 400 || record.outcome == "refused" || record.outcome == "broken" ? 1 : 0
    abandoned += record.outcome == "abandoned" ? 1 : 0
    withCalls += record.callCount > 0 ? 1 : 0
    calls += record.callCount
    k2vvChecked += record.k2vvCheckedCalls
    k2vvValid += record.k2vvValidCalls
    validCalls += record.validCalls
    if record.firstFinishReason == "tool_calls" {
      callFinishes += 1
      callFinishesValid += record.k2vvValidCalls == record.k2vvCheckedCalls ? 1 : 0
    }
    retries += record.retries
    retried += record.retries > 0 ? 1 : 0
    repairs += record.repairs.count
    idsRewritten += record.idsRewritten
    inputTokens += record.tokens.input ?? 0
    outputTokens += record.tokens.output ?? 0
    cachedTokens += record.tokens.cached ?? 0
    reasoningTokens += record.tokens.reasoning ?? 0
    requestBytes += record.requestBytes
    responseBytes += record.responseBytes
    if record.isStream, let output = record.tokens.output, output > 0, let first = record.firstTokenNanoseconds,
      record.totalNanoseconds > first
    {
      ratedTokens += output
      ratedNanoseconds += Int(record.totalNanoseconds - first)
      rated += 1
    }
  }

  typealias Column = (name: String, path: any WritableKeyPath<TrafficSums, Int> & Sendable, sql: String)

  /// Each sum: its column in `rollup`, and what it is in a query over `exchange`.
  static let columns: [Column] = [
    ("requests", \.requests, "1"),
    ("inspected", \.inspected, "inspected"),
    ("streams", \.streams, "stream"),
    ("errors", \.errors, "status >= 400 OR outcome IN ('refused', 'broken')"),
    ("abandoned", \.abandoned, "outcome = 'abandoned'"),
    ("with_calls", \.withCalls, "calls > 0"),
    ("calls", \.calls, "calls"),
    ("k2vv_checked", \.k2vvChecked, "k2vv_checked"),
    ("k2vv_valid", \.k2vvValid, "k2vv_valid"),
    ("valid_calls", \.validCalls, "valid_calls"),
    ("call_finishes", \.callFinishes, "first_finish_reason = 'tool_calls'"),
    ("call_finishes_valid", \.callFinishesValid, "first_finish_reason = 'tool_calls' AND k2vv_valid = k2vv_checked"),
    ("retries", \.retries, "max(0, attempts - 1)"),
    ("retried", \.retried, "attempts > 1"),
    ("repairs", \.repairs, "repairs"),
    ("ids_rewritten", \.idsRewritten, "ids_rewritten"),
    ("input_tokens", \.inputTokens, "coalesce(input_tokens, 0)"),
    ("output_tokens", \.outputTokens, "coalesce(output_tokens, 0)"),
    ("cached_tokens", \.cachedTokens, "coalesce(cached_tokens, 0)"),
    ("reasoning_tokens", \.reasoningTokens, "coalesce(reasoning_tokens, 0)"),
    ("request_bytes", \.requestBytes, "request_bytes"),
    ("response_bytes", \.responseBytes, "response_bytes"),
    ("rated_tokens", \.ratedTokens, "iif(\(isRated), output_tokens, 0)"),
    ("rated_ns", \.ratedNanoseconds, "iif(\(isRated), total_ns - first_token_ns, 0)"),
    ("rated", \.rated, "coalesce(\(isRated), 0)"),
  ]

  /// What tells of the first attempt, and so of the vendor that was asked first.
  static let ofFirstAttempt: Set = ["k2vv_checked", "k2vv_valid", "call_finishes", "call_finishes_valid"]

  /// Leaves what belongs to the vendor that answered.
  mutating func takeFirstAttempt() -> TrafficSums {
    var first = TrafficSums()
    for column in Self.columns where Self.ofFirstAttempt.contains(column.name) {
      first[keyPath: column.path] = self[keyPath: column.path]
      self[keyPath: column.path] = 0
    }
    return first
  }

  private static let isRated = "(stream AND output_tokens > 0 AND total_ns > first_token_ns)"

  /// A sum beyond 64 bits, which only a damaged store has, counts as the greatest.
  package static func += (left: inout TrafficSums, right: TrafficSums) {
    for column in columns {
      let (sum, isTooGreat) = left[keyPath: column.path].addingReportingOverflow(right[keyPath: column.path])
      left[keyPath: column.path] = isTooGreat ? .max : sum
    }
  }
}
