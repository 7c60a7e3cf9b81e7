// SPDX-License-Identifier: Apache-2.0

/// As of when a sweep judges clients' silence. One that comes late comes out of a standstill (SIGSTOP, a machine that was paused), and
/// what clients sent meanwhile is not read yet: it judges as of the one before, and the next sees what was read. So where all come late,
/// under load, limits hold all the same, an interval later.
package struct SweepClock: Sendable {
  /// Between two sweeps, in nanoseconds.
  package static let interval: UInt64 = 1_000_000_000

  /// Nanoseconds of uptime.
  private var last: UInt64

  package init(at now: UInt64) { last = now }

  /// - Returns: the time as of which to judge, in nanoseconds of uptime.
  package mutating func sweep(at now: UInt64) -> UInt64 {
    defer { last = now }
    return now - last < Self.interval / 2 * 3 ? now : last
  }
}
