// SPDX-License-Identifier: Apache-2.0
package import Configuration
internal import Synchronization

/// A circuit breaker for each vendor (Nygard, Release It!), shared by all event loops: a vendor that keeps failing is left
/// alone for a while, then tried with one exchange at a time, so that a dead vendor does not cost every exchange a timeout.
///
/// Only `enforce` asks it. A failure is no connection, no first byte in time, a connection that broke before the head, or a
/// status from 500.
package final class Breakers: Sendable {
  package enum Admission: Equatable, Sendable {
    case open
    /// One exchange may try whether the vendor is back.
    case probe
    /// Left alone for this many nanoseconds more.
    case closed(UInt64)
  }

  private struct State {
    /// When the latest failures were, oldest first.
    var failures: [UInt64] = []
    var closedUntil: UInt64?
    /// A probe is under way, which is given up when it has told nothing by then.
    var probedUntil: UInt64?
    var rest: UInt64 = 0
  }

  private let states = Mutex<[String: State]>([:])

  package init() {}

  /// Whether a call may go to the vendor at `now` (nanoseconds of uptime).
  package func admit(_ vendor: String, at now: UInt64) -> Admission {
    states.withLock { states in
      guard var state = states[vendor], let until = state.closedUntil else { return .open }
      if now < until { return .closed(until - now) }
      if let probed = state.probedUntil, now < probed { return .closed(probed - now) }
      state.probedUntil = now + state.rest
      states[vendor] = state
      return .probe
    }
  }

  package func succeeded(_ vendor: String) {
    states.withLock { states in
      if states[vendor] != nil { states[vendor] = nil }
    }
  }

  package func failed(_ vendor: String, at now: UInt64, _ settings: EnforceSettings.Breaker) {
    states.withLock { states in
      var state = states[vendor, default: State()]
      let window = settings.window.wholeNanoseconds
      // Event loops read the clock before they wait for the lock: another's failure may be later than this one.
      state.failures.removeAll { now > $0 && now - $0 > window }
      state.failures.append(now)
      if state.probedUntil != nil || state.failures.count >= settings.failures {
        state.rest = settings.open.wholeNanoseconds
        state.closedUntil = max(state.closedUntil ?? 0, now + state.rest)
        state.probedUntil = nil
        state.failures.removeAll()
      }
      states[vendor] = state
    }
  }
}
