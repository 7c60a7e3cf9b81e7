// SPDX-License-Identifier: Apache-2.0

/// What K2VV's tables and `summary.json` count of one side's answers, as `compute_summary` of `tool_calls_eval.py` does.
package struct OutcomeCounts: Mergeable {
  /// Requests without an answer (`failure_count`).
  package var failed = 0
  /// `finish_stop`, in the tables `count_finish_reason_stop`.
  package var stop = 0
  /// `finish_tool_calls`, in the tables `count_finish_reason_tool_calls`.
  package var toolCalls = 0
  /// `finish_others_detail`: any other reason, by its name.
  package var others: [String: Int] = [:]
  /// Answers without a finish reason, which the script counts among no reason.
  package var unfinished = 0
  /// `successful_tool_call_count`: answers with `tool_calls` in which every call is valid against its schema.
  package var valid = 0

  package init() {}

  /// Adds an answer. `isValid` is asked with `tool_calls` only, and is K2VV's verdict over all its calls: false too when
  /// there are none, or when nobody judged them.
  package mutating func add(_ finish: Finish, isValid: Bool) {
    switch finish {
    case .toolCalls:
      toolCalls += 1
      if isValid { valid += 1 }
    case .stop: stop += 1
    case .other(let reason): others[reason, default: 0] += 1
    case .none: unfinished += 1
    }
  }

  package mutating func addFailure() { failed += 1 }

  package mutating func merge(_ other: OutcomeCounts) {
    failed += other.failed
    stop += other.stop
    toolCalls += other.toolCalls
    others.merge(other.others, uniquingKeysWith: +)
    unfinished += other.unfinished
    valid += other.valid
  }

  package var answered: Int { stop + toolCalls + othersCount + unfinished }
  /// `finish_others`.
  package var othersCount: Int { others.values.reduce(0, +) }
  /// `schema_validation_error_count`.
  package var schemaErrors: Int { toolCalls - valid }
  /// `schema_accuracy = count_successful_tool_call / count_finish_reason_tool_calls`; nil when no tool was called.
  package var schemaAccuracy: Double? { ratio(valid, toolCalls) }

  /// "Similarity compared to the official implementation" of K2VV's table of 10 October 2025: 1 less the Euclidean
  /// distance over the five counts of that table (stop, tool_calls, others, schema errors, successful tool calls),
  /// divided by an "estimated_max_distance" of 4,000, the size of the test set. It compares totals, not requests: two
  /// vendors that call in disjoint halves of the set are alike to it. ``Confusion/f1`` replaced it.
  package func similarity(to reference: OutcomeCounts, maximumDistance: Double = 4000) -> Double {
    let squares = zip(tableCounts, reference.tableCounts).map { Double(($0 - $1) * ($0 - $1)) }
    return 1 - squares.reduce(0, +).squareRoot() / maximumDistance
  }

  /// The five columns of that table.
  private var tableCounts: [Int] { [stop, toolCalls, othersCount, schemaErrors, valid] }
}
