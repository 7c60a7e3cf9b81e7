// SPDX-License-Identifier: Apache-2.0

/// The exact value of a number as JSON writes it: `coefficient * 10^exponent`, without leading or trailing zeros in the
/// coefficient, so that equal values have equal parts. Up to 19 digits it needs no memory of its own.
struct Number: Equatable, Sendable {
  var isNegative = false
  /// The coefficient, when `digits` is empty.
  var small: UInt64 = 0
  /// The coefficient's decimal digits (0 to 9), most significant first, when there are more than 19.
  var digits: [UInt8] = []
  var exponent = 0
  /// Decimal digits in the coefficient.
  var precision = 0

  static let zero = Number()

  var isZero: Bool { precision == 0 }
  /// Whether the value has no fraction, however it was written.
  var isInteger: Bool { exponent >= 0 }
  /// The exponent of the first digit's place plus one: 0 < |value| / 10^magnitude < 1.
  private var magnitude: Int { precision + exponent }

  /// Reads number text, which must be a JSON number.
  init(_ text: ArraySlice<UInt8>) {
    var at = text.startIndex
    if text[at] == UInt8(ascii: "-") {
      isNegative = true
      at += 1
    }
    var isFraction = false
    var zeros = 0
    while at < text.endIndex {
      let byte = text[at]
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else if byte | 0x20 == UInt8(ascii: "e") {
        exponent = exponent &+ Number.clampedInteger(text[(at + 1)...])
        break
      } else {
        if isFraction { exponent &-= 1 }
        if byte == 0x30 {
          if precision > 0 { zeros += 1 }
        } else {
          for _ in 0..<zeros { push(0) }
          zeros = 0
          push(byte &- 0x30)
        }
      }
      at += 1
    }
    exponent = exponent &+ zeros
    if precision == 0 { self = .zero }
  }

  private init() {}

  init(_ value: Int) {
    self.init(ArraySlice(String(value).utf8))
  }

  /// A coefficient of decimal digits, most significant first.
  init(digits source: [UInt8], exponent: Int, isNegative: Bool) {
    self.isNegative = isNegative
    self.exponent = exponent
    var zeros = 0
    for digit in source {
      if digit == 0 {
        if precision > 0 { zeros += 1 }
      } else {
        for _ in 0..<zeros { push(0) }
        zeros = 0
        push(digit)
      }
    }
    self.exponent += zeros
    if precision == 0 { self = .zero }
  }

  private mutating func push(_ digit: UInt8) {
    if precision < 19 {
      small = small &* 10 &+ UInt64(digit)
    } else {
      if digits.isEmpty {
        digits = Number.decimalDigits(small)
        small = 0
      }
      digits.append(digit)
    }
    precision += 1
  }

  /// An exponent, kept within bounds that no document's length can reach.
  private static func clampedInteger(_ text: ArraySlice<UInt8>) -> Int {
    var value = 0
    var isNegative = false
    for byte in text {
      if byte == UInt8(ascii: "-") {
        isNegative = true
      } else if byte != UInt8(ascii: "+") {
        value = min(value * 10 + Int(byte - 0x30), 1 << 50)
      }
    }
    return isNegative ? -value : value
  }

  static func decimalDigits(_ value: UInt64) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = value
    while rest > 0 {
      digits.append(UInt8(rest % 10))
      rest /= 10
    }
    return digits.reversed()
  }

  /// The coefficient's digits.
  var allDigits: [UInt8] { digits.isEmpty ? Number.decimalDigits(small) : digits }

  /// Whether one value is below the other.
  static func < (left: Number, right: Number) -> Bool {
    if left.isZero || right.isZero || left.isNegative != right.isNegative {
      let one = left.isZero ? 0 : left.isNegative ? -1 : 1
      let other = right.isZero ? 0 : right.isNegative ? -1 : 1
      return one < other
    }
    let order = compareMagnitude(left, right)
    return left.isNegative ? order > 0 : order < 0
  }

  /// Negative, zero or positive, as the absolute value of the left is below, at or above that of the right; neither is zero.
  private static func compareMagnitude(_ left: Number, _ right: Number) -> Int {
    if left.magnitude != right.magnitude { return left.magnitude < right.magnitude ? -1 : 1 }
    if left.digits.isEmpty, right.digits.isEmpty {
      let places = left.precision - right.precision
      var (one, other) = (UInt128(left.small), UInt128(right.small))
      for _ in 0..<max(-places, 0) { one *= 10 }
      for _ in 0..<max(places, 0) { other *= 10 }
      return one == other ? 0 : one < other ? -1 : 1
    }
    let (one, other) = (left.allDigits, right.allDigits)
    for index in 0..<max(one.count, other.count) {
      let (a, b) = (index < one.count ? one[index] : 0, index < other.count ? other[index] : 0)
      if a != b { return a < b ? -1 : 1 }
    }
    return 0
  }
}
