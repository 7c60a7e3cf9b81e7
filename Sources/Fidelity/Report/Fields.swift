// SPDX-License-Identifier: Apache-2.0
import JSON

extension FidelityReport {
  /// All that is known of a row, by name: the columns of ``csv`` and the members of a row in ``json``.
  ///
  /// Proportions and F1 go from 0 to 1, counts are requests unless named otherwise, `day` is `YYYY-MM-DD` in UTC.
  /// `null`: not known. `f1_lower` and `f1_upper` are the confidence sequence's; `f1_wilson_…` the fixed-n interval's.
  static func fields(_ row: ReportRow) -> [(name: String, value: JSONValue)] {
    let (tally, confusion) = (row.tally, row.confusion)
    let isCompared = row.informative > 0
    var more: Int?
    if case .undecided(let count) = row.verdict { more = count }
    return [
      ("vendor", JSONValue(row.vendor)), ("model", JSONValue(row.model)),
      ("day", row.day.map { JSONValue(dayName($0)) } ?? .null), ("tool", row.tool.map { .string($0) } ?? .null),
      ("comparisons", JSONValue(confusion.comparisons)), ("informative", JSONValue(row.informative)),
      ("tp", JSONValue(confusion.truePositives)), ("fp", JSONValue(confusion.falsePositives)),
      ("fn", JSONValue(confusion.falseNegatives)), ("tn", JSONValue(confusion.trueNegatives)),
      ("vendor_unanswered", JSONValue(tally.vendorUnanswered)),
      ("reference_unanswered", JSONValue(tally.referenceUnanswered)),
      ("tool_call_precision", number(confusion.precision)), ("tool_call_recall", number(confusion.recall)),
      ("tool_call_f1", number(confusion.f1)),
      ("f1_lower", number(isCompared ? row.sequence.lower : nil)),
      ("f1_upper", number(isCompared ? row.sequence.upper : nil)),
      ("f1_wilson_lower", number(isCompared ? row.wilson.lower : nil)),
      ("f1_wilson_upper", number(isCompared ? row.wilson.upper : nil)),
      ("gate", number(row.gate)), ("verdict", JSONValue(row.verdict.name)),
      ("verdict_words", JSONValue(row.verdictWords)),
      ("informative_until_verdict", more.map { JSONValue($0) } ?? .null),
      ("days_until_verdict", row.daysUntilVerdict.map { JSONValue($0) } ?? .null),
      ("floor_f1", number(row.floor.confusion.f1)), ("floor_lower", number(row.floorSequence?.lower)),
      ("floor_upper", number(row.floorSequence?.upper)),
      ("floor_informative", JSONValue(row.floor.confusion.agreement.count)),
      ("floor_decision", JSONValue(row.beyondFloor.rawValue)),
      ("answers", JSONValue(tally.vendor.answered)), ("failed", JSONValue(tally.vendor.failed)),
      ("count_finish_reason_stop", JSONValue(tally.vendor.stop)),
      ("count_finish_reason_tool_calls", JSONValue(tally.vendor.toolCalls)),
      ("count_finish_reason_others", JSONValue(tally.vendor.othersCount)),
      ("schema_validation_error_count", JSONValue(tally.vendor.schemaErrors)),
      ("successful_tool_call_count", JSONValue(tally.vendor.valid)),
      ("schema_accuracy", number(tally.vendor.schemaAccuracy)),
      ("schema_accuracy_lower", number(row.schemaWilson?.lower)),
      ("schema_accuracy_upper", number(row.schemaWilson?.upper)),
      ("both_called", JSONValue(tally.payload.bothCalled)), ("same_tools", JSONValue(tally.payload.sameTools)),
      ("same_number_of_calls", JSONValue(tally.payload.sameNumber)),
      ("same_arguments", JSONValue(tally.payload.sameArguments)),
      ("matched_calls", JSONValue(tally.payload.matchedCalls)), ("equal_calls", JSONValue(tally.payload.equalCalls)),
      ("prompt_tokens_compared", JSONValue(tally.promptTokens.count)),
      ("prompt_tokens_within_tolerance", JSONValue(tally.promptTokens.within)),
      ("prompt_tokens_mean_difference", number(tally.promptTokens.mean)),
      ("prompt_tokens_least_difference", tally.promptTokens.range.map { JSONValue($0.lowerBound) } ?? .null),
      ("prompt_tokens_greatest_difference", tally.promptTokens.range.map { JSONValue($0.upperBound) } ?? .null),
    ]
  }

  private static func number(_ value: Double?) -> JSONValue {
    value.flatMap { JSONNumber($0) }.map { .number($0) } ?? .null
  }
}
