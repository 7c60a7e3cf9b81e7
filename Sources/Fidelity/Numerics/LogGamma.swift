// SPDX-License-Identifier: Apache-2.0

private let halfLogTwoPi = 0.918_938_533_204_672_74

/// 1 - γ, with Euler's γ.
private let oneMinusGamma = 0.422_784_335_098_467_14

/// ζ(k) - 1 for k = 2, 3, …
private let zetaMinusOne = [
  0.644_934_066_848_226_436_47, 0.202_056_903_159_594_285_4, 0.082_323_233_711_138_191_516,
  0.036_927_755_143_369_926_331, 0.017_343_061_984_449_139_715, 0.008_349_277_381_922_826_839_8,
  0.004_077_356_197_944_339_378_7, 0.002_008_392_826_082_214_417_9, 0.000_994_575_127_818_085_337_15,
  0.000_494_188_604_119_464_558_7, 0.000_246_086_553_308_048_298_64, 0.000_122_713_347_578_489_146_75,
  6.124_813_505_870_482_925_9e-5, 3.058_823_630_702_049_355_2e-5, 1.528_225_940_865_187_173_3e-5,
  7.637_197_637_899_762_273_6e-6, 3.817_293_264_999_839_856_5e-6, 1.908_212_716_553_938_925_7e-6,
  9.539_620_338_727_961_131_5e-7, 4.769_329_867_878_064_631_2e-7, 2.384_505_027_277_329_9e-7,
  1.192_199_259_653_110_730_7e-7, 5.960_818_905_125_947_961_2e-8, 2.980_350_351_465_228_018_6e-8,
  1.490_155_482_836_504_123_5e-8, 7.450_711_789_835_429_492e-9,
]

/// ln Γ(x) for x > 0, within 1e-14 relative also beside its zeros at 1 and 2; NaN elsewhere.
///
/// Beside the zeros by the series ln Γ(2+z) = (1-γ)z + Σ (-1)^k (ζ(k)-1) z^k / k (DLMF 5.7.3), elsewhere by
/// Stirling's formula after shifting up to 10 or more (DLMF 5.11.1, 5.5.1).
package func logGamma(_ x: Double) -> Double {
  guard x > 0 else { return .nan }
  if x < 0.5 { return logGammaBesideTwo(x) - logarithm(x) - logarithm(onePlus: x) }
  if x < 1.5 { return logGammaBesideTwo(x - 1) - logarithm(onePlus: x - 1) }
  if x <= 2.5 { return logGammaBesideTwo(x - 2) }
  var shifted = x
  var product = 1.0
  while shifted < 10 {
    product *= shifted
    shifted += 1
  }
  let stirling = (shifted - 0.5) * logarithm(shifted) - shifted + halfLogTwoPi + stirlingCorrection(shifted)
  return product == 1 ? stirling : stirling - logarithm(product)
}

/// ln Γ(2 + z) for |z| <= 0.5.
private func logGammaBesideTwo(_ z: Double) -> Double {
  var sum = 0.0
  for k in stride(from: zetaMinusOne.count + 1, through: 2, by: -1) {
    sum = zetaMinusOne[k - 2] / Double(k) - z * sum
  }
  return z * (oneMinusGamma + z * sum)
}

/// What ln Γ(x) is above (x - ½) ln x - x + ½ ln 2π, for x >= 10: Σ B₂ₖ / (2k(2k-1) x^(2k-1)), DLMF 5.11.1.
private func stirlingCorrection(_ x: Double) -> Double {
  let inverse = 1 / (x * x)
  let sum =
    1.0 / 12
    + inverse
    * (-1.0 / 360
      + inverse
      * (1.0 / 1260
        + inverse
        * (-1.0 / 1680
          + inverse
          * (1.0 / 1188 + inverse * (-691.0 / 360_360 + inverse * (1.0 / 156 - inverse * 3617 / 122_400))))))
  return sum / x
}

/// ln B(a, b) for a, b > 0. No cancellation of large terms: their Stirling parts are taken together first, as in
/// Didonato and Morris, "Algorithm 708", ACM TOMS 18 (1992).
package func logBeta(_ a: Double, _ b: Double) -> Double {
  let (small, large) = (min(a, b), max(a, b))
  guard small > 0, large.isFinite else { return .nan }
  if large < 10 { return logGamma(small) + logGamma(large) - logGamma(small + large) }
  let total = small + large
  let rest = logarithm(onePlus: -small / total)
  let correction = stirlingCorrection(large) - stirlingCorrection(total)
  if small < 10 {
    return logGamma(small) + correction + small - small * logarithm(total) + (large - 0.5) * rest
  }
  return -0.5 * logarithm(large) + halfLogTwoPi + correction + stirlingCorrection(small)
    + (small - 0.5) * logarithm(small / total) + large * rest
}
