// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What is known of a finding: an entry of `rules/findings.yaml`.
package struct FindingEntry: Equatable, Sendable {
  package enum Severity: String, CaseIterable, Sendable {
    /// Only naive clients stumble.
    case info
    /// The agent goes on, and does worse.
    case degrade
    /// The agent's loop breaks, unless the client mends it.
    case fatal
  }

  package let kind: FindingKind
  package let severity: Severity
  /// One sentence: what it is.
  package let summary: String
  /// One sentence: what it does to an agent.
  package let effect: String
  /// Codes of the catalogue of failures; `owner/repository#number`, `owner/repository:path` or a page by its name.
  package let sources: [String]
  /// Those that can mend it without asking again.
  package let repairs: [RepairRule]
  /// Changes of requests that keep it from happening.
  package let normalizations: [VendorProfile.RequestRule]
  /// Whether asking again can mend it.
  package let retries: Bool
  /// By default.
  package let action: FindingAction
}
