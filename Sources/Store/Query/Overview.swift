// SPDX-License-Identifier: Apache-2.0

package struct OverviewRequest: Sendable, Equatable {
  /// Milliseconds since the epoch; `until` is exclusive.
  package var since: Int64
  package var until: Int64
  package var vendor: String?
  package var model: String?
  /// How many points over time are wanted at least; an hour is the finest for long ranges.
  package var points = 24

  package init(since: Int64, until: Int64) {
    self.since = since
    self.until = until
  }
}

/// What passed in a time range.
package struct Overview: Sendable, Equatable {
  /// The range answered for: a long one is widened to whole hours, which are summed already.
  package var since: Int64
  package var until: Int64
  /// Of `series`.
  package var bucketMilliseconds: Int64
  package var vendors: [String: Traffic]
  /// Points in order of time; those without exchanges are left out.
  package var series: [Point]
  /// Exchanges that were served and not recorded, of whatever vendor, in order of time.
  package var drops: [Drop] = []

  package struct Drop: Sendable, Equatable {
    /// Of its bucket.
    package var start: Int64
    /// Why: see `StoreStatus.DropReason`.
    package var reason: String
    package var exchanges: Int

    package init(start: Int64, reason: String, exchanges: Int) {
      self.start = start
      self.reason = reason
      self.exchanges = exchanges
    }
  }

  /// Adds what is not in the store yet.
  package mutating func add(_ notes: DropNotes) {
    for (place, count) in notes.counts { addDrop(minute: place.minute, reason: place.reason, count) }
    sortDrops()
  }

  mutating func addDrop(minute: Int64, reason: String, _ count: Int) {
    let time = minute * DropNotes.millisecondsPerMinute
    guard time + DropNotes.millisecondsPerMinute > since, time < until else { return }
    let start = time / bucketMilliseconds * bucketMilliseconds
    if let place = drops.firstIndex(where: { $0.start == start && $0.reason == reason }) {
      drops[place].exchanges += count
    } else {
      drops.append(Drop(start: start, reason: reason, exchanges: count))
    }
  }

  mutating func sortDrops() { drops.sort { ($0.start, $0.reason) < ($1.start, $1.reason) } }

  package struct Traffic: Sendable, Equatable {
    package var sums = TrafficSums()
    /// Exchanges with the finding, by code.
    package var findings: [String: Int] = [:]
    package var times: [TimeHistogram.Measure: TimeHistogram] = [:]

    package init() {}

    /// Of inspected exchanges, those whose answer calls a tool.
    package var toolCallRate: Ratio { Ratio(sums.withCalls, sums.inspected) }
    /// K2VV's schema accuracy: of exchanges that finished with `tool_calls`, those whose calls all pass.
    package var schemaAccuracy: Ratio { Ratio(sums.callFinishesValid, sums.callFinishes) }
    package var errorRate: Ratio { Ratio(sums.errors, sums.requests) }
    /// Output tokens a second after the first token, over all rated streams; nil without one.
    package var tokensPerSecond: Double? {
      sums.ratedNanoseconds > 0 ? Double(sums.ratedTokens) * 1e9 / Double(sums.ratedNanoseconds) : nil
    }
  }

  /// A share, and of how many.
  package struct Ratio: Sendable, Equatable {
    package var part: Int
    package var samples: Int

    package init(_ part: Int, _ samples: Int) {
      self.part = part
      self.samples = samples
    }

    /// nil without samples.
    package var value: Double? { samples > 0 ? Double(part) / Double(samples) : nil }
  }

  package struct Point: Sendable, Equatable {
    package var start: Int64
    package var vendor: String
    package var traffic: Traffic
  }
}
