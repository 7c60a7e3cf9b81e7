// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The bytes of chunks used a moment ago. A turn of a conversation repeats the turn before it, and to compare bytes takes a
/// twentieth of the time that hashing them does. Whoever makes two chunks with the same fingerprint gains nothing: they take
/// turns in one place here, and are told apart by their digests.
struct RecentChunks {
  private struct Held {
    var bytes: [UInt8]
    var isSearchable: Bool
    var chunk: ChunkCache.Entry
  }

  private static let places = 4096
  private static let mostBytes = 16 << 20

  private var held: [Held?] = []
  private var heldBytes = 0

  func find(_ bytes: borrowing Span<UInt8>, isSearchable: Bool) -> ChunkCache.Entry? {
    guard !held.isEmpty, let candidate = held[Self.place(bytes)], candidate.isSearchable == isSearchable,
      candidate.bytes.count == bytes.count
    else { return nil }
    return Self.areEqual(candidate.bytes.span, bytes) ? candidate.chunk : nil
  }

  mutating func insert(_ bytes: borrowing Span<UInt8>, isSearchable: Bool, _ chunk: ChunkCache.Entry) {
    if held.isEmpty || heldBytes + bytes.count > Self.mostBytes {
      held = Array(repeating: nil, count: Self.places)
      heldBytes = 0
    }
    let place = Self.place(bytes)
    heldBytes += bytes.count - (held[place]?.bytes.count ?? 0)
    held[place] = Held(bytes: unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }, isSearchable: isSearchable, chunk: chunk)
  }

  /// From the length and eight words spread over the bytes.
  private static func place(_ bytes: borrowing Span<UInt8>) -> Int {
    var hash = UInt64(truncatingIfNeeded: bytes.count)
    let step = max(8, bytes.count / 8)
    var offset = 0
    while offset + 8 <= bytes.count {
      hash = (hash ^ word(bytes, at: offset)) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
      offset += step
    }
    if bytes.count >= 8 { hash = (hash ^ word(bytes, at: bytes.count - 8)) &* 0x9E37_79B9_7F4A_7C15 }
    return Int(truncatingIfNeeded: hash >> 32) & (places - 1)
  }

  private static func word(_ bytes: borrowing Span<UInt8>, at offset: Int) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
  }

  private static func areEqual(_ left: borrowing Span<UInt8>, _ right: borrowing Span<UInt8>) -> Bool {
    unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        guard left.count == right.count, let start = left.baseAddress, let other = right.baseAddress else { return false }
        return unsafe memcmp(start, other, left.count) == 0
      }
    }
  }
}
