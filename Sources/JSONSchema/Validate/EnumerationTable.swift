// SPDX-License-Identifier: Apache-2.0

/// The hash table that a large enumeration has behind its values in `Program.lists`: a mask, for each slot the place of a value or
/// -1, and for each value the place of the next in its slot. Adding one takes the same time however many have its hash.
struct EnumerationTable {
  /// Up to so many values are compared one by one.
  static let least = 16

  private let values: Range<Int>
  private let mask: Int

  private var firstSlot: Int { values.upperBound &+ 1 }
  private var firstLink: Int { firstSlot &+ mask &+ 1 }

  /// The table of an enumeration that has one.
  init(_ operation: Operation, _ lists: [Int32]) {
    values = Int(operation.a)..<Int(operation.a &+ operation.b)
    mask = Int(lists[values.upperBound])
  }

  /// Makes the table of values that are the last of the lists.
  init(of values: Range<Int>, in source: borrowing Document, _ lists: inout [Int32], isPython: Bool) {
    var size = 2 * Self.least
    while size < 2 * values.count { size *= 2 }
    self.values = values
    mask = size - 1
    lists.append(Int32(mask))
    for _ in 0..<size + values.count { lists.append(-1) }
    var equality = Equality(isPython: isPython)
    for place in values {
      let slot = slot(equality.hash(source, Int(lists[place])))
      let first = Int(lists[slot])
      // The same value many times over would make every search long.
      if first >= 0, equality.equal(source, Int(lists[first]), source, Int(lists[place])) { continue }
      lists[firstLink + place - values.lowerBound] = Int32(first)
      lists[slot] = Int32(place)
    }
  }

  private func slot(_ hash: UInt64) -> Int {
    firstSlot &+ Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) &>> 32) & mask
  }

  /// The place of the first value that may have a hash; -1 for none.
  func first(_ hash: UInt64, _ lists: [Int32]) -> Int { Int(lists[slot(hash)]) }

  /// The place of the one after it.
  func next(_ place: Int, _ lists: [Int32]) -> Int { Int(lists[firstLink &+ place &- values.lowerBound]) }
}
