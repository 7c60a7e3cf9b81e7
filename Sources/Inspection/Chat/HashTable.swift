// SPDX-License-Identifier: Apache-2.0

/// Places in a list by hashes of what is there, at most half full. It holds no content: whoever asks compares.
struct HashTable: Sendable {
  /// A power of two of them; -1 is free.
  private var slots: [Int32] = []
  private var count = 0

  init() {}

  /// - Parameter room: how many places it takes before it is full.
  init(room: Int) {
    var size = 16
    while size < 2 &* room { size &*= 2 }
    slots = Array(repeating: -1, count: size)
  }

  var isEmpty: Bool { slots.isEmpty }
  var isFull: Bool { 2 &* count >= slots.count }

  /// The place of this hash of which `isRight` holds.
  func place(of hash: Int, where isRight: (Int) -> Bool) -> Int? {
    var slot = hash & (slots.count &- 1)
    while slots[slot] >= 0 {
      if isRight(Int(slots[slot])) { return Int(slots[slot]) }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  /// Takes a place that is not in it. It must not be full.
  mutating func insert(_ place: Int, _ hash: Int) {
    var slot = hash & (slots.count &- 1)
    while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count &- 1) }
    slots[slot] = Int32(truncatingIfNeeded: place)
    count &+= 1
  }
}

extension Span<UInt8> {
  /// A hash that is another in each process, so that nobody can choose texts that share one.
  var seededHash: Int {
    var hasher = Hasher()
    hasher.combine(count)
    var at = 0
    while count &- at >= 8 {
      hasher.combine(word(at: at))
      at &+= 8
    }
    var last: UInt64 = 0
    while at < count {
      last = last &<< 8 | UInt64(self[at])
      at &+= 1
    }
    hasher.combine(last)
    return hasher.finalize()
  }
}
