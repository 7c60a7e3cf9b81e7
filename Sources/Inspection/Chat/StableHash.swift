// SPDX-License-Identifier: Apache-2.0

/// A 64-bit hash that is the same in every process and on every machine, unlike `Hasher`. For sampling and caches; it does not
/// withstand an adversary.
///
/// Eight bytes at a time, multiplied in as FNV-1a does with one byte; then mixed (the finalizer of SplitMix64), since a product's
/// low bits know nothing of the high ones.
struct StableHash: Equatable, Sendable {
  private(set) var value: UInt64

  init(seed: UInt64 = 0) {
    value = 0xCBF2_9CE4_8422_2325
    combine(seed)
  }

  mutating func combine(_ word: UInt64) {
    value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value &>> 27)) &* 0x94D0_49BB_1331_11EB
    value ^= value &>> 31
  }

  /// All of these bytes and their number: two texts in a row are not one text.
  mutating func combine(_ bytes: borrowing Span<UInt8>) {
    let end = bytes.count
    combine(UInt64(end))
    var at = 0
    while end &- at >= 8 {
      combine(bytes.word(at: at))
      at &+= 8
    }
    guard at < end else { return }
    var last: UInt64 = 0
    while at < end {
      last = last &<< 8 | UInt64(bytes[at])
      at &+= 1
    }
    combine(last)
  }
}
