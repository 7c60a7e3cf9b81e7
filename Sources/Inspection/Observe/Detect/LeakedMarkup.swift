// SPDX-License-Identifier: Apache-2.0

/// `content.leaked_markup`, `reasoning.leaked_markup` (R01 to R03): the vendor's parser missed a call, and its grammar shows.
func detectLeakedMarkup(in choice: ChoiceSummary, _ report: inout FindingReport) {
  guard let leak = choice.leak else { return }
  let (kind, place) = leak.isInReasoning ? (FindingKind.reasoningMarkup, "reasoning") : (.leakedMarkup, "text")
  report.add(
    kind, "'\(leak.marker.text)' stands in the \(place), at byte \(leak.offset): a tool call that was not parsed")
}
