// SPDX-License-Identifier: Apache-2.0

extension PythonNumber {
  /// What Python's `multipleOf` says, or nil where it raises: the quotient is a double when the divisor is one, falling back
  /// to exact fractions when it overflows; otherwise `instance % divisor` (jsonschema 4.25, `_keywords.multipleOf`).
  func isMultiple(of divisor: PythonNumber) -> Bool? {
    switch divisor {
    case .float(let step):
      guard let value = asDouble, step != 0 else { return nil }
      let quotient = value / step
      if quotient.isNaN { return nil }
      if quotient.isFinite { return quotient.rounded(.towardZero) == quotient }
      guard value.isFinite else { return nil }
      return isExactMultiple(of: step)
    case .int(let step):
      if step.isZero { return nil }
      switch self {
      case .int(let value): return value.isMultiple(of: step)
      case .float(let value):
        guard let step = divisor.asDouble else { return nil }
        return value.truncatingRemainder(dividingBy: step) == 0
      }
    }
  }

  /// Whether this is an integer times a step that is so small that the quotient is no double. Both are an odd number times a power
  /// of two, and the step's power is negative: an odd number has to divide an odd number.
  private func isExactMultiple(of step: Double) -> Bool {
    let (divisor, least) = step.oddParts
    switch self {
    case .int(let value): return value.isMultiple(of: Number(digits: Number.decimalDigits(divisor), exponent: 0, isNegative: false))
    case .float(let value):
      let (odd, power) = value.oddParts
      return power >= least && odd % divisor == 0
    }
  }
}

extension Double {
  /// `parts` with an odd significand, of what is not zero.
  fileprivate var oddParts: (odd: UInt64, power: Int) {
    let (significand, power) = parts
    let zeros = significand.trailingZeroBitCount
    return (significand >> UInt64(zeros), power + zeros)
  }
}
