// SPDX-License-Identifier: Apache-2.0

/// What a vendor says in its own way, without being wrong: `reasoning.key` (R69), `choice.several` (R6D), `choice.too_many`, `usage.in_choice`
/// (R63), `usage.missing`, `stream.tight_field` (R61), `stream.comment` (R62), `stream.empty_delta` (R66).
func detectDialect(_ response: ResponseSummary, _ request: RequestFacts, _ report: inout FindingReport) {
  if response.habits.contains(.reasoning) {
    report.add(.reasoningKey, "reasoning is under 'reasoning', not under 'reasoning_content'")
  } else if response.habits.contains(.reasoningDetails) {
    report.add(.reasoningKey, "reasoning is under 'reasoning_details', not under 'reasoning_content'")
  }
  if response.choices.count > request.choiceCount {
    report.add(.severalChoices, "there are \(response.choices.count) choices, and \(request.choiceCount) was asked for")
  }
  if response.hasTooManyChoices {
    report.add(.tooManyChoices, "there are more than \(response.choices.count) choices, and those beyond are not read")
  }
  if response.habits.contains(.usageInChoice) {
    report.add(.usageInChoice, "usage is in a choice, where the OpenAI SDK does not look")
  } else if response.usage == nil, response.isWhole, response.format == .json || request.wantsUsage {
    report.add(.missingUsage, "the answer does not say how many tokens it took")
  }
  if response.style.contains(.tightFields) {
    report.add(.tightField, "there is no space between 'data:' and its value: allowed, and some clients trip over it")
  }
  if response.style.contains(.comments) {
    report.add(.streamComment, "the stream has comments: allowed, and some clients take them for data")
  }
  if response.habits.contains(.emptyDeltas) {
    report.add(.emptyDelta, "chunks that say nothing came after the first one")
  }
}

extension ResponseSummary {
  /// An answer from its beginning to its end.
  fileprivate var isWhole: Bool {
    isSuccess && !choices.isEmpty && isReadable && !isTruncated && failure == nil && ending == .complete
  }
}
