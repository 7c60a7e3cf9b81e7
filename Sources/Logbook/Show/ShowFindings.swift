// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Store

extension ShowLines {
  /// Each finding with what the catalogue knows of it, said once for findings of one code.
  mutating func addFindings() {
    guard !exchange.findings.isEmpty else { return }
    section("findings", "`belay explain CODE` says more")
    var explained: Set<String> = []
    for finding in exchange.findings {
      text("\(finding.severity.rawValue) \(finding.code)\(place(finding))", indent: 2, style: Self.style(finding.severity))
      if !finding.message.isEmpty { text(finding.message, indent: 4) }
      guard explained.insert(finding.code).inserted,
        let entry = FindingKind(rawValue: finding.code).flatMap(FindingCatalogue.embedded.entry)
      else { continue }
      text("\(entry.summary) \(entry.effect)", indent: 4, style: .dim)
    }
  }

  private func place(_ finding: StoredFinding) -> String {
    var parts: [String] = []
    if let attempt = finding.attempt, exchange.attempts.count > 1 { parts.append("attempt \(attempt + 1)") }
    if let choice = finding.choice, choice > 0 { parts.append("choice \(choice)") }
    if let call = finding.call { parts.append("call \(call)") }
    if !finding.path.isEmpty { parts.append(finding.path) }
    return parts.isEmpty ? "" : " at " + parts.joined(separator: ", ")
  }

  private static func style(_ severity: StoredFinding.Severity) -> Paint.Style {
    switch severity {
    case .error: .red
    case .warning: .yellow
    case .info: .cyan
    }
  }

  mutating func addRepairs() {
    guard !exchange.repairs.isEmpty else { return }
    section("repairs", "what the client got instead")
    for repair in exchange.repairs {
      let choice = repair.choice > 0 ? "choice \(repair.choice), " : ""
      text("\(repair.rule): \(choice)call \(repair.call)\(repair.path.isEmpty ? "" : ", \(repair.path)")", indent: 2, style: .yellow)
      change(repair.before, repair.after, indent: 4)
    }
  }
}
