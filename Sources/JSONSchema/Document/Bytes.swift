// SPDX-License-Identifier: Apache-2.0

/// Bytes that a buffer holds after its content, so that an 8-byte load may start at any byte of the content.
let padding = 8

/// Eight bytes from `offset`, little-endian. Traps when they do not all lie in the buffer.
@inline(__always)
func load8(_ bytes: borrowing Span<UInt8>, _ offset: Int) -> UInt64 {
  precondition(offset >= 0 && offset &+ 8 <= bytes.count)
  // Safe: any eight bytes are a UInt64, and the bounds were checked above.
  return unsafe UInt64(
    littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
}

/// The lowest `count` bytes of a word, for 1 to 8.
@inline(__always)
func low(_ word: UInt64, _ count: Int) -> UInt64 {
  word & (UInt64.max >> UInt64(64 &- (count &<< 3)))
}

/// Whether `count` bytes are equal. Both buffers are padded.
@inline(__always)
func sameText(_ leftBytes: [UInt8], _ leftStart: Int, _ rightBytes: [UInt8], _ rightStart: Int, _ count: Int) -> Bool {
  let (left, right) = (leftBytes.span, rightBytes.span)
  var done = 0
  while count &- done >= 8 {
    if load8(left, leftStart &+ done) != load8(right, rightStart &+ done) { return false }
    done &+= 8
  }
  guard done < count else { return true }
  return low(load8(left, leftStart &+ done) ^ load8(right, rightStart &+ done), count &- done) == 0
}

/// What texts are hashed with: another number in each process, so that nobody chooses texts that collide. Odd.
private let hashKey = UInt64(bitPattern: Int64(Hasher().finalize())) &* 0xD6E8_FEB8_6659_FD93 | 1

/// Both halves of a product with the key: which bits of a word end where depends on the key.
@inline(__always)
private func mix(_ word: UInt64, _ key: UInt64) -> UInt64 {
  let product = word.multipliedFullWidth(by: key)
  return product.high ^ product.low
}

/// A hash of text, to tell a schema's property names apart. Nothing but speed may depend on it.
@inline(__always)
func textHash(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> UInt32 {
  let key = hashKey
  var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15 ^ key &>> 7
  var done = 0
  while count &- done >= 8 {
    hash = mix(hash ^ load8(bytes, start &+ done), key) &+ 0xBF58_476D_1CE4_E5B9
    done &+= 8
  }
  if done < count {
    hash = mix(hash ^ low(load8(bytes, start &+ done), count &- done), key)
  }
  return UInt32(truncatingIfNeeded: mix(hash, 0x9E37_79B9_7F4A_7C15) &>> 32)
}
