// SPDX-License-Identifier: Apache-2.0

/// A list of byte strings in one buffer: tool names, ids. Strings are UTF-8 and compare bytewise. Few are searched one by one, more
/// by their hashes.
package struct ByteStrings: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var ends: [Int32] = []
  /// Where the first string of each text is, by its hash; empty as long as there are few.
  private var table = HashTable()
  /// Bytes of the longest.
  private var longest = 0

  package init() {}

  package init(_ strings: [String]) {
    for string in strings { append(Array(string.utf8).span) }
  }

  package var count: Int { ends.count }
  package var isEmpty: Bool { ends.isEmpty }

  /// Where string `index` is in `bytes`.
  package func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index &- 1]))..<Int(ends[index])
  }

  package subscript(index: Int) -> [UInt8] { Array(bytes[range(index)]) }

  package mutating func append(_ string: borrowing Span<UInt8>) {
    bytes.append(string)
    closeString()
  }

  /// Makes one string of what `write` appends to the buffer.
  mutating func append(writing write: (inout [UInt8]) -> Void) {
    write(&bytes)
    closeString()
  }

  /// Makes room for `count` strings of common length.
  mutating func reserveCapacity(_ count: Int) {
    guard count > 0 else { return }
    bytes.reserveCapacity(count * 24)
    ends.reserveCapacity(count)
  }

  package func contains(_ string: borrowing Span<UInt8>) -> Bool { firstIndex(of: string) != nil }

  package func firstIndex(of string: borrowing Span<UInt8>) -> Int? {
    guard string.count <= longest else { return nil }
    if !table.isEmpty {
      return table.place(of: string.seededHash) { bytes.span.extracting(range($0)).isEqual(to: string) }
    }
    for index in ends.indices where bytes.span.extracting(range(index)).isEqual(to: string) { return index }
    return nil
  }

  /// No vendor takes so many tools (Moonshot 128, of 64 bytes each): what a name among them may mean is not looked for, since that
  /// takes a look at each.
  var isBeyondGuessing: Bool { count > 1024 || bytes.count > 1 << 16 }

  private mutating func closeString() {
    longest = max(longest, bytes.count &- Int(ends.last ?? 0))
    ends.append(Int32(clamping: bytes.count))
    guard ends.count > Self.scanLimit else { return }
    if table.isFull {
      table = HashTable(room: 2 &* ends.count)
      for index in ends.indices { enter(index) }
    } else {
      enter(ends.count &- 1)
    }
  }

  private mutating func enter(_ index: Int) {
    let own = range(index)
    let hash = bytes.span.extracting(own).seededHash
    let first = table.place(of: hash) { bytes.span.extracting(range($0)).isEqual(to: bytes.span.extracting(own)) }
    if first == nil { table.insert(index, hash) }
  }

  /// Up to so many strings are passed over faster than one is hashed and found.
  private static let scanLimit = 64
}

extension ByteStrings: Equatable {
  package static func == (left: ByteStrings, right: ByteStrings) -> Bool { left.ends == right.ends && left.bytes == right.bytes }
}
