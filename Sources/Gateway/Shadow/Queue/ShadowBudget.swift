// SPDX-License-Identifier: Apache-2.0
package import Configuration
import NIOCore

/// What shadows may cost: requests in any 60 seconds, requests and tokens in a day. Times are milliseconds since the epoch.
package struct ShadowBudget: Sendable {
  package enum Answer: Equatable, Sendable {
    case go
    /// The minute is full.
    case wait(until: Int64)
    /// The day's requests or tokens are used up, or what is left of them is too little for this request.
    case exhausted(until: Int64)
  }

  static let minute: Int64 = 60_000
  static let dayLength: Int64 = 86_400_000

  /// The last requests, those of the last minute at most.
  private var recent = CircularBuffer<Int64>()
  /// Days since the epoch, UTC.
  package private(set) var day: Int64 = 0
  /// Of that day.
  package private(set) var requests = 0
  package private(set) var tokens = 0
  /// What requests under way are likely to cost.
  private var reserved = 0

  package init() {}

  /// Takes up what was spent today, by this process before its restart or by others. A store may be damaged: no count is believed that
  /// could not be added to.
  package init(day: Int64, requests: Int, tokens: Int) {
    (self.day, self.requests, self.tokens) = (day, min(max(0, requests), Int.max / 4), min(max(0, tokens), Int.max / 4))
  }

  /// Whether a request that will cost about so many tokens may be sent now.
  package mutating func ask(_ estimate: Int, _ settings: ShadowSettings, at now: Int64) -> Answer {
    turn(to: now)
    let midnight = (day + 1) * Self.dayLength
    // One that costs more than is left of an untouched day is let through rather than never.
    let isAffordable = tokens + reserved == 0 || tokens + reserved + estimate <= settings.tokensPerDay
    guard requests < settings.perDay, isAffordable else { return .exhausted(until: midnight) }
    while let oldest = recent.first, oldest <= now - Self.minute { recent.removeFirst() }
    guard recent.count < settings.perMinute else { return .wait(until: recent[recent.startIndex] + Self.minute) }
    return .go
  }

  /// The request is on its way.
  package mutating func spend(_ estimate: Int, at now: Int64) {
    turn(to: now)
    recent.append(now)
    requests += 1
    reserved += estimate
  }

  /// It cost this much; nil where the reference did not say.
  package mutating func settle(_ estimate: Int, cost: Int?, at now: Int64) {
    turn(to: now)
    reserved = max(0, reserved - estimate)
    tokens += cost ?? estimate
  }

  private mutating func turn(to now: Int64) {
    let today = now / Self.dayLength
    guard today > day else { return }
    (day, requests, tokens) = (today, 0, 0)
  }
}
