// SPDX-License-Identifier: Apache-2.0

/// Where an exchange lies in time: the row's number, made from its ULID (github.com/ulid/spec).
///
/// The id's 48 bits of milliseconds, then its lowest 15 bits, which a generator that counts up gives to different exchanges
/// of one millisecond. So newest first, a time range, a page and the oldest to delete are all ranges of the row number, every
/// other index continues with it for free, and an id is found without an index of ids.
package struct ExchangeKey: Sendable, Hashable, Comparable {
  package static let slotBits: Int64 = 15

  package var rawValue: Int64

  package init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// The first key of a millisecond.
  package init(milliseconds: Int64) {
    rawValue = max(0, min(milliseconds, Int64(1) << 48 - 1)) << Self.slotBits
  }

  /// nil unless `id` is a ULID.
  package init?(id: String) {
    guard id.utf8.count == 26, let time = Self.decode(id.utf8.prefix(10)), time < 1 << 48,
      let end = Self.decode(id.utf8.suffix(3)), Self.decode(id.utf8.dropFirst(10).prefix(10)) != nil,
      Self.decode(id.utf8.suffix(6)) != nil
    else { return nil }
    rawValue = Int64(time) << Self.slotBits | Int64(end)
  }

  /// Milliseconds since the Unix epoch.
  package var milliseconds: Int64 { rawValue >> Self.slotBits }

  package var next: ExchangeKey { ExchangeKey(rawValue: rawValue + 1) }

  /// All keys whose ids begin with so many characters, which are Crockford digits; nil for other text.
  package static func range(prefix: String) -> Range<Int64>? {
    let digits = prefix.utf8.prefix(10)
    guard !digits.isEmpty, let value = decode(digits), prefix.utf8.count <= 26 else { return nil }
    let rest = UInt64(10 - digits.count) * 5
    let first = value << rest
    let last = (value + 1) << rest
    guard last <= 1 << 48 else { return nil }
    // The last millisecond of all has no key behind it.
    let end = last < 1 << 48 ? Int64(last) << slotBits : Int64.max - 1 << slotBits
    return min(Int64(first) << slotBits, end)..<end
  }

  package static func < (left: ExchangeKey, right: ExchangeKey) -> Bool { left.rawValue < right.rawValue }

  /// At most twelve digits.
  private static func decode(_ digits: some Sequence<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      guard let five = crockford(digit) else { return nil }
      value = value << 5 | five
    }
    return value
  }

  /// I, L, O and U are no digits.
  private static func crockford(_ digit: UInt8) -> UInt64? {
    switch digit {
    case 0x30...0x39: UInt64(digit - 0x30)
    case 0x41...0x48: UInt64(digit - 0x41) + 10
    case 0x4A...0x4B: UInt64(digit - 0x4A) + 18
    case 0x4D...0x4E: UInt64(digit - 0x4D) + 20
    case 0x50...0x54: UInt64(digit - 0x50) + 22
    case 0x56...0x5A: UInt64(digit - 0x56) + 27
    default: nil
    }
  }
}
