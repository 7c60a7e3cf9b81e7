// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// A token bucket, full at the start, kept as one time (the generic cell rate algorithm, ITU-T I.371): no timer refills it.
package struct TokenBucket: Sendable, Equatable {
  /// When it is full again, in nanoseconds.
  private var fullAt: UInt64 = 0

  package init() {}

  /// Takes a token. Nil if there was one, else the nanoseconds until there is.
  package mutating func take(_ rate: Client.Rate, at now: UInt64) -> UInt64? {
    let interval = 60_000_000_000 / UInt64(max(1, rate.perMinute))
    let capacity = interval * UInt64(max(1, rate.burst))
    // Nothing owed from a greater bucket, which a reload has made smaller, outlasts the new one.
    let full = min(max(fullAt, now), now + capacity)
    guard full - now + interval <= capacity else { return full - now + interval - capacity }
    fullAt = full + interval
    return nil
  }
}
