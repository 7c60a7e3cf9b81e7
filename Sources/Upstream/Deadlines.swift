// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// When to look at the transfers' limits next. Silence is the only thing that is limited, so a deadline moves with
/// every byte; instead of a heap entry for each, all transfers are looked at when the nearest deadline known has come.
/// Thousands of them take microseconds, and with limits of minutes it happens every few minutes.
struct Deadlines {
  /// Transfers that fall silent one after the other are looked at together.
  private static let grain = TimeAmount.milliseconds(5)

  private(set) var next = NIODeadline.distantFuture

  mutating func note(_ deadline: NIODeadline) {
    next = min(next, deadline)
  }

  /// Calls `expire` for each transfer whose deadline has passed.
  ///
  /// - Parameter now: the time until which all that came was told.
  mutating func sweep(_ transfers: [Transfer], now: NIODeadline, _ expire: (Transfer) -> Void) {
    guard next <= now else { return }
    next = .distantFuture
    for transfer in transfers {
      let deadline = transfer.deadline(now: now)
      if deadline <= now { expire(transfer) } else { note(max(deadline, now + Deadlines.grain)) }
    }
  }
}

extension Duration {
  /// From nothing to about three weeks: libcurl counts milliseconds in 32 bits.
  var clamped: TimeAmount {
    let longest = Duration.milliseconds(Int64(Int32.max) - 1)
    let duration = min(max(self, .zero), longest)
    return .nanoseconds(duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
  }
}
