// SPDX-License-Identifier: Apache-2.0

/// The last informative comparisons, a fixed number of them. Those of replicas merge into what one replica that saw all
/// of them would have; a comparison that reaches both counts once. TN are not kept, as F1 does not depend on them.
///
/// A window forgets, so a ``ConfidenceSequence`` of its counts holds for one look, not for all of them: use
/// ``WilsonInterval`` with it, and ``DriftDetector`` to watch.
package struct SlidingWindow: Mergeable, Hashable {
  /// When a comparison was made, and which it was.
  package struct Stamp: Hashable, Comparable, Sendable {
    /// In any unit, the same for all replicas.
    package var time: Int
    /// Of the exchange, unlike any other at that time.
    package var id: UInt64

    package init(time: Int, id: UInt64) { (self.time, self.id) = (time, id) }

    package static func < (left: Stamp, right: Stamp) -> Bool {
      left.time != right.time ? left.time < right.time : left.id < right.id
    }
  }

  package struct Entry: Hashable, Sendable {
    package var stamp: Stamp
    package var cell: Cell

    package init(stamp: Stamp, cell: Cell) { (self.stamp, self.cell) = (stamp, cell) }
  }

  /// Entries it holds at most. Merged windows take the lesser, which keeps merging associative.
  package private(set) var capacity: Int
  /// In order of their stamps, which are unique.
  package private(set) var entries: [Entry] = []

  /// Without a limit: the neutral element.
  package init() { capacity = .max }
  package init(capacity: Int) { self.capacity = max(capacity, 1) }

  package mutating func add(_ cell: Cell, at stamp: Stamp) {
    guard cell.isInformative else { return }
    let entry = Entry(stamp: stamp, cell: cell)
    // Comparisons come almost in order.
    var place = entries.count
    while place > 0, entries[place - 1].stamp > stamp { place -= 1 }
    if place > 0, entries[place - 1].stamp == stamp {
      entries[place - 1].cell = Self.either(entries[place - 1].cell, cell)
      return
    }
    entries.insert(entry, at: place)
    if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
  }

  package mutating func merge(_ other: SlidingWindow) {
    capacity = min(capacity, other.capacity)
    var (left, right) = (entries[...], other.entries[...])
    var merged: [Entry] = []
    merged.reserveCapacity(left.count + right.count)
    while let first = left.first, let second = right.first {
      if first.stamp <= second.stamp { left.removeFirst() }
      if second.stamp <= first.stamp { right.removeFirst() }
      if first.stamp == second.stamp {
        merged.append(Entry(stamp: first.stamp, cell: Self.either(first.cell, second.cell)))
      } else {
        merged.append(first.stamp < second.stamp ? first : second)
      }
    }
    merged += left
    merged += right
    entries = Array(merged.suffix(capacity))
  }

  /// One of two cells told of one comparison, whichever came first.
  private static func either(_ left: Cell, _ right: Cell) -> Cell {
    left.rawValue < right.rawValue ? left : right
  }

  package var confusion: Confusion {
    entries.reduce(into: Confusion()) { $0.add($1.cell) }
  }
}
