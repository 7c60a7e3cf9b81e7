// SPDX-License-Identifier: Apache-2.0
package import JSON

/// One line of a report: counts and all that follows from them.
package struct ReportRow: Equatable, Sendable {
  package let vendor: String
  package let model: String
  /// Days since 1970-01-01 UTC, in reports by day.
  package let day: Int?
  /// In reports by tool.
  package let tool: JSONString?

  package let tally: Tally
  package let floor: NoiseFloor
  package let gate: Double?

  /// F1's ``WilsonInterval``: for who looks once.
  package let wilson: Interval
  /// F1's ``ConfidenceSequence``: for who looks again.
  package let sequence: Interval
  /// The floor's ``ConfidenceSequence``; nil when the reference was not asked twice.
  package let floorSequence: Interval?
  package let beyondFloor: NoiseFloor.Decision
  /// Wilson's, of `schema_accuracy`; nil when no tool was called.
  package let schemaWilson: Interval?
  package let verdict: Verdict
  /// See ``Ledger/Group/daysSeen``.
  package let daysSeen: Int

  package init(_ group: Ledger.Group, gate: Double?, alpha: Double) {
    (vendor, model, day, tool) = (group.vendor, group.model, group.day, group.tool)
    (tally, floor) = (group.tally, group.floor)
    self.gate = gate
    daysSeen = group.daysSeen
    let agreement = tally.confusion.agreement
    let floorAgreement = floor.confusion.agreement
    let oneLook = WilsonInterval(alpha: alpha)
    let always = ConfidenceSequence(alpha: alpha)
    wilson = oneLook.interval(agreement).f1
    sequence = always.interval(agreement).f1
    floorSequence = floorAgreement.count > 0 ? always.interval(floorAgreement).f1 : nil
    beyondFloor = floor.decision(on: agreement, alpha: alpha)
    let calls = Agreement(successes: tally.vendor.valid, failures: tally.vendor.schemaErrors)
    schemaWilson = calls.count > 0 ? oneLook.interval(calls) : nil
    verdict = Verdict(agreement, gate: gate, alpha: alpha)
  }

  /// About how many days more it takes to know, at the informative comparisons a day that were seen.
  package var daysUntilVerdict: Int? {
    guard case .undecided(let more?) = verdict, daysSeen > 0, informative > 0, day == nil else { return nil }
    return max(1, Int((Double(more) * Double(daysSeen) / Double(informative)).rounded(.up)))
  }

  /// The verdict for people.
  package var verdictWords: String {
    guard let days = daysUntilVerdict else { return verdict.description }
    return "\(verdict), about \(days) day\(days == 1 ? "" : "s")"
  }

  package var confusion: Confusion { tally.confusion }
  package var informative: Int { tally.confusion.agreement.count }
}
