// SPDX-License-Identifier: Apache-2.0

/// What models thought before they called tools: clients drop it, and Kimi wants it back (Q4). Bounded; what was used longest
/// ago goes first.
package struct ReasoningCache: Equatable, Sendable {
  private struct Entry: Equatable {
    var key: UInt64
    var text: [UInt8]
    /// The neighbours in the order of use, as places in `entries`; -1 at either end.
    var older: Int
    var newer: Int
  }

  private let capacity: Int
  private let byteCapacity: Int
  private var places: [UInt64: Int] = [:]
  private var entries: [Entry] = []
  private var oldest = -1
  private var newest = -1
  /// Bytes of text held now.
  package private(set) var bytes = 0

  /// Holds at most `capacity` texts of `bytes` bytes together; a capacity of 0 holds nothing.
  package init(capacity: Int = 16_384, bytes: Int = 32 << 20) {
    self.capacity = capacity
    byteCapacity = bytes
  }

  package var count: Int { entries.count }

  /// Keeps what a choice thought before its calls. The first text for a turn stays: when a request is sent again and comes to the
  /// same calls, the conversation that goes on from the first must not change.
  ///
  /// - Parameter calls: as the client gets them, in order; without any there is nothing to keep.
  package mutating func insert(_ reasoning: [UInt8], before calls: [AssembledCall], at turn: ReasoningChain) {
    guard !calls.isEmpty, !reasoning.isEmpty, reasoning.count <= byteCapacity, capacity > 0 else { return }
    let key = turn.key(of: calls)
    if let place = places[key] { return touch(place) }
    while entries.count >= capacity || bytes + reasoning.count > byteCapacity { evict() }
    places[key] = entries.count
    bytes += reasoning.count
    entries.append(Entry(key: key, text: reasoning, older: -1, newer: -1))
    linkAsNewest(entries.count - 1)
  }

  mutating func reasoning(for key: UInt64) -> [UInt8]? {
    guard let place = places[key] else { return nil }
    touch(place)
    return entries[place].text
  }

  private mutating func touch(_ place: Int) {
    guard place != newest else { return }
    unlink(place)
    linkAsNewest(place)
  }

  private mutating func linkAsNewest(_ place: Int) {
    entries[place].older = newest
    entries[place].newer = -1
    if newest >= 0 { entries[newest].newer = place } else { oldest = place }
    newest = place
  }

  private mutating func unlink(_ place: Int) {
    let (older, newer) = (entries[place].older, entries[place].newer)
    if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    if newer >= 0 { entries[newer].older = older } else { newest = older }
  }

  /// The last entry takes the place of the one that goes.
  private mutating func evict() {
    let place = oldest
    unlink(place)
    bytes -= entries[place].text.count
    places[entries[place].key] = nil
    let last = entries.removeLast()
    guard place < entries.count else { return }
    entries[place] = last
    places[last.key] = place
    if last.older >= 0 { entries[last.older].newer = place } else { oldest = place }
    if last.newer >= 0 { entries[last.newer].older = place } else { newest = place }
  }
}
