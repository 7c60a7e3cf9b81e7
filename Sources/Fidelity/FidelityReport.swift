// SPDX-License-Identifier: Apache-2.0

/// How faithfully vendors serve a model, measured against a reference. The file to open first.
///
/// **What is measured.** The same request goes to a vendor and to the reference, usually Moonshot's own API. If both
/// answers end with `tool_calls` that is a true positive, if only the vendor's does a false positive, if only the
/// reference's does a false negative, else a true negative (``Cell``). `tool_call_f1` is the harmonic mean of precision
/// and recall over those (``Confusion``), `schema_accuracy` the share of the vendor's tool-calling answers whose calls
/// all satisfy their schemas (``OutcomeCounts``): both exactly as K2 Vendor Verifier defines them, on raw finish reasons.
/// Where both called, the calls themselves are compared by value (``PayloadAgreement``), and prompts that differ in
/// length betray a wrong chat template (``PromptTokens``).
///
/// **How to read it.** F1 comes with the number of informative comparisons, those in which at least one side called a
/// tool, and with an interval that stays true however often one looks (``ConfidenceSequence``). Below 100 informative
/// comparisons it is wide, and that is the honest answer. The reference samples, so it does not agree with itself either:
/// the noise floor is its F1 against itself, and a vendor is *different* only when its whole interval lies below the
/// floor's (``NoiseFloor``). The gate is the F1 that passes, 80 % for K2-0905 and 73 % for K2-Thinking in K2VV; the
/// verdict says whether F1 is above or below it and how sure that is, or about how many more informative comparisons it
/// takes to know (``GateTest``, ``Verdict``). A fall at some time after a good past is the alarm's business
/// (``DriftDetector``), and two vendors on the same requests are compared in pairs (``McNemar``).
///
/// Everything counted is a sum, so replicas and days add up (``Mergeable``, ``Ledger``), and everything said is reckoned
/// from the sums. Renders as ``table``, ``markdown``, ``csv`` and ``json``.
package struct FidelityReport: Equatable, Sendable {
  /// How rows are split beyond vendor and model.
  package var grouping: Grouping
  /// The chance of an error that every interval and verdict keeps to, by itself.
  package var alpha: Double
  package var rows: [ReportRow]

  /// - Parameters:
  ///   - days: A window of days since 1970-01-01 UTC; nil for all.
  ///   - gate: The least F1 that passes, 0 to 1, by model. A model without one gets no verdict.
  ///   - isIncluded: Which vendors and models are asked for.
  package init(
    _ ledger: Ledger, by grouping: Grouping = .model, days: ClosedRange<Int>? = nil, alpha: Double = 0.05,
    where isIncluded: (Ledger.Group) -> Bool = { _ in true }, gate: (String) -> Double?
  ) {
    (self.grouping, self.alpha) = (grouping, alpha)
    rows = ledger.groups(by: grouping, days: days).filter(isIncluded).map {
      ReportRow($0, gate: gate($0.model), alpha: alpha)
    }
  }

  /// With rows that were made elsewhere.
  package init(grouping: Grouping, alpha: Double, rows: [ReportRow]) {
    (self.grouping, self.alpha, self.rows) = (grouping, alpha, rows)
  }
}
