// SPDX-License-Identifier: Apache-2.0
import Configuration
import Glibc
import NIOCore
import NIOHTTP1
import Synchronization
import TLS

/// What becomes of a connection once its answer is whole.
extension ConnectionHandler {
  /// The answer is whole. The next request may come, or the connection ends: once the client has taken it, or the kernel for it.
  ///
  /// - Parameters:
  ///   - record: what is to be told of it, once it is known whether the client has it.
  ///   - holder: who held answers back until now; nil for nobody.
  func endOfExchange(_ record: ExchangeRecord? = nil, heldFor holder: UInt64? = nil) {
    let isSure = unwritten + writer.count <= Self.sure
    if let record {
      if isSure { lane.record(record) } else { unsent = record }
    }
    // It may have gone amid this.
    guard let context, clock.phase != .closed else { return tellUnsent { $0.outcome = .abandoned } }
    if keepsAlive, isRequestComplete, writer.mayKeepAlive {
      guard clock.phase == .answering, !isSure else { return rest() }
      let number = exchangeNumber
      clock.answerIsWhole(at: lane.now)
      writeLast(context, holder) { handler in
        // Meanwhile something may have come that is no request.
        if handler.clock.phase == .answering, handler.exchangeNumber == number { handler.endOfExchange() }
      }
      return
    }
    close(context, behind: holder, isCut: false)
  }

  /// The answer lacks its end, and the client must not take that of the connection for it. What came it gets all the same.
  ///
  /// - Parameter hasOwnEnd: only the framing's end is missing: one that HTTP/1.0 does not have.
  func cutOff(heldFor holder: UInt64?, hasOwnEnd: Bool = false) {
    guard let context, clock.phase != .closed else { return }
    close(context, behind: holder, isCut: !hasOwnEnd)
  }

  /// Ends the connection once the client has taken what there is, or the kernel for it.
  private func close(_ context: ChannelHandlerContext, behind holder: UInt64?, isCut: Bool) {
    tellUnbegun(backlog.takeHeads())
    clock.enter(.closing, at: lane.now)
    // A reset must not overtake the answer: the output is closed once all of it is written, the rest when the client has
    // closed too, or has had time to.
    writeLast(context, holder) { handler in
      guard handler.clock.phase == .closing, let context = handler.context, context.channel.isActive else { return }
      if isCut, handler.endsInCut {
        context.triggerUserOutboundEvent(TLSHandler.Cut(), promise: nil)
        // This may be within a flush, which writes that only afterwards.
        return context.eventLoop.assumeIsolated().execute { handler.resetOnceSent() }
      }
      // All of it is the kernel's.
      handler.endsInCut = false
      handler.clock.enter(.lingering, at: handler.lane.now)
      context.close(mode: .output, promise: nil)
      handler.resumeReading()
    }
  }

  /// A reset throws away what this kernel still has to send, and not what the client's has.
  private func resetOnceSent(after pause: TimeAmount = .milliseconds(10)) {
    guard clock.phase == .closing, let context else { return }
    if Self.count(TIOCOUTQ, context) == 0 { return context.close(promise: nil) }
    context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [self] in
      resetOnceSent(after: min(pause * 2, Self.longestPause))
    }
  }

  private static let longestPause = TimeAmount.milliseconds(500)

  /// Whether the client has sent what is not read yet, as behind a long turn of the loop. Its end is no byte.
  var hasUnread: Bool { context.map { Self.count(FIONREAD, $0) > 0 } ?? false }

  /// Of what the client's kernel has not taken yet (TIOCOUTQ), or is not read yet here (FIONREAD): tcp(7).
  private static func count(_ queue: Int32, _ context: ChannelHandlerContext) -> Int32 {
    let count = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
      var count: Int32 = 0
      return unsafe ioctl(socket, UInt(queue), &count) == 0 ? count : 0
    }
    return count ?? 0
  }

  /// Records an answer that was whole here, and did not all leave: `change` says what became of it.
  func tellUnsent(_ change: (inout ExchangeRecord) -> Void) {
    guard var record = unsent else { return }
    unsent = nil
    change(&record)
    lane.record(record)
  }

  /// Records requests that do not begin, as their connection ends with the answer before theirs, or their client has left: no vendor is
  /// asked. Thousands of clients may leave in one moment: each head has its turn, and where too much waits for one, it is counted as lost.
  func tellUnbegun(_ heads: [HTTPRequestHead]) {
    for head in heads {
      let bytes = head.heldBytes
      if lane.turns.isFree {
        lane.turns.run { tellUnbegun(head) }
      } else if lane.unbegunBytes + bytes <= Self.unbegunLimit {
        lane.unbegunBytes += bytes
        lane.turns.wait(for: holder) { [self] in
          lane.unbegunBytes -= bytes
          tellUnbegun(head)
        }
      } else {
        lane.recordLost()
      }
    }
  }

  /// Of heads, on one loop.
  private static let unbegunLimit = 16 << 20

  private func tellUnbegun(_ head: HTTPRequestHead) {
    let requestHead = Exchange.RequestHead(head)
    if let problem = HeadRules.problem(with: requestHead, isVersion11: head.version.isAtLeast11) {
      return lane.record(ExchangeRecord(refusing: problem, id: lane.nextID()))
    }
    var exchange = newExchange(requestHead, at: lane.now)
    lane.record(exchange.leaveUnbegun(requestHead, at: lane.now))
  }

  /// So much the kernel takes, if it has nothing to send, of whatever connection.
  private static let sure = 4 << 10

  private func rest() {
    clock.enter(.idle, at: lane.now)
    if isDelivering { return }
    if backlog.isEmpty {
      resumeReading()
    } else {
      deliverWaiting()
    }
  }

  /// What was held back is in memory for as long as the client does not take it, and counts for so long, and so does what is to be
  /// recorded of it.
  private func writeLast(_ context: ChannelHandlerContext, _ holder: UInt64?, then: @escaping (ConnectionHandler) -> Void) {
    // Of what left before nearly all is taken, where the channel takes more: a long stream counts for no more than its end.
    let bytes = writer.count + (context.channel.isWritable ? 0 : unwritten) + (unsent?.queuedBytes ?? 0)
    unwritten = 0
    let exchanges = lane.exchangeContext
    let limit = exchanges.configuration.limits.bufferedBytes
    let counted = bytes < StreamHold.spillBytes ? nil : holder.flatMap { holder in
      exchanges.lasting.answers.withLock { $0.hold(bytes, for: holder, within: limit) } ? holder : nil
    }
    // Too much waits: it goes to where records wait, as what it is so far.
    if bytes >= StreamHold.spillBytes, counted == nil { tellUnsent { _ in } }
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete {
      if let counted { exchanges.lasting.answers.withLock { $0.letGo(bytes, of: counted) } }
      switch $0 {
      case .success: self.tellUnsent { _ in }
      case .failure: self.tellUnsent { $0.outcome = .abandoned }
      }
      then(self)
    }
    context.writeAndFlush(Self.wrapOutboundOut(writer.take() ?? ByteBuffer()), promise: written)
  }
}

extension HTTPRequestHead {
  /// What it holds, about.
  fileprivate var heldBytes: Int { headers.reduce(512 + uri.utf8.count) { $0 + 64 + $1.name.utf8.count + $1.value.utf8.count } }
}
