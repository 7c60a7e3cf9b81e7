// SPDX-License-Identifier: Apache-2.0
package import JSON

/// The counts of a run: those of K2VV's `summary.json`, and those that it has not.
package struct Summary: Sendable {
  /// Whether somebody says which calls are valid. Otherwise those counts are null in the file, not 0.
  package let isJudged: Bool
  package private(set) var successes = 0
  package private(set) var failures = 0
  package private(set) var badLines = 0
  /// Lines that are not meant to be sent.
  package private(set) var leftOut = 0
  /// How often each finish reason came.
  package private(set) var finishReasons: [JSONString: Int] = [:]
  /// How often each error type came.
  package private(set) var errorTypes: [String: Int] = [:]
  /// Answers that finished with `tool_calls`, by verdict.
  package private(set) var valid = 0
  package private(set) var invalid = 0
  private var usage: [JSONString: Int] = [:]
  package let model: String
  private let startedAt: String
  private var finishedAt: String?
  private var duration = Duration.zero

  private static let usageKeys: [JSONString] = ["prompt_tokens", "completion_tokens", "total_tokens"]

  package init(model: String, isJudged: Bool, startedAt: String) {
    self.model = model
    self.isJudged = isJudged
    self.startedAt = startedAt
  }

  package var requests: Int { successes + failures }

  package mutating func add(_ row: RowFacts) {
    if !row.isSuccess {
      failures += 1
      errorTypes[row.errorType ?? "unknown", default: 0] += 1
    } else {
      successes += 1
    }
    if let reason = row.finishReason, !reason.utf8.isEmpty { finishReasons[reason, default: 0] += 1 }
    if row.finishReason == "tool_calls" {
      // K2VV counts what has no verdict, since it has no calls, as invalid.
      if row.toolCallsValid == true { valid += 1 } else { invalid += 1 }
    }
    for key in Self.usageKeys {
      let tokens = Self.tokens(row.usage?[key])
      let (sum, isTooLarge) = usage[key, default: 0].addingReportingOverflow(tokens)
      usage[key] = isTooLarge ? (tokens < 0 ? Int.min : Int.max) : sum
    }
  }

  /// What a vendor says of its tokens may be any number: beyond 64 bits it counts as the largest, and so does a sum.
  private static func tokens(_ value: JSONValue?) -> Int {
    guard let number = value?.number, number.isInteger else { return 0 }
    return number.int ?? (number.text.hasPrefix("-") ? Int.min : Int.max)
  }

  /// Counts the rows of a file anew, as after a run that went on where another one had stopped.
  mutating func recount(_ path: String) throws(ReplayProblem) {
    var fresh = Summary(model: model, isJudged: isJudged, startedAt: startedAt)
    (fresh.badLines, fresh.leftOut, fresh.finishedAt, fresh.duration) = (badLines, leftOut, finishedAt, duration)
    var reader = try DatasetReader(path: path, inflates: false)
    while let line = try reader.next() {
      guard let bytes = line.bytes, let row = try? JSONValue(parsing: bytes, dialect: .python), let facts = RowFacts(row: row)
      else { continue }
      fresh.add(facts)
    }
    self = fresh
  }

  package mutating func addBadLine() { badLines += 1 }

  package mutating func addLeftOut() { leftOut += 1 }

  package mutating func finish(at timestamp: String, after duration: Duration) {
    finishedAt = timestamp
    self.duration = duration
  }

  /// Finish reasons that are neither `stop` nor `tool_calls`, most frequent first.
  package var otherFinishReasons: [(reason: JSONString, count: Int)] {
    finishReasons.filter { $0.key != "stop" && $0.key != "tool_calls" }
      .sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
      .map { ($0.key, $0.value) }
  }

  /// K2VV's `summary.json`.
  package var json: JSONValue {
    let others = otherFinishReasons
    return [
      "model": JSONValue(model),
      "success_count": JSONValue(successes),
      "failure_count": JSONValue(failures),
      "finish_stop": JSONValue(finishReasons["stop"] ?? 0),
      "finish_tool_calls": JSONValue(finishReasons["tool_calls"] ?? 0),
      "finish_others": JSONValue(others.reduce(0) { $0 + $1.count }),
      "finish_others_detail": .object(JSONObject(others.map { (key: $0.reason, value: JSONValue($0.count)) })),
      "schema_validation_error_count": isJudged ? JSONValue(invalid) : .null,
      "successful_tool_call_count": isJudged ? JSONValue(valid) : .null,
      "usage": .object(JSONObject(Self.usageKeys.map { (key: $0, value: JSONValue(usage[$0] ?? 0)) })),
      "eval_started_at": JSONValue(startedAt),
      "eval_finished_at": finishedAt.map { JSONValue($0) } ?? .null,
      "eval_duration_ms": JSONValue(Int(duration / .milliseconds(1))),
    ]
  }
}
