// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// Leaves a failing reference alone: after some failures one after the other, for a while that doubles; at once when it says
/// for how long (`Retry-After`), or when it refuses the key. Then one request tries.
package struct ReferencePause: Sendable, Equatable {
  package struct Pause: Sendable, Equatable {
    /// Milliseconds since the epoch.
    package var until: Int64
    /// For people, in a few words.
    package var reason: String

    package init(until: Int64, reason: String) { (self.until, self.reason) = (until, reason) }
  }

  /// Nil while the reference is asked.
  package private(set) var pause: Pause?
  /// One request is to show whether the reference is back.
  package private(set) var isProbing = false
  /// Failures since the last answer.
  package private(set) var failures = 0
  private var pauses = 0

  /// A reference may not be left alone for longer than that by its own word.
  static let longestAsked: Int64 = 3_600_000

  package init() {}

  /// - Returns: whether the reference is back.
  package mutating func answered() -> Bool {
    let wasAway = isProbing || pause != nil
    self = ReferencePause()
    return wasAway
  }

  /// - Returns: the pause that begins now, if one does.
  package mutating func failed(_ failure: ReferenceFailure, _ settings: ShadowSettings, at now: Int64) -> Pause? {
    failures += 1
    let isAtOnce = failure.retryAfter != nil || failure.kind == .key
    // Those that were under way when the pause began change nothing, but for what the reference says itself.
    if pause != nil, !isAtOnce { return nil }
    guard isAtOnce || isProbing || failures >= settings.failures else { return nil }
    let longest = settings.longestPause.milliseconds
    let usual = failure.kind == .key ? longest : min(settings.pause.milliseconds << Int64(min(pauses, 20)), longest)
    let length = failure.retryAfter.map { min(max($0, 1), Self.longestAsked) } ?? usual
    if let pause, pause.until >= now + length { return nil }
    pauses += 1
    isProbing = false
    let next = Pause(until: now + length, reason: failure.reason)
    pause = next
    return next
  }

  /// The time of the pause may be over.
  package mutating func tick(at now: Int64) {
    guard let pause, pause.until <= now else { return }
    self.pause = nil
    isProbing = true
  }
}

/// Why the reference gave no answer.
package struct ReferenceFailure: Error, Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// It did not answer, or broke off.
    case connection
    case timeout
    /// 429.
    case limited
    /// 401 or 403.
    case key
    /// 408, 409 or 5xx.
    case server
    /// Another 4xx: this request is wrong for it.
    case request
    /// What came is no answer, or longer than any.
    case nonsense
  }

  package var kind: Kind
  package var reason: String
  /// Milliseconds.
  package var retryAfter: Int64?

  package init(_ kind: Kind, _ reason: String, retryAfter: Int64? = nil) {
    (self.kind, self.reason, self.retryAfter) = (kind, reason, retryAfter)
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
