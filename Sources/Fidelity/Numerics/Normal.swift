// SPDX-License-Identifier: Apache-2.0

private let twoOverRootPi = 1.128_379_167_095_512_6
private let rootTwo = 1.414_213_562_373_095_1
private let oneOverRootTwoPi = 0.398_942_280_401_432_7

/// erf(x), within 1e-14 relative: by DLMF 7.6.2, whose terms have one sign, up to 2; beyond by ``complementaryError(_:)``.
package func errorFunction(_ x: Double) -> Double {
  if x < 0 { return -errorFunction(-x) }
  if x >= 2 { return 1 - complementaryError(x) }
  let square = x * x
  var (term, sum, odd) = (x, x, 1.0)
  while term > sum * 1e-17 {
    odd += 2
    term *= 2 * square / odd
    sum += term
  }
  return twoOverRootPi * exponential(-square) * sum
}

/// 1 - erf(x), within 1e-13 relative in the upper tail: by the continued fraction of DLMF 7.9.1 from 2 on.
package func complementaryError(_ x: Double) -> Double {
  guard x >= 2 else { return 1 - errorFunction(x) }
  if x > 27.3 { return 0 }
  // Backwards from a depth at which the rest no longer shows, at x = 2 and beyond.
  var fraction = x
  for k in stride(from: 120.0, through: 1, by: -1) { fraction = x + k / 2 / fraction }
  return twoOverRootPi / 2 * exponential(-x * x) / fraction
}

/// The z with Φ(z) = `probability`, within 1e-14 relative; ±∞ at 1 and 0, NaN elsewhere.
///
/// A rational start (Abramowitz and Stegun 26.2.23, good to 4.5e-4), then Halley's steps on Φ, each of which triples
/// the digits. The residual is taken in the tail, or about one half, so that no digit cancels.
package func normalQuantile(_ probability: Double) -> Double {
  guard probability > 0, probability < 1 else {
    return probability == 0 ? -.infinity : probability == 1 ? .infinity : .nan
  }
  if probability > 0.5 { return -normalQuantile(lower: 1 - probability, aboveHalf: probability - 0.5) }
  return normalQuantile(lower: probability, aboveHalf: 0.5 - probability)
}

/// The quantile of `lower` <= 0.5; `aboveHalf` is 0.5 - lower.
private func normalQuantile(lower: Double, aboveHalf: Double) -> Double {
  let t = (-2 * logarithm(lower)).squareRoot()
  var z =
    (2.515_517 + t * (0.802_853 + t * 0.010_328))
    / (1 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308))) - t
  for _ in 0..<3 {
    let density = oneOverRootTwoPi * exponential(-z * z / 2)
    let excess =
      aboveHalf < 0.25 ? aboveHalf + errorFunction(z / rootTwo) / 2 : complementaryError(-z / rootTwo) / 2 - lower
    let step = excess / density
    z -= step / (1 + z * step / 2)
  }
  return z
}
