// SPDX-License-Identifier: Apache-2.0

/// Wilson's score interval for a proportion: right for one look at a sample whose size was fixed before, such as K2VV's
/// 4,000 requests. Looked at again and again it fails in time; ``ConfidenceSequence`` does not.
///
/// All p with |p̂ - p| <= z·√(p(1-p)/n), a quadratic in p. E. B. Wilson, JASA 22 (1927), 209-212; recommended over
/// p̂ ± z·s.e. by Brown, Cai and DasGupta, Statistical Science 16 (2001), 101-133.
package struct WilsonInterval: Sendable {
  /// The chance of missing the true proportion, about.
  package let alpha: Double
  private let z: Double

  package init(alpha: Double = 0.05) {
    self.alpha = alpha
    z = -normalQuantile(alpha / 2)
  }

  /// The interval of p; everything from 0 to 1 before the first comparison.
  package func interval(_ agreement: Agreement) -> Interval {
    let n = Double(agreement.count)
    guard let proportion = agreement.proportion else { return .everything }
    let square = z * z
    let centre = (proportion + square / (2 * n)) / (1 + square / n)
    let variance = proportion * (1 - proportion) / n + square / (4 * n * n)
    let half = z / (1 + square / n) * variance.squareRoot()
    return Interval(
      lower: agreement.successes == 0 ? 0 : max(0, centre - half),
      upper: agreement.failures == 0 ? 1 : min(1, centre + half))
  }
}
