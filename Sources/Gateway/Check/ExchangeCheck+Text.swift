// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Inspection
import JSONSchema

extension ExchangeCheck {
  /// Lines for people.
  package var lines: [String] { described.map(\.plain) }

  private var described: [String] {
    if let problem { return ["request: \(problem)"] }
    var lines = ["request: model \(model.isEmpty ? "not named" : model) (\(generation.rawValue)), \(toolCount) tool(s)"]
    for edit in edits {
      lines.append("  edit \(edit.path): \(shown(edit.before)) -> \(shown(edit.after)) [\(edit.ruleName)]")
    }
    for finding in requestFindings { lines.append("  " + line(finding)) }
    guard let response, let mended else { return lines }
    lines.append("response: \(response.format == .json ? "JSON" : "stream, \(response.events) event(s)")\(usage(response))")
    for choice in response.choices {
      lines.append("  choice \(choice.index): finish_reason \(choice.finishReason ?? "none"), \(choice.calls.count) call(s)")
      for (number, call) in choice.calls.enumerated() { lines += describe(call, number) }
    }
    for finding in response.findings { lines.append("  " + line(finding)) }
    for repair in repairs {
      let place = repair.call.map { "call \($0) " } ?? ""
      lines.append("  repair \(repair.rule.rawValue): \(place)\(repair.field) \(shown(repair.before)) -> \(shown(repair.after))")
    }
    lines.append("verdict: \(conclusion(response, mended))")
    return lines
  }

  private func conclusion(_ response: ResponseSummary, _ mended: ResponseSummary) -> String {
    if outcome == .fine { return "an agent can use this answer" }
    let left = mended.findings.filter { isUnusable($0, in: mended) }
    guard let worst = left.first else { return "unusable as it came; repairs make it usable" }
    return "unusable: \(worst.code); enforce would ask again"
  }

  private func describe(_ call: AssembledCall, _ number: Int) -> [String] {
    let verdict = call.verdict
    let valid = verdict?.valid.map { $0 ? "valid" : "invalid" } ?? "undecidable"
    var lines = ["    call \(number): \(call.nameText) id '\(call.idText)' \(valid), K2VV says \(verdict?.k2vvValid == true ? "valid" : "invalid")"]
    guard let violations = verdict?.violations, !violations.isEmpty else { return lines }
    for violation in violations {
      for line in ByteExcerpt.lines(of: call.arguments, marking: violation.range) { lines.append("      " + line) }
      lines.append("      \(violation.message) (schema \(violation.schemaPath))")
    }
    if let more = verdict?.furtherViolations, more > 0 { lines.append("      and \(more) more") }
    return lines
  }

  private func line(_ finding: Finding) -> String {
    let severity = FindingCatalogue.embedded.entry(finding.kind)?.severity.rawValue ?? ""
    let place = finding.call.map { "call \($0): " } ?? finding.path.map { "\($0): " } ?? ""
    return "\(severity) \(finding.code): \(place)\(finding.message)"
  }

  private func usage(_ response: ResponseSummary) -> String {
    guard let usage = response.usage else { return "" }
    return ", \(usage.prompt ?? 0) tokens in, \(usage.completion ?? 0) out"
  }

  private func shown(_ bytes: [UInt8]) -> String {
    bytes.isEmpty ? "nothing" : ByteExcerpt.line(of: bytes, limit: 60)
  }
}
