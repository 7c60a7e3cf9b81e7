// SPDX-License-Identifier: Apache-2.0

// The elementary functions that this target needs, in Swift itself: the target is pure and imports no C library, and
// the same state gives the same figure on every platform, bit for bit.

/// ln 2 in two parts; the first has trailing zeros, so that a small integer times it is exact.
private let ln2High = 0x1.62E42FEEp-1
private let ln2Low = 0x1.A39EF35793C76p-33

/// ln(x), within 2 units in the last place. 0 gives -∞, negative numbers NaN.
///
/// x = m·2^e with m in [√½, √2); ln m = 2·artanh(t) with t = (m-1)/(m+1), |t| < 0.172, by its series, eleven terms.
package func logarithm(_ x: Double) -> Double {
  if x == 0 { return -.infinity }
  guard x > 0, x.isFinite else { return x == .infinity ? x : .nan }
  var exponent = Double(x.exponent)
  var mantissa = x.significand
  if mantissa > 1.414_213_562_373_095_1 {
    mantissa /= 2
    exponent += 1
  }
  return exponent * ln2High + (twiceArtanh((mantissa - 1) / (mantissa + 1)) + exponent * ln2Low)
}

/// ln(1 + x), exact for small x too.
package func logarithm(onePlus x: Double) -> Double {
  abs(x) < 0.3 ? twiceArtanh(x / (2 + x)) : logarithm(1 + x)
}

/// 2·artanh(t) = 2·Σ t^(2k+1)/(2k+1), for |t| up to 0.18.
private func twiceArtanh(_ t: Double) -> Double {
  let square = t * t
  var sum = 1.0 / 23
  for odd in stride(from: 21.0, through: 3, by: -2) { sum = sum * square + 1 / odd }
  return 2 * t + 2 * t * square * sum
}

/// e^x, within 2 units in the last place while x does not underflow.
///
/// x = k·ln 2 + r with |r| <= 0.347, and e^r by its series, fourteen terms.
package func exponential(_ x: Double) -> Double {
  if x.isNaN { return x }
  if x > 709.78 { return x > 709.782_712_893_384 ? .infinity : exponential(x / 2) * exponential(x / 2) }
  if x < -745.2 { return 0 }
  let power = (x * 1.442_695_040_888_963_4).rounded()
  let rest = (x - power * ln2High) - power * ln2Low
  var sum = 1.0
  for term in stride(from: 14.0, through: 1, by: -1) { sum = 1 + rest * sum / term }
  // Two steps, as 2^power alone may be below the least normal number.
  let half = (power / 2).rounded(.down)
  return sum * Double(sign: .plus, exponent: Int(half), significand: 1)
    * Double(sign: .plus, exponent: Int(power - half), significand: 1)
}

/// ln(1 + e^x), without overflow.
package func softplus(_ x: Double) -> Double {
  x > 0 ? x + logarithm(onePlus: exponential(-x)) : logarithm(onePlus: exponential(x))
}

/// ln(Σ e^x), without overflow; -∞ of nothing.
package func logSumOfExponentials(_ terms: [Double]) -> Double {
  guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
  return largest + logarithm(terms.reduce(0) { $0 + exponential($1 - largest) })
}
