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
/// sockets only then: so after some milliseconds the next task comes a moment later, and not at once. Whose calls used that time up, clients and
/// vendors, come behind what others have, the last ones last: a hundred answers that end together, and take long to judge, keep nobody else waiting
/// for all of them.
final class LoopMailbox: Sendable {
  typealias Delivery = (call: CallState, event: Event)

  /// Whose calls used up turns since nothing was waiting, and in which.
  private struct Late {
    private var holders: [UInt64: Int] = [:]
    private var vendors: [UInt64: Int] = [:]
    private var turns = 0

    mutating func note(_ request: UpstreamRequest) {
      turns += 1
      holders[request.holder] = turns
      vendors[request.vendor] = turns
    }

    /// The order of each call's events stays.
    func sorted(_ batch: [Delivery]) -> [Delivery] {
      guard turns > 0, batch.count > 1 else { return batch }
      let places = batch.enumerated().map { place, delivery in
        (holders[delivery.call.request.holder] ?? 0, vendors[delivery.call.request.vendor] ?? 0, place)
      }
      return places.sorted(by: <).map { batch[$0.2] }
    }
  }

  private struct Inbox {
    private(set) var waiting: [Delivery] = []
    /// Where of each call the last event stands; empty until something comes behind others.
    private var lasts: [ObjectIdentifier: Int] = [:]
    var spare: [Delivery] = []
    var isScheduled = false
    /// Since when the loop has had hardly anything else to do.
    var busySince = NIODeadline.uptimeNanoseconds(0)
    /// When the last task ended.
    var endedAt = NIODeadline.uptimeNanoseconds(0)
    /// In which the loop looks at its sockets before the next task comes.
    var pause = LoopMailbox.shortestPause
    /// The next task comes after it.
    var isPausing = false
    var late = Late()

    func isTooBusy(at now: NIODeadline) -> Bool { now - busySince > LoopMailbox.turn && now - endedAt < LoopMailbox.rest }

    /// Body bytes join those of their call that wait: where a vendor writes byte by byte and the loop is busy, there would be an event for each.
    mutating func append(_ deliveries: [Delivery]) {
      guard !deliveries.isEmpty else { return }
      if lasts.isEmpty { for index in waiting.indices { lasts[ObjectIdentifier(waiting[index].call)] = index } }
      for (call, event) in deliveries {
        let last = lasts[ObjectIdentifier(call)]
        if case .body(let more) = event, let last, case .body(var bytes) = waiting[last].event {
          // Nobody else has them now: they are not copied.
          waiting[last].event = .dropped
          bytes.writeImmutableBuffer(more)
          waiting[last].event = .body(bytes)
        } else {
          lasts[ObjectIdentifier(call)] = waiting.count
          waiting.append((call, event))
        }
      }
    }

    /// Leaves `deliveries` in their place.
    mutating func swapWaiting(_ deliveries: inout [Delivery]) {
      swap(&waiting, &deliveries)
      lasts.removeAll(keepingCapacity: true)
    }
  }

  private static let turn = TimeAmount.milliseconds(10)
  private static let rest = TimeAmount.milliseconds(1)
  private static let shortestPause = TimeAmount.microseconds(100)
  private static let longestPause = TimeAmount.milliseconds(50)

  private let eventLoop: any EventLoop
  private let inbox = Mutex(Inbox())

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  /// Takes what is in `deliveries` and leaves it empty.
  func post(_ deliveries: inout [Delivery]) {
    let pause: TimeAmount? = inbox.withLock { inbox in
      if inbox.waiting.isEmpty { inbox.swapWaiting(&deliveries) } else { inbox.append(deliveries) }
      guard !inbox.isScheduled else { return nil }
      inbox.isScheduled = true
      inbox.isPausing = inbox.isTooBusy(at: .now())
      return inbox.isPausing ? inbox.pause : .zero
    }
    deliveries.removeAll(keepingCapacity: true)
    if let pause { schedule(after: pause) }
  }

  private func schedule(after pause: TimeAmount) {
    if pause > .zero {
      eventLoop.scheduleTask(in: pause) { self.deliver() }
    } else {
      eventLoop.execute { self.deliver() }
    }
  }

  private func deliver() {
    let begin = NIODeadline.now()
    var (batch, busySince, late) = inbox.withLock { inbox in
      if inbox.isPausing || begin - inbox.endedAt >= Self.rest { inbox.busySince = begin }
      inbox.isPausing = false
      var batch: [Delivery] = []
      swap(&batch, &inbox.spare)
      inbox.swapWaiting(&batch)
      return (batch, inbox.busySince, inbox.late)
    }
    batch = late.sorted(batch)
    // To put many in their order is nobody's turn: each time some must have theirs, however long that takes.
    busySince = busySince + (NIODeadline.now() - begin)
    var done = 0
    while done < batch.count {
      // The events of one call stand together; its last one ends more than a turn.
      let call = batch[done].call
      repeat {
        call.deliver(batch[done].event)
        done += 1
      } while done < batch.count && batch[done].call === call
      call.endTurn()
      if NIODeadline.now() - busySince > Self.turn {
        late.note(call.request)
        break
      }
    }
    let pause: TimeAmount? = inbox.withLock { inbox in
      if done < batch.count {
        var rest = Array(batch[done...])
        inbox.swapWaiting(&rest)
        inbox.append(rest)
      }
      batch.removeAll(keepingCapacity: true)
      inbox.spare = batch
      // Where nothing waits, nobody is late.
      inbox.late = inbox.waiting.isEmpty ? Late() : late
      inbox.endedAt = .now()
      // Behind one that was long there is time for some looks: a newcomer needs them until it is answered.
      let used = inbox.endedAt - begin
      inbox.pause = used > Self.turn * 2 ? min(.nanoseconds(used.nanoseconds / 4), Self.longestPause) : Self.shortestPause
      inbox.isScheduled = !inbox.waiting.isEmpty
      inbox.isPausing = inbox.isScheduled && inbox.isTooBusy(at: inbox.endedAt)
      return inbox.isScheduled ? inbox.isPausing ? inbox.pause : .zero : nil
    }
    if let pause { schedule(after: pause) }
  }
}
