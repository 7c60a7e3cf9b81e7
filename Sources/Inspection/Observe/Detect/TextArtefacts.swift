// SPDX-License-Identifier: Apache-2.0

/// `content.special_token` (R06), `content.template_artefact` (R05), `content.after_calls` (R6A): what has no place in a text,
/// and text out of place.
func detectTextArtefacts(in choice: ChoiceSummary, _ report: inout FindingReport) {
  if let token = choice.specialToken {
    report.add(.specialToken, "\(quoted(token)) stands in the text: a token that is the model's own affair")
  }
  if let artefact = choice.artefact {
    report.add(
      .templateArtefact, "\(quoted(artefact)) stands in the text: the vendor's template writes lists as Python does")
  }
  if choice.hasTextAfterCalls {
    report.add(.contentAfterCalls, "text came after a tool call, where most clients expect no more")
  }
}
