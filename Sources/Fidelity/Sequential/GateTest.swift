// SPDX-License-Identifier: Apache-2.0

/// The least F1 that passes: 0.80 for K2-0905 and 0.73 for K2-Thinking in K2VV's README ("acceptable above"). Gates are
/// data, see the rules; this is only the value and its level.
///
/// Two tests that go on until they know. Each may be looked at after every comparison:
/// - "F1 is at least the gate" is refuted when the evidence of the alternatives below it reaches 1/α: ``Decision/below``.
/// - "F1 is at most the gate" is refuted when that of the alternatives above it does: ``Decision/above``.
///
/// The first is ever refuted though true with a chance of at most α, the second as well (``BetaMixture``); both are true
/// only on the gate itself. Being one-sided, a decision may come a little before the two-sided
/// ``ConfidenceSequence`` leaves the gate.
package struct GateTest: Hashable, Sendable {
  package enum Decision: String, Sendable { case below, above, undecided }

  /// An F1 between 0 and 1, both excluded.
  package let gate: Double
  package let alpha: Double
  package let mixture: BetaMixture
  /// ln of the mixture's weight below the gate and above it, before any comparison.
  private let logWeight: (below: Double, above: Double)

  /// Nil unless the gate is an F1 between 0 and 1.
  package init?(gate: Double, alpha: Double = 0.05, mixture: BetaMixture = BetaMixture()) {
    guard gate > 0, gate < 1, alpha > 0, alpha < 1 else { return nil }
    (self.gate, self.alpha, self.mixture) = (gate, alpha, mixture)
    let p = Agreement.proportion(f1: gate)
    logWeight = (logIncompleteBeta(p, mixture.a, mixture.b), logIncompleteBeta(1 - p, mixture.b, mixture.a))
  }

  package static func == (left: GateTest, right: GateTest) -> Bool {
    left.gate == right.gate && left.alpha == right.alpha && left.mixture == right.mixture
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(gate)
    hasher.combine(alpha)
    hasher.combine(mixture)
  }

  private var proportion: Double { Agreement.proportion(f1: gate) }

  package func decision(_ agreement: Agreement) -> Decision {
    decision(Double(agreement.successes), Double(agreement.failures))
  }

  /// ln of the evidence that F1 is below the gate, and above it. e to that is an e-value: its inverse, at most 1, is a
  /// p-value that stays valid at every look.
  package func logEvidence(_ agreement: Agreement) -> (below: Double, above: Double) {
    let (s, f) = (Double(agreement.successes), Double(agreement.failures))
    return (
      mixture.logEvidenceBelow(proportion, successes: s, failures: f),
      mixture.logEvidenceAbove(proportion, successes: s, failures: f)
    )
  }

  /// About how many more informative comparisons lead to a decision if they come out as those before: 0 if there is one,
  /// nil without any comparison or beyond `limit`.
  ///
  /// The rate is (s + ½) / (n + 1), so that the first few do not promise too much. Fewer or more will do by chance.
  package func comparisonsUntilDecision(_ agreement: Agreement, limit: Int = 1_000_000) -> Int? {
    guard agreement.count > 0 else { return nil }
    let (s, f) = (Double(agreement.successes), Double(agreement.failures))
    let rate = (s + 0.5) / (s + f + 1)
    func decides(after more: Int) -> Bool {
      decision(s + Double(more) * rate, f + Double(more) * (1 - rate)) != .undecided
    }
    if decision(s, f) != .undecided { return 0 }
    var (low, high) = (0, 1)
    while !decides(after: high) {
      if high >= limit { return nil }
      (low, high) = (high, min(2 * high, limit))
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if decides(after: middle) { high = middle } else { low = middle }
    }
    return high
  }

  private func decision(_ s: Double, _ f: Double) -> Decision {
    let threshold = -logarithm(alpha)
    // One side only can be near its threshold; the sign of s/n - p says which.
    let isBelow = s < proportion * (s + f)
    let evidence = mixture.logEvidence(against: proportion, successes: s, failures: f)
    let weight = isBelow ? logWeight.below : logWeight.above
    // The share of the weight that the data leave on this side is at most 1. Mostly that alone says "undecided", and the
    // incomplete beta function, which costs by far the most, is not needed.
    guard evidence - weight >= threshold else { return .undecided }
    let share =
      isBelow
      ? logIncompleteBeta(proportion, mixture.a + s, mixture.b + f)
      : logIncompleteBeta(1 - proportion, mixture.b + f, mixture.a + s)
    guard evidence + share - weight >= threshold else { return .undecided }
    return isBelow ? .below : .above
  }
}
