// SPDX-License-Identifier: Apache-2.0

/// The exact value of a JSON number whatever its spelling: 1, 1.0, 1e0 and 10e-1 are one, and so are 0 and -0. Digits are
/// never rounded away, so 0.1 and 0.10000000000000001 differ.
package struct Decimal: Equatable {
  private var isNegative = false
  /// ASCII, without zeros at either end; empty for zero.
  private(set) var digits: [UInt8] = []
  /// The value is 0.digits · 10^exponent. Saturates, beyond what a text of this length can mean otherwise.
  private var exponent = 0

  /// Takes the text of a JSON number.
  package init(_ text: String) {
    var isFraction = false
    var written: ArraySlice<UInt8> = []
    var bytes = Array(text.utf8)[...]
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      bytes.removeFirst()
    }
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        exponent += Self.clampedInteger(bytes)
        bytes = []
      default:
        written.append(byte)
        if !isFraction { exponent += 1 }
      }
    }
    while written.first == UInt8(ascii: "0") {
      written.removeFirst()
      exponent -= 1
    }
    while written.last == UInt8(ascii: "0") { written.removeLast() }
    digits = Array(written)
    if digits.isEmpty { (isNegative, exponent) = (false, 0) }
  }

  /// A text of this value and no other.
  func append(to text: inout [UInt8]) {
    if isNegative { text.append(UInt8(ascii: "-")) }
    text += digits
    text.append(UInt8(ascii: "e"))
    text += String(exponent).utf8
    text.append(UInt8(ascii: ";"))
  }

  private static func clampedInteger(_ text: ArraySlice<UInt8>) -> Int {
    let limit = 1 << 60
    var value = 0
    for byte in text where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
      value = min(value * 10 + Int(byte - UInt8(ascii: "0")), limit / 10)
    }
    return text.first == UInt8(ascii: "-") ? -value : value
  }
}
