// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
  /// How many bytes from `start` on are the same as those of another text from `place` on, `most` at most. Traps unless so many are there.
  func agreement(at start: Int, with other: borrowing Span<UInt8>, at place: Int, upTo most: Int) -> Int {
    precondition(start >= 0 && place >= 0 && most >= 0 && start + most <= count && place + most <= other.count)
    var done = 0
    while most - done >= 8 {
      let difference = word(at: start + done) ^ other.word(at: place + done)
      if difference != 0 { return done + difference.trailingZeroBitCount >> 3 }
      done += 8
    }
    while done < most, self[start + done] == other[place + done] { done += 1 }
    return done
  }

  /// Eight bytes, the first in the lowest bits. That they are there the caller has checked.
  @inline(__always)
  private func word(at offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }
}
