// SPDX-License-Identifier: Apache-2.0
import CCurl
import NIOCore

/// What an engine's thread does. One turn: take the orders, let libcurl work on what is ready, deliver what came of it,
/// wait.
final class EngineLoop {
  /// For so long those that wait for their next turn go on, before others are looked at.
  private static let share = TimeAmount.milliseconds(10)

  private let options: UpstreamOptions
  private let queue: CommandQueue
  private let reactor: Reactor
  private let multi: MultiHandle
  private let turn = Transfer.Turn()

  private var commands: [Command] = []
  private var running: [Transfer] = []
  private var pool: [Transfer] = []
  private var deadlines = Deadlines()
  /// Until when libcurl ends no call for want of a connection; asked of it in this turn.
  private var sparedUntil = NIODeadline.uptimeNanoseconds(0)
  private var outgoing: [(mailbox: LoopMailbox, deliveries: [LoopMailbox.Delivery])] = []
  private var isShutDown = false

  init(_ options: UpstreamOptions, reactor: Reactor, queue: CommandQueue) throws(UpstreamError) {
    self.options = options
    self.queue = queue
    self.reactor = reactor
    multi = try MultiHandle(options, reactor: reactor)
  }

  func run() {
    if options.niceness > 0 { ThreadPriority.standBack(niceness: options.niceness) }
    while !isShutDown {
      let waiting = turn.waiting.count
      let ready = reactor.selector.wait(milliseconds: waiting == 0 && queue.sleep() ? patience : 0)
      turn.now = .now()
      sparedUntil = .uptimeNanoseconds(0)
      for index in 0..<ready {
        if let readiness = reactor.selector.readiness(index) { act(on: .socket(readiness)) }
      }
      // Before others take their connections.
      finish()
      queue.take(into: &commands)
      for command in commands { perform(command) }
      commands.removeAll(keepingCapacity: true)
      if waiting > 0 { goOn(waiting) }
      if let timer = reactor.timer, timer <= turn.now || timer <= .now() { act(on: .timer) }
      finish()
      // As of the last look that told all, not of now: what has come since is not known yet.
      deadlines.sweep(running, now: reactor.selector.toldUntil) { $0.endSilent(in: multi) }
      deliver()
    }
    shutDown()
  }

  /// libcurl looks at its own clock before it looks at a socket. After a standstill (SIGSTOP, a machine that was paused) it would end calls
  /// for want of a connection whose vendor has long answered: those are judged as silence is, by what was told.
  private func act(on cause: MultiHandle.Cause) {
    let now = NIODeadline.now()
    if deadlines.next <= now, sparedUntil <= now {
      sparedUntil = now + .seconds(1)
      for transfer in running { transfer.spareConnecting(at: now, until: sparedUntil) }
    }
    multi.act(on: cause)
  }

  /// The first of those that wait bring more, each of them once. Until then their sockets are not looked at, and nobody else stands behind
  /// them.
  private func goOn(_ count: Int) {
    let end = NIODeadline.now() + Self.share
    for _ in 0..<count {
      guard let transfer = turn.waiting.popFirst() else { return }
      do throws(UpstreamError) { try transfer.goOn() } catch { transfer.end(.failed(error), in: multi) }
      act(on: .timer)
      if .now() >= end { return }
    }
  }

  private func finish() {
    while let (transfer, code) = multi.nextFinished() { transfer.finish(code, in: multi) }
  }

  /// Milliseconds until something is due, rounded up; -1 when nothing is.
  private var patience: Int32 {
    let due = min(reactor.timer ?? .distantFuture, deadlines.next)
    guard due != .distantFuture else { return -1 }
    let left = (due - .now()).nanoseconds
    return Int32(clamping: left <= 0 ? 0 : (left + 999_999) / 1_000_000)
  }

  private func perform(_ command: Command) {
    switch command {
    case .start(let call): start(call)
    case .write(let call, let bytes): order(call) { transfer throws(UpstreamError) in try transfer.write(bytes) }
    case .finishBody(let call): order(call) { transfer throws(UpstreamError) in try transfer.finishBody() }
    case .resume(let call): order(call) { transfer throws(UpstreamError) in try transfer.resume() }
    case .cancel(let call): unsafe call.transfer?.end(.dropped, in: multi)
    case .shutdown: isShutDown = true
    }
  }

  private func order(_ call: CallState, _ body: (Transfer) throws(UpstreamError) -> Void) {
    guard let transfer = unsafe call.transfer else { return }
    do throws(UpstreamError) { try body(transfer) } catch { transfer.end(.failed(error), in: multi) }
  }

  private func start(_ call: CallState) {
    guard !call.wasCancelled else { return post(call, .dropped) }
    do throws(UpstreamError) {
      let transfer = try idleTransfer()
      do throws(UpstreamError) {
        try transfer.begin(call, in: multi)
      } catch {
        keep(transfer)
        throw error
      }
      transfer.index = running.count
      running.append(transfer)
      deadlines.note(transfer.deadline(now: turn.now))
    } catch {
      post(call, .failed(error))
    }
  }

  private func idleTransfer() throws(UpstreamError) -> Transfer {
    if let transfer = pool.popLast() { return transfer }
    return try Transfer(options, reactor: reactor, turn: turn)
  }

  /// For the next call. What libcurl keeps of the answer it had is let go at once: the first of those that are kept may rest for good.
  private func keep(_ transfer: Transfer) {
    transfer.recycle()
    if pool.count < options.pooledHandles, (try? transfer.renew()) != nil { pool.append(transfer) }
  }

  /// Sends the events of this turn on their way, and frees the transfers that have ended.
  private func deliver() {
    for transfer in turn.touched {
      transfer.abandonRefusedUpload()
      if transfer.isAnsweredEarly { transfer.end(.end, in: multi) }
      if transfer.deliver(post) {
        running[transfer.index] = running[running.count - 1]
        running[transfer.index].index = transfer.index
        running.removeLast()
        keep(transfer)
      } else {
        deadlines.note(transfer.deadline(now: turn.now))
      }
    }
    turn.touched.removeAll(keepingCapacity: true)
    for index in outgoing.indices where !outgoing[index].deliveries.isEmpty {
      outgoing[index].mailbox.post(&outgoing[index].deliveries)
    }
  }

  private func post(_ call: CallState, _ event: Event) {
    if let index = outgoing.firstIndex(where: { $0.mailbox === call.mailbox }) {
      outgoing[index].deliveries.append((call, event))
    } else {
      outgoing.append((call.mailbox, [(call, event)]))
    }
  }

  private func shutDown() {
    for transfer in running { transfer.end(.failed(.shutDown), in: multi) }
    for command in queue.close() {
      if case .start(let call) = command { post(call, .failed(.shutDown)) }
    }
    deliver()
    // They hold the turn, as it holds them.
    turn.waiting = []
    pool = []
  }
}
