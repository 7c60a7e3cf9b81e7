// SPDX-License-Identifier: Apache-2.0

/// ln I_x(a, b), the logarithm of the regularized incomplete beta function: the probability that a Beta(a, b) lies below
/// x. a, b > 0; x from 0 to 1. It does not underflow, which is why it is a logarithm.
///
/// By the continued fraction of DLMF 8.17.22, with Lentz's method, on the side of the mean where it converges; from the
/// other side by I_x(a, b) = 1 - I_{1-x}(b, a).
package func logIncompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard a > 0, b > 0, x >= 0, x <= 1 else { return .nan }
  if x == 0 { return -.infinity }
  if x == 1 { return 0 }
  if x <= (a + 1) / (a + b + 2) { return logTail(x, 1 - x, a, b) }
  return logarithm(onePlus: -min(1, exponential(logTail(1 - x, x, b, a))))
}

/// ln I_x(a, b) for x on the left of the mean; `y` is 1 - x.
private func logTail(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
  let front = a * logarithm(x) + b * logarithm(y) - logarithm(a) - logBeta(a, b)
  var d = awayFromZero(1 - (a + b) * x / (a + 1))
  d = 1 / d
  var (c, fraction, m) = (1.0, d, 1.0)
  // The number of steps grows with the root of a + b.
  while m < 1e6 {
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    fraction *= c * d
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    fraction *= c * d
    if abs(c * d - 1) < 1e-16 { break }
    m += 1
  }
  return front + logarithm(fraction)
}

/// Lentz's guard against dividing by zero.
private func awayFromZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
