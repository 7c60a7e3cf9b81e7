// SPDX-License-Identifier: Apache-2.0

/// Where one request falls when the vendor's answer is held against the reference's, as K2VV's README defines it ("TP:
/// both model & official have finish_reason == tool_calls", and so on): `tool_calls` against everything else.
package enum Cell: String, CaseIterable, Hashable, Sendable {
  case truePositive = "TP"
  case falsePositive = "FP"
  case falseNegative = "FN"
  case trueNegative = "TN"

  /// What a side without a finish reason counts as.
  package enum Missing: Sendable {
    /// The request is not compared. The default: a refused connection says nothing of when a model calls tools, and K2VV
    /// itself asks again until it has an answer.
    case excluded
    /// It did not call. So does the public script for K2VV's F1 (aidando73's fork, `compute_f1_hash.py`), which
    /// compares every aligned row, failed ones too.
    case negative
  }

  package init(vendorCalled: Bool, referenceCalled: Bool) {
    self =
      vendorCalled
      ? (referenceCalled ? .truePositive : .falsePositive) : (referenceCalled ? .falseNegative : .trueNegative)
  }

  /// Nil when a side has no finish reason and such requests are excluded.
  package init?(vendor: Finish, reference: Finish, missing: Missing = .excluded) {
    if missing == .excluded, vendor == .none || reference == .none { return nil }
    self.init(vendorCalled: vendor == .toolCalls, referenceCalled: reference == .toolCalls)
  }

  /// Whether F1 depends on it: every cell but TN.
  package var isInformative: Bool { self != .trueNegative }
}
