// SPDX-License-Identifier: Apache-2.0

/// An interval for the proportion that may be looked at after every comparison: the chance that it *ever* misses the true
/// one is at most alpha, however often one looks and whenever one stops.
///
/// It holds every p that ``BetaMixture`` has not refuted: { p : M(p) < 1/α }. The true p leaves only if M(p) ever
/// reaches 1/α, which by Ville's inequality happens with a chance of at most α. ln M is convex in p with its minimum,
/// never above 0, at s/n, so the set is an interval around s/n.
///
/// It depends on the two counts only, so counts of replicas and days may be added first. That is sound while what is
/// added, and when, does not depend on how the comparisons came out.
package struct ConfidenceSequence: Hashable, Sendable {
  package let alpha: Double
  package let mixture: BetaMixture

  package init(alpha: Double = 0.05, mixture: BetaMixture = BetaMixture()) {
    (self.alpha, self.mixture) = (alpha, mixture)
  }

  /// Whether `p` is in ``interval(_:)``, without looking for its ends.
  package func contains(_ p: Double, _ agreement: Agreement) -> Bool {
    let (s, f) = (Double(agreement.successes), Double(agreement.failures))
    return mixture.logEvidence(against: p, successes: s, failures: f) < -logarithm(alpha)
  }

  /// The interval of p; everything from 0 to 1 before the first comparison.
  package func interval(_ agreement: Agreement) -> Interval {
    let (s, f) = (Double(agreement.successes), Double(agreement.failures))
    guard s + f > 0 else { return .everything }
    let level = mixture.logLikelihood(s, f) + logarithm(alpha)
    return Interval(
      lower: s == 0 ? 0 : Self.proportion(crossing(s, f, level)),
      upper: f == 0 ? 1 : 1 - Self.proportion(crossing(f, s, level)))
  }

  /// The log-odds θ below those of s/n at which s·ln(1+e^-θ) + f·ln(1+e^θ) + level = 0: the lower end. The upper end is
  /// the lower one of the failures.
  ///
  /// In log-odds ends beside 0 and 1 keep their digits. The left side is convex in θ, so that Newton's steps from a
  /// point below the root stay below it and can only rise towards it; they start where it is positive.
  private func crossing(_ s: Double, _ f: Double, _ level: Double) -> Double {
    func excess(_ theta: Double) -> Double { s * softplus(-theta) + f * softplus(theta) + level }
    var theta = f > 0 ? logarithm(s / f) : logarithm(2 * s)
    var step = 1.0
    while excess(theta) <= 0, step < 1e6 {
      theta -= step
      step *= 2
    }
    for _ in 0..<200 {
      let slope = f * Self.proportion(theta) - s * Self.proportion(-theta)
      let next = theta - excess(theta) / slope
      guard next.isFinite, next > theta else { break }
      theta = next
    }
    return theta
  }

  private static func proportion(_ theta: Double) -> Double {
    theta > 0 ? 1 / (1 + exponential(-theta)) : exponential(theta) / (1 + exponential(theta))
  }
}
