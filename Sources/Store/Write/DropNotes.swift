// SPDX-License-Identifier: Apache-2.0

/// What was not recorded, by minute and reason. Kept in memory until the store can be written, then in `rollup_drop`, so that an
/// overview can show when it was.
package struct DropNotes: Sendable, Equatable {
  package struct Place: Sendable, Hashable {
    /// Since the epoch.
    package var minute: Int64
    package var reason: String
  }

  package static let millisecondsPerMinute: Int64 = 60_000
  /// A store that cannot be written for longer loses when, not how many.
  private static let most = 10_000

  package private(set) var counts: [Place: Int] = [:]

  package var isEmpty: Bool { counts.isEmpty }

  mutating func add(_ count: Int, _ reason: String, now: Int64) {
    guard count > 0 else { return }
    var place = Place(minute: now / Self.millisecondsPerMinute, reason: reason)
    if counts.count >= Self.most, counts[place] == nil, let last = counts.keys.filter({ $0.reason == reason }).max(by: { $0.minute < $1.minute }) {
      place = last
    }
    counts[place, default: 0] += count
  }

  /// These are written.
  mutating func remove(_ written: DropNotes) {
    for (place, count) in written.counts {
      let left = (counts[place] ?? 0) - count
      counts[place] = left > 0 ? left : nil
    }
  }
}
