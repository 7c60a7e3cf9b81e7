// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection

extension Policy {
  /// What the ids of calls look like that the client gets.
  func ids(_ request: RequestFacts) -> ResponseIDs {
    switch responseIDs {
    case .vendor: .vendor
    case .canonical: .canonical(firstIndex: request.callIDs.count)
    case .safe: .safe(prefix: [])
    }
  }

  /// What is done about a finding of an answer that no repair has mended.
  func action(for finding: Finding, in summary: ResponseSummary) -> FindingAction {
    guard let number = finding.call, let choice = summary.choices.first(where: { $0.index == finding.choice }),
      number < choice.calls.count
    else { return action(for: finding.kind) }
    let name = choice.calls[number].name
    return action(for: finding.kind, tool: name.span)
  }
}
