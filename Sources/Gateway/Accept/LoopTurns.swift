// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Gives what takes a connection long its turn. NIO handles all sockets of one look before it looks again: large requests whose last
/// bytes come in one moment, silent streams that are judged in one sweep, or a hundred sockets full of tiny chunks, would keep everybody
/// else waiting for all of them together. Who has much to be done has one thing done, or some that are short, and then the next one has.
///
/// Lives on one event loop and is touched on no other thread.
package final class LoopTurns {
  private let eventLoop: any EventLoop
  private let now: () -> NIODeadline
  private var waiting: [UInt64: ArraySlice<() -> Void>] = [:]
  /// Who waits, in the order of their turns.
  private var order: ArraySlice<UInt64> = []
  /// What was done since the loop last looked at its sockets, as far as is known here.
  private var used = TimeAmount.zero
  /// The longest of it.
  private var longest = TimeAmount.zero
  /// Since when something runs.
  private var begin: NIODeadline?
  private var isScheduled = false
  /// What runs has waited for its turn.
  private var isTurn = false

  /// For so long the loop does what takes long before it looks.
  private static let turn = TimeAmount.milliseconds(10)
  /// One goes on for so long with what is short, before others have their turn.
  private static let slice = TimeAmount.milliseconds(1)
  /// Less, as ordinary requests take, asks for no timer.
  private static let short = TimeAmount.milliseconds(5)
  private static let pause = TimeAmount.microseconds(100)
  private static let longestPause = TimeAmount.milliseconds(50)

  package init(_ eventLoop: any EventLoop, now: @escaping () -> NIODeadline = { .now() }) {
    (self.eventLoop, self.now) = (eventLoop, now)
  }

  /// Nobody waits, and there is time: it can be done at once, with ``run(_:)``. What runs does what comes of it, for as long as a turn.
  package var isFree: Bool {
    if let begin { return now() - begin < Self.turn }
    return order.isEmpty && used < Self.turn
  }

  /// The same for what may take far longer than a turn: it is no part of one, behind which its holder may have much that is short.
  package var isFreeForLong: Bool { isFree && !isTurn }

  package func run(_ work: () -> Void) {
    // Part of what runs.
    if begin != nil { return work() }
    let begin = now()
    self.begin = begin
    work()
    self.begin = nil
    let time = now() - begin
    used = used + time
    longest = max(longest, time)
    if used >= Self.short { schedule() }
  }

  /// A task of the loop runs, which none does before all sockets of a look are handled: ordinary exchanges, which have some, need no timer
  /// to tell.
  package func lookIsOver() { if order.isEmpty { forget() } }

  private func forget() { (used, longest) = (.zero, .zero) }

  /// Does it when it is its turn.
  ///
  /// - Parameter holder: whose it is.
  package func wait(for holder: UInt64, _ work: @escaping () -> Void) {
    if waiting[holder] == nil { order.append(holder) }
    waiting[holder, default: []].append(work)
    schedule()
  }

  /// Timers come behind all sockets of a look. So where nobody waits, one is enough to know that it is over. Where somebody does, the loop
  /// must look before: a timer that is not due yet lets it, but the first one may be due all the same, as to let go of a large request
  /// takes milliseconds. And a newcomer needs some looks until it is answered, so that behind a long turn there is time for some; behind
  /// much that is short, as where all that come are honest and there are too many, time would only be lost.
  private func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    let loop = eventLoop.assumeIsolated()
    loop.scheduleTask(in: Self.pause) { [self] in
      if order.isEmpty { return runWaiting() }
      let pause = longest < Self.short ? Self.pause : max(Self.pause, min(.nanoseconds(used.nanoseconds / 4), Self.longestPause))
      loop.scheduleTask(in: pause) { [self] in runWaiting() }
    }
  }

  /// Does all that waits: the loop is about to end.
  package func finish() {
    while let holder = order.popFirst() {
      for work in waiting.removeValue(forKey: holder) ?? [] { run(work) }
    }
  }

  private func runWaiting() {
    isScheduled = false
    forget()
    isTurn = true
    while used < Self.turn, let holder = order.popFirst() {
      let end = used + Self.slice
      while used < end, let work = waiting[holder]?.popFirst() { run(work) }
      if waiting[holder]?.isEmpty == true { waiting[holder] = nil } else { order.append(holder) }
    }
    isTurn = false
    // What was taken is let go.
    if order.isEmpty { order = [] } else { schedule() }
  }
}
