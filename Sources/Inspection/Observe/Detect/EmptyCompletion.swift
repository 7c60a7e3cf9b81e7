// SPDX-License-Identifier: Apache-2.0

/// `completion.empty`, `completion.think_only` (R04): the model ended its turn and said nothing, or nothing aloud. A finish
/// reason that accounts for it (`length`, `content_filter`, `error`) or is a finding itself (`tool_calls`) does not count.
func detectEmptyCompletion(of choice: ChoiceSummary, in response: ResponseSummary, _ report: inout FindingReport) {
  guard !choice.hasText, choice.calls.isEmpty, !choice.hasOtherContent else { return }
  // What was too long to be looked at may have said something.
  guard !response.isTruncated, response.failure == nil, response.oversized == 0 else { return }
  switch choice.finishReason {
  case nil, "stop":
    if choice.hasReasoning {
      report.add(.thinkOnly, "there is reasoning, but neither text nor a tool call")
    } else {
      report.add(.emptyCompletion, "there is neither text nor a tool call")
    }
  default:
    break
  }
}

/// `completion.empty` for an answer without any choice.
func detectNoChoices(in response: ResponseSummary, _ report: inout FindingReport) {
  guard response.choices.isEmpty, response.isReadable, !response.isTruncated, response.failure == nil else { return }
  guard response.isSuccess, !response.isHTML else { return }
  report.add(.emptyCompletion, "there is no choice in the answer")
}
