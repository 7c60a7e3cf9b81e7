// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// What an engine has to tell a call's handler.
enum Event {
  case head(UpstreamHead)
  case body(ByteBuffer)
  case bodyWanted
  case end
  case failed(UpstreamError)
  /// A cancelled call is over: nothing is told, the handler is let go.
  case dropped

  var isLast: Bool {
    switch self {
    case .end, .failed, .dropped: true
    case .head, .body, .bodyWanted: false
    }
  }
}

/// Carries the events of all calls of one event loop there: one task for each turn of the engine, however many events, and two arrays that
/// go back and forth instead of a new one each time.
///
/// An engine only copies, and is quicker than a loop that judges what it copies. NIO runs tasks for as long as there are any, and looks at its
/// sockets only then: so after some milliseconds the next task comes a moment later, and not at once.
final class LoopMailbox: Sendable {
  typealias Delivery = (call: CallState, event: Event)

  private struct Inbox {
    var waiting: [Delivery] = []
    var spare: [Delivery] = []
    var isScheduled = false
    /// Since when the loop has had hardly anything else to do.
    var busySince = NIODeadline.uptimeNanoseconds(0)
    /// When the last task ended.
    var endedAt = NIODeadline.uptimeNanoseconds(0)
    /// The next task comes after a moment in which the loop looked at its sockets.
    var isPausing = false

    func isTooBusy(at now: NIODeadline) -> Bool { now - busySince > LoopMailbox.turn && now - endedAt < LoopMailbox.rest }
  }

  private static let turn = TimeAmount.milliseconds(10)
  private static let rest = TimeAmount.milliseconds(1)
  private static let pause = TimeAmount.microseconds(100)

  private let eventLoop: any EventLoop
  private let inbox = Mutex(Inbox())

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  /// Takes what is in `deliveries` and leaves it empty.
  func post(_ deliveries: inout [Delivery]) {
    let isPausing: Bool? = inbox.withLock { inbox in
      if inbox.waiting.isEmpty {
        swap(&inbox.waiting, &deliveries)
      } else {
        inbox.waiting += deliveries
      }
      guard !inbox.isScheduled else { return nil }
      inbox.isScheduled = true
      inbox.isPausing = inbox.isTooBusy(at: .now())
      return inbox.isPausing
    }
    deliveries.removeAll(keepingCapacity: true)
    if let isPausing { schedule(afterPause: isPausing) }
  }

  private func schedule(afterPause isPausing: Bool) {
    if isPausing {
      eventLoop.scheduleTask(in: Self.pause) { self.deliver() }
    } else {
      eventLoop.execute { self.deliver() }
    }
  }

  private func deliver() {
    let begin = NIODeadline.now()
    var (batch, busySince) = inbox.withLock { inbox in
      if inbox.isPausing || begin - inbox.endedAt >= Self.rest { inbox.busySince = begin }
      inbox.isPausing = false
      var batch: [Delivery] = []
      swap(&batch, &inbox.spare)
      swap(&batch, &inbox.waiting)
      return (batch, inbox.busySince)
    }
    var done = 0
    while done < batch.count {
      // The events of one call stand together; its last one ends more than a turn.
      let call = batch[done].call
      repeat {
        call.deliver(batch[done].event)
        done += 1
      } while done < batch.count && batch[done].call === call
      call.endTurn()
      if done < batch.count, NIODeadline.now() - busySince > Self.turn { break }
    }
    let isPausing: Bool? = inbox.withLock { inbox in
      if done < batch.count { inbox.waiting.insert(contentsOf: batch[done...], at: 0) }
      batch.removeAll(keepingCapacity: true)
      inbox.spare = batch
      inbox.endedAt = .now()
      inbox.isScheduled = !inbox.waiting.isEmpty
      inbox.isPausing = inbox.isScheduled && inbox.isTooBusy(at: inbox.endedAt)
      return inbox.isScheduled ? inbox.isPausing : nil
    }
    if let isPausing { schedule(afterPause: isPausing) }
  }
}
