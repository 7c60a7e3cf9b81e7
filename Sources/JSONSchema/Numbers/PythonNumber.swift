// SPDX-License-Identifier: Apache-2.0

/// A number as Python's `json.loads` makes it: an exact integer, or the double nearest to what was written with a fraction or
/// an exponent (rows 11 to 16 of the reference).
enum PythonNumber: Sendable {
  case int(Number)
  case float(Double)

  init(_ text: ArraySlice<UInt8>, flags: Node.Flags) {
    if flags.contains(.nonFinite) {
      let isNegative = text.first == UInt8(ascii: "-")
      self = .float(text.count == 3 ? .nan : isNegative ? -.infinity : .infinity)
    } else if flags.contains(.float) {
      self = .float(PythonNumber.double(text))
    } else {
      self = .int(Number(text))
    }
  }

  /// The nearest double; beyond all doubles, an infinity.
  static func double(_ text: ArraySlice<UInt8>) -> Double {
    // A zero keeps its sign here.
    if let value = Number(text).quickMagnitude { return text.first == UInt8(ascii: "-") ? -value : value }
    return Double(String(decoding: text, as: UTF8.self)) ?? .nan
  }

  /// `float(self)`, or nil where Python raises OverflowError.
  var asDouble: Double? {
    switch self {
    case .float(let value): return value
    case .int(let number):
      let value = number.nearestDouble
      return value.isFinite ? value : nil
    }
  }

  /// `float.is_integer`, or an int.
  var isInteger: Bool {
    switch self {
    case .int: true
    case .float(let value): value.isFinite && value.rounded(.towardZero) == value
    }
  }

  /// `left < right`, exact also between ints and floats; false when either is NaN.
  static func < (left: PythonNumber, right: PythonNumber) -> Bool { order(left, right).map { $0 < 0 } ?? false }

  static func == (left: PythonNumber, right: PythonNumber) -> Bool { order(left, right) == 0 }

  /// Negative, zero or positive, as the left is below, at or above the right; nil when either is NaN.
  private static func order(_ left: PythonNumber, _ right: PythonNumber) -> Int? {
    switch (left, right) {
    case (.int(let one), .int(let other)): return one == other ? 0 : one < other ? -1 : 1
    case (.float(let one), .float(let other)): return order(one, other)
    case (.float, .int): return order(right, left).map { -$0 }
    case (.int(let one), .float(let other)):
      guard other.isFinite else { return order(0, other) }
      // Rounding keeps order, so the nearest double decides, unless it is the other one and not exact: few numbers are then looked
      // at digit by digit, as what has 15 digits is exact.
      let nearest = one.nearestDouble
      guard nearest == other, one.precision + one.exponent > 15 else { return order(nearest, other) }
      let exact = Number(exactly: other)
      return one == exact ? 0 : one < exact ? -1 : 1
    }
  }

  private static func order(_ one: Double, _ other: Double) -> Int? {
    one < other ? -1 : one > other ? 1 : one == other ? 0 : nil
  }
}

extension Number {
  /// The double nearest to the absolute value, where both parts are exact as doubles, so that one operation rounds correctly
  /// (Clinger's fast path).
  fileprivate var quickMagnitude: Double? {
    guard digits.isEmpty, small < 1 << 53, exponent >= -22, exponent <= 22 else { return nil }
    let power = Number.powersOfTen[abs(exponent)]
    return exponent < 0 ? Double(small) / power : Double(small) * power
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ]

  /// The nearest double of an integer; beyond all doubles, an infinity.
  fileprivate var nearestDouble: Double {
    if let value = quickMagnitude { return isNegative ? -value : value }
    guard precision + exponent < 400 else { return isNegative ? -.infinity : .infinity }
    let text = (isNegative ? "-" : "") + String(decoding: allDigits.map { $0 + 0x30 }, as: UTF8.self) + "e\(exponent)"
    return Double(text) ?? (isNegative ? -.infinity : .infinity)
  }

  /// The exact decimal value of a finite double, `significand * 2^power`.
  init(exactly value: Double) {
    let (significand, power) = value.parts
    var coefficient = Natural(significand)
    // As many factors at once as fit.
    var (rest, factor, factors): (Int, UInt32, Int) = power < 0 ? (-power, 1_220_703_125, 13) : (power, 1 << 31, 31)
    while rest > 0 {
      if rest < factors { (factor, factors) = (power < 0 ? 5 : 2, 1) }
      coefficient.multiplyAdd(factor, 0)
      rest -= factors
    }
    self.init(digits: coefficient.decimalDigits, exponent: min(power, 0), isNegative: value < 0)
  }
}

extension Double {
  /// Of a finite value, but for the sign: `significand * 2^power`.
  var parts: (significand: UInt64, power: Int) {
    (isNormal ? significandBitPattern | 1 << 52 : significandBitPattern, (isNormal ? Int(exponentBitPattern) : 1) - 1075)
  }
}
