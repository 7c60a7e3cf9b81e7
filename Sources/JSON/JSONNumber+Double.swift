// SPDX-License-Identifier: Apache-2.0

extension JSONNumber {
  /// Whether whoever reads numbers as doubles, as JavaScript does, has this one to the last digit written: written by such a reader,
  /// it comes out as the same value.
  public var isHeldByDouble: Bool {
    guard let written = Decimal(text) else { return false }
    // No double needs more to be told from its neighbours.
    guard written.digits.count <= 17 else { return false }
    guard !written.digits.isEmpty else { return true }
    guard let value = Double(written.text), value.isFinite, value != 0 else { return false }
    return Decimal(value.description) == written
  }

  /// The same value in the one spelling that all numbers of it have: `1`, `1.0` and `10e-1` are `1e0`. What has an exponent beyond 32 bits
  /// stays as it is.
  package var normalized: JSONNumber {
    guard let value = Decimal(text) else { return self }
    return JSONNumber(unchecked: value.digits.isEmpty ? "0e0" : (text.utf8.first == ASCII.minus ? "-" : "") + value.text)
  }
}

/// A number's value without its sign: `digits` times a power of ten.
private struct Decimal: Equatable {
  /// Without zeros at either end; none for zero.
  private(set) var digits: ArraySlice<UInt8> = []
  private var exponent = 0

  /// Nil for what is no decimal number, and for one with an exponent that does not fit.
  init?(_ text: String) {
    var bytes = Array(text.utf8)[...]
    if bytes.first == ASCII.minus { bytes.removeFirst() }
    var written: [UInt8] = []
    var decimals: Int?
    while let byte = bytes.popFirst() {
      if byte.isDigit {
        written.append(byte)
        if let count = decimals { decimals = count + 1 }
      } else if byte == UInt8(ascii: "."), decimals == nil {
        decimals = 0
      } else if byte | 0x20 == UInt8(ascii: "e"), let power = Int(String(decoding: bytes, as: UTF8.self)), power.magnitude < 1 << 32 {
        exponent = power
        break
      } else {
        return nil
      }
    }
    digits = written[...]
    while digits.first == ASCII.zero { digits.removeFirst() }
    exponent -= decimals ?? 0
    while digits.last == ASCII.zero {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty { exponent = 0 }
  }

  var text: String { String(decoding: digits, as: UTF8.self) + "e\(exponent)" }
}
