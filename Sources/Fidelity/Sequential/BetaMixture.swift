// SPDX-License-Identifier: Apache-2.0

/// A mixture of Bernoulli alternatives with Beta(a, b) weights, held against one proportion p: the evidence from which
/// the confidence sequence and the gate's test are made.
///
/// After s successes and f failures each alternative q has the likelihood ratio q^s (1-q)^f / (p^s (1-p)^f), a martingale
/// with mean 1 if p is true, and so has their mixture
///
///     M(p) = B(a+s, b+f) / B(a, b) / (p^s (1-p)^f).
///
/// By Ville's inequality the chance that M ever reaches 1/α is at most α: at every look, at any stopping time. Ville, "Étude
/// critique de la notion de collectif" (1939); the mixture: Robbins, Ann. Math. Statist. 41 (1970), 1397-1409; Howard,
/// Ramdas, McAuliffe and Sekhon, Ann. Statist. 49 (2021), 1055-1080 (arXiv:1810.08240), on conjugate mixtures.
///
/// It needs no independence: only that each comparison, given those before it, succeeds with chance p.
package struct BetaMixture: Hashable, Sendable {
  package let a: Double
  package let b: Double

  /// a = b = ½, Jeffreys' weights: whatever q the data have, M is within a factor of about 2·√n of q's own ratio
  /// (Krichevsky and Trofimov, IEEE Trans. Inf. Theory 27 (1981), 199-207), so no F1 is favoured.
  package init(a: Double = 0.5, b: Double = 0.5) { (self.a, self.b) = (a, b) }

  /// ln B(a+s, b+f) - ln B(a, b): the mixture's own likelihood.
  func logLikelihood(_ s: Double, _ f: Double) -> Double { logBeta(a + s, b + f) - logBeta(a, b) }

  /// ln M(p). s and f need not be whole, which is how the wait for a verdict is reckoned.
  package func logEvidence(against p: Double, successes s: Double, failures f: Double) -> Double {
    logLikelihood(s, f) - logLikelihood(of: p, s, f)
  }

  /// The same with the alternatives below `p` only, weighed anew to 1: evidence against every proportion of p or more.
  ///
  /// A ratio with q < p has, under a true p' >= p, the mean p'·q/p + (1-p')·(1-q)/(1-p), which falls with p' from 1 at
  /// p' = p. So it is a supermartingale under all of them. The truncated mixture is M(p)·I_p(a+s, b+f) / I_p(a, b).
  package func logEvidenceBelow(_ p: Double, successes s: Double, failures f: Double) -> Double {
    logEvidence(against: p, successes: s, failures: f) + logIncompleteBeta(p, a + s, b + f)
      - logIncompleteBeta(p, a, b)
  }

  /// The same with the alternatives above `p` only: evidence against every proportion of p or less.
  package func logEvidenceAbove(_ p: Double, successes s: Double, failures f: Double) -> Double {
    logEvidence(against: p, successes: s, failures: f) + logIncompleteBeta(1 - p, b + f, a + s)
      - logIncompleteBeta(1 - p, b, a)
  }

  private func logLikelihood(of p: Double, _ s: Double, _ f: Double) -> Double {
    (s > 0 ? s * logarithm(p) : 0) + (f > 0 ? f * logarithm(onePlus: -p) : 0)
  }
}
