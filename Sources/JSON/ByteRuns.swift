// SPDX-License-Identifier: Apache-2.0

// Runs of bytes, for whoever knows most of a text before reading it.
extension Span<UInt8> {
  /// Whether `run` stands at `offset`.
  package func has(_ run: borrowing Span<UInt8>, at offset: Int) -> Bool {
    let length = run.count
    guard offset >= 0, offset <= count, count &- offset >= length else { return false }
    if length < 8 {
      for index in 0..<length where byte(offset &+ index) != run.byte(index) { return false }
      return true
    }
    var at = 0
    while length &- at >= 16 {
      if (load16(offset &+ at) ^ run.load16(at)).isAnyTrue { return false }
      at &+= 16
    }
    // What is left, and so much of what was compared already that it makes a block.
    if length >= 16 {
      return !(load16(offset &+ length &- 16) ^ run.load16(length &- 16)).isAnyTrue
    }
    return load8(offset) == run.load8(0) && load8(offset &+ length &- 8) == run.load8(length &- 8)
  }

  /// The offset of the first byte at or after `start` that does not stand for itself in a JSON string: a quote, a backslash, a
  /// control character, a byte beyond ASCII; `count` if there is none.
  package func endOfPlainText(from start: Int) -> Int {
    guard start >= 0, start < count else { return count }
    return skipPlainASCII(self, from: start, upTo: count)
  }

  /// How many bytes these and `other` begin with alike.
  package func commonPrefix(with other: borrowing Span<UInt8>) -> Int {
    let length = Swift.min(count, other.count)
    var at = 0
    while length &- at >= 64 {
      let first = (load16(at) ^ other.load16(at)) | (load16(at &+ 16) ^ other.load16(at &+ 16))
      let second = (load16(at &+ 32) ^ other.load16(at &+ 32)) | (load16(at &+ 48) ^ other.load16(at &+ 48))
      if (first | second).isAnyTrue { break }
      at &+= 64
    }
    while at < length, byte(at) == other.byte(at) { at &+= 1 }
    return at
  }

  /// How many bytes these and `other` end with alike, of the last `limit`.
  package func commonSuffix(with other: borrowing Span<UInt8>, upTo limit: Int) -> Int {
    let length = Swift.min(count, other.count, limit)
    var taken = 0
    while length &- taken >= 16 {
      let (mine, theirs) = (count &- taken &- 16, other.count &- taken &- 16)
      if (load16(mine) ^ other.load16(theirs)).isAnyTrue { break }
      taken &+= 16
    }
    while taken < length, byte(count &- taken &- 1) == other.byte(other.count &- taken &- 1) { taken &+= 1 }
    return taken
  }
}
