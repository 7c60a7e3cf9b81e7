// SPDX-License-Identifier: Apache-2.0

/// How fast one vendor is asked: so many requests at once, so many a second, and less of both while it answers 429. A pure
/// machine: time comes in, permits and waits go out.
///
/// The limit is halved by a 429, once for all requests that were in flight together, and grows back by one for each round of
/// answers (additive increase, multiplicative decrease, as in TCP). `Retry-After` holds everybody.
package struct Pace: Sendable {
  package typealias Instant = ContinuousClock.Instant

  /// Leave to send, given back with ``finish(_:_:at:)``.
  package struct Permit: Equatable, Sendable {
    fileprivate let round: Int
    /// Not to be used before.
    package let start: Instant
  }

  package enum Ending: Equatable, Sendable {
    case answered
    /// 429, and how long the vendor wants to be left alone.
    case limited(retryAfter: Duration?)
    /// Neither: says nothing of the pace.
    case failed
  }

  /// The most requests at once.
  package let ceiling: Int
  private var current: Double
  private var inFlight = 0
  private let interval: Duration?
  private var nextStart: Instant?
  private var opensAt: Instant?
  private var round = 0

  /// - Parameter rate: requests a second; nil for no such limit.
  package init(concurrency: Int, rate: Double? = nil) {
    ceiling = concurrency
    current = Double(concurrency)
    interval = rate.map { .seconds(1 / $0) }
  }

  /// How many requests may be in flight now, from 1 to `ceiling`.
  package var limit: Int { max(1, Int(current)) }

  /// A permit, or nil while as many requests are in flight as may be.
  package mutating func start(at now: Instant) -> Permit? {
    guard inFlight < limit else { return nil }
    inFlight += 1
    var start = max(now, opensAt ?? now)
    if let interval {
      start = max(start, nextStart ?? start)
      nextStart = start + interval
    }
    return Permit(round: round, start: start)
  }

  /// How much longer to wait with a permit whose time may have come: a 429 may have closed the vendor since.
  package func wait(_ permit: Permit, at now: Instant) -> Duration? {
    let start = max(permit.start, opensAt ?? permit.start)
    return start > now ? now.duration(to: start) : nil
  }

  package mutating func finish(_ permit: Permit, _ ending: Ending, at now: Instant) {
    inFlight -= 1
    switch ending {
    case .answered:
      current = min(Double(ceiling), current + 1 / max(1, current))
    case .limited(let retryAfter):
      if permit.round == round {
        current = max(1, current / 2)
        round += 1
      }
      if let retryAfter { opensAt = max(now + min(retryAfter, Backoff.longestAsked), opensAt ?? now) }
    case .failed:
      break
    }
  }
}
