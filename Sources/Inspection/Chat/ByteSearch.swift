// SPDX-License-Identifier: Apache-2.0

/// The offset of the first LF or CR in `bytes` at or after `start`, or `nil`.
///
/// Eight bytes at a time: a byte of `x` is zero where `(x - 0x01…) & ~x` has its high bit set ("Bit Twiddling Hacks",
/// S. Anderson). A borrow can set a false bit only above a true one, so the lowest bit that is set is right.
package func firstLineEnd(in bytes: borrowing Span<UInt8>, from start: Int) -> Int? {
  let end = bytes.count
  var at = start
  while end &- at >= 8 {
    let word = bytes.word(at: at)
    let hits = zeroBytes(word ^ 0x0A0A_0A0A_0A0A_0A0A) | zeroBytes(word ^ 0x0D0D_0D0D_0D0D_0D0D)
    if hits != 0 { return at &+ (hits.trailingZeroBitCount &>> 3) }
    at &+= 8
  }
  while at < end {
    let byte = bytes[at]
    if byte == 0x0A || byte == 0x0D { return at }
    at &+= 1
  }
  return nil
}

@inline(__always)
func zeroBytes(_ word: UInt64) -> UInt64 {
  (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
}

/// The offset of the first `byte` in `bytes` at or after `start`, or `nil`. By words, as above.
func firstOffset(of byte: UInt8, in bytes: borrowing Span<UInt8>, from start: Int) -> Int? {
  let pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
  let end = bytes.count
  var at = start
  while end &- at >= 8 {
    let hits = zeroBytes(bytes.word(at: at) ^ pattern)
    if hits != 0 { return at &+ (hits.trailingZeroBitCount &>> 3) }
    at &+= 8
  }
  while at < end {
    if bytes[at] == byte { return at }
    at &+= 1
  }
  return nil
}

/// The offset of the first `one` or `other` in `bytes` at or after `start`, or `nil`. By words, as above.
func firstOffset(of one: UInt8, or other: UInt8, in bytes: borrowing Span<UInt8>, from start: Int) -> Int? {
  let (left, right) = (0x0101_0101_0101_0101 &* UInt64(one), 0x0101_0101_0101_0101 &* UInt64(other))
  let end = bytes.count
  var at = start
  while end &- at >= 8 {
    let word = bytes.word(at: at)
    let hits = zeroBytes(word ^ left) | zeroBytes(word ^ right)
    if hits != 0 { return at &+ (hits.trailingZeroBitCount &>> 3) }
    at &+= 8
  }
  while at < end {
    let byte = bytes[at]
    if byte == one || byte == other { return at }
    at &+= 1
  }
  return nil
}
