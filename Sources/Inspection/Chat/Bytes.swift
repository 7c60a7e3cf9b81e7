// SPDX-License-Identifier: Apache-2.0
import JSON

extension [UInt8] {
  init(copying bytes: borrowing Span<UInt8>) {
    self = []
    append(bytes)
  }

  /// Appends a copy of `bytes`, in one go.
  mutating func append(_ bytes: borrowing Span<UInt8>) {
    let count = bytes.count
    // Even nothing would be written as a count, into the one empty array that all threads share.
    guard count > 0 else { return }
    append(addingCapacity: count) { output in
      for index in 0..<count { output.append(bytes[index]) }
    }
  }

  /// Whether these are the same bytes.
  func isEqual(to bytes: borrowing Span<UInt8>) -> Bool { span.isEqual(to: bytes) }

  /// Without white space at either end.
  var trimmingSpace: [UInt8] {
    let slice = self[...].trimmingSpace
    return slice.count == count ? self : Array(slice)
  }
}

extension ArraySlice<UInt8> {
  /// Without white space at either end.
  var trimmingSpace: ArraySlice<UInt8> {
    guard let first = firstIndex(where: { !$0.isWhiteSpace }), let last = lastIndex(where: { !$0.isWhiteSpace }) else { return [] }
    return self[first...last]
  }
}

extension Span<UInt8> {
  /// Whether these are the same bytes.
  func isEqual(to other: borrowing Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    return hasPrefix(other)
  }

  /// Whether these bytes begin with `prefix`.
  func hasPrefix(_ prefix: borrowing Span<UInt8>) -> Bool { has(prefix, at: 0) }

  /// Whether these bytes end with `suffix`.
  func hasSuffix(_ suffix: borrowing Span<UInt8>) -> Bool {
    has(suffix, at: count &- suffix.count)
  }

  /// The eight bytes from `start`, the first in the lowest bits: a single load, once optimized.
  @inline(__always)
  func word(at start: Int) -> UInt64 {
    let window = extracting(start..<(start &+ 8))
    var word: UInt64 = 0
    for lane in 0..<8 { word |= UInt64(window[lane]) &<< UInt64(8 &* lane) }
    return word
  }

  /// Whether there is nothing here but ASCII white space.
  var isBlank: Bool {
    for index in indices where !self[index].isWhiteSpace { return false }
    return true
  }
}

extension UInt8 {
  /// Space, tab, LF or CR.
  var isWhiteSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
  /// `0` to `9`.
  var isDigit: Bool { self &- 0x30 < 10 }
  /// `A` to `Z` made small, all else as it is.
  var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
