// SPDX-License-Identifier: Apache-2.0

extension Number {
  /// Whether this is an integer times `divisor`, exactly. Nothing is a multiple of zero but zero.
  ///
  /// With both coefficients free of trailing zeros, a smaller exponent than the divisor's leaves a factor of ten that the
  /// coefficient does not have; otherwise what counts is `coefficient * 10^difference` modulo the divisor's coefficient.
  func isMultiple(of divisor: Number) -> Bool {
    if isZero { return true }
    if divisor.isZero { return false }
    let difference = exponent - divisor.exponent
    guard difference >= 0 else { return false }
    if divisor.digits.isEmpty {
      let modulus = divisor.small
      let rest = allDigits.reduce(into: UInt64(0)) { rest, digit in
        rest = Number.add(Number.multiply(rest, 10 % modulus, modulus), UInt64(digit) % modulus, modulus)
      }
      return Number.multiply(rest, Number.powerOfTen(difference, modulus), modulus) == 0
    }
    let modulus = Natural(digits: divisor.digits)
    let rest = Natural(digits: allDigits).remainder(modulus)
    return rest.multiplied(Natural.powerOfTen(difference, modulus)).remainder(modulus).isZero
  }

  /// What `isMultiple` takes, in work of an evaluation, when this number has so many digits at most: both are made binary, and a
  /// remainder is found bit by bit.
  static func multipleWork(_ digits: Int, of divisor: Number) -> Int {
    if divisor.digits.isEmpty { return digits }
    let own = divisor.digits.count
    // The power of ten between them is made by squaring, for each bit of the exponent.
    return digits &* (1 &+ digits &>> 11 &+ own &>> 3) &+ own &* own &* 8
  }

  private static func multiply(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return modulus.dividingFullWidth((product.high % modulus, product.low)).remainder
  }

  private static func add(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow || sum >= modulus ? sum &- modulus : sum
  }

  private static func powerOfTen(_ exponent: Int, _ modulus: UInt64) -> UInt64 {
    var (result, base, rest) = (1 % modulus, 10 % modulus, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = multiply(result, base, modulus) }
      base = multiply(base, base, modulus)
      rest >>= 1
    }
    return result
  }
}
