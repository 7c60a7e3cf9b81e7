// SPDX-License-Identifier: Apache-2.0

/// A natural number of any size, for the few questions that need one: remainders of coefficients beyond 19 digits.
struct Natural: Equatable {
  /// Least significant first, without leading zeros.
  private var limbs: [UInt32]

  var isZero: Bool { limbs.isEmpty }

  init(_ value: UInt64) {
    limbs = [UInt32(truncatingIfNeeded: value), UInt32(value >> 32)]
    trim()
  }

  /// From decimal digits (0 to 9), most significant first.
  init(digits: [UInt8]) {
    limbs = []
    // Nine at a time are as many as fit.
    for start in stride(from: 0, to: digits.count, by: 9) {
      let chunk = digits[start..<min(start + 9, digits.count)]
      let (factor, term) = chunk.reduce((UInt32(1), UInt32(0))) { ($0.0 * 10, $0.1 * 10 + UInt32($1)) }
      multiplyAdd(factor, term)
    }
  }

  private mutating func trim() {
    while limbs.last == 0 { limbs.removeLast() }
  }

  /// `self * factor + term`.
  mutating func multiplyAdd(_ factor: UInt32, _ term: UInt32) {
    var carry = UInt64(term)
    for index in limbs.indices {
      let product = UInt64(limbs[index]) * UInt64(factor) + carry
      limbs[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  func multiplied(_ other: Natural) -> Natural {
    var result = Natural(0)
    guard !isZero, !other.isZero else { return result }
    result.limbs = Array(repeating: 0, count: limbs.count + other.limbs.count)
    for (index, limb) in limbs.enumerated() {
      var carry: UInt64 = 0
      for (offset, otherLimb) in other.limbs.enumerated() {
        let sum = UInt64(limb) * UInt64(otherLimb) + UInt64(result.limbs[index + offset]) + carry
        result.limbs[index + offset] = UInt32(truncatingIfNeeded: sum)
        carry = sum >> 32
      }
      result.limbs[index + other.limbs.count] = UInt32(carry)
    }
    result.trim()
    return result
  }

  /// The rest of dividing by `modulus`, bit by bit: slow, short and rarely needed.
  func remainder(_ modulus: Natural) -> Natural {
    var rest = Natural(0)
    for limb in limbs.reversed() {
      for bit in stride(from: 31, through: 0, by: -1) {
        rest.multiplyAdd(2, (limb >> UInt32(bit)) & 1)
        if !(rest < modulus) { rest.subtract(modulus) }
      }
    }
    return rest
  }

  static func powerOfTen(_ exponent: Int, _ modulus: Natural) -> Natural {
    var (result, base, rest) = (Natural(1), Natural(10), exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result.multiplied(base).remainder(modulus) }
      base = base.multiplied(base).remainder(modulus)
      rest >>= 1
    }
    return result.remainder(modulus)
  }

  static func < (left: Natural, right: Natural) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
      return left.limbs[index] < right.limbs[index]
    }
    return false
  }

  /// Takes away a number that is not larger.
  private mutating func subtract(_ other: Natural) {
    var borrow: Int64 = 0
    for index in limbs.indices {
      let difference = Int64(limbs[index]) - (index < other.limbs.count ? Int64(other.limbs[index]) : 0) - borrow
      borrow = difference < 0 ? 1 : 0
      limbs[index] = UInt32(truncatingIfNeeded: difference)
    }
    trim()
  }

  /// Decimal digits, most significant first; zeros may stand before them.
  var decimalDigits: [UInt8] {
    var rest = self
    var digits: [UInt8] = []
    while !rest.isZero {
      var carry: UInt64 = 0
      for index in rest.limbs.indices.reversed() {
        let value = carry << 32 | UInt64(rest.limbs[index])
        rest.limbs[index] = UInt32(value / 1_000_000_000)
        carry = value % 1_000_000_000
      }
      rest.trim()
      for _ in 0..<9 {
        digits.append(UInt8(carry % 10))
        carry /= 10
      }
    }
    return digits.reversed()
  }
}
