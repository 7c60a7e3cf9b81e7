// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Gives what takes a connection long its turn, one after the other. NIO handles all sockets of one look before it looks again: large
/// requests whose last bytes come in one moment, or silent streams that are judged in one sweep, would keep everybody else waiting for
/// all of them together.
///
/// Lives on one event loop and is touched on no other thread.
package final class LoopTurns {
  private let eventLoop: any EventLoop
  private let now: () -> NIODeadline
  private var waiting: ArraySlice<() -> Void> = []
  /// What was done since the loop last looked at its sockets, as far as is known here.
  private var used = TimeAmount.zero
  private var isScheduled = false

  /// For so long the loop does what takes long before it looks.
  private static let turn = TimeAmount.milliseconds(10)
  private static let pause = TimeAmount.microseconds(100)

  package init(_ eventLoop: any EventLoop, now: @escaping () -> NIODeadline = { .now() }) {
    (self.eventLoop, self.now) = (eventLoop, now)
  }

  /// Does it now, or after what waits.
  package func take(_ work: @escaping () -> Void) {
    if waiting.isEmpty, used < Self.turn { run(work) } else { waiting.append(work) }
    schedule()
  }

  private func run(_ work: () -> Void) {
    let begin = now()
    work()
    used = used + (now() - begin)
  }

  /// A task of the loop would come before its next look, a timer that is not due yet comes behind it. The first one may be due all the
  /// same: to let go of a large request takes milliseconds.
  private func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    let loop = eventLoop.assumeIsolated()
    loop.scheduleTask(in: Self.pause) { [self] in
      loop.scheduleTask(in: Self.pause) { [self] in runWaiting() }
    }
  }

  private func runWaiting() {
    isScheduled = false
    used = .zero
    while used < Self.turn, let work = waiting.popFirst() { run(work) }
    // What was taken is let go.
    if waiting.isEmpty { waiting = [] } else { schedule() }
  }
}
