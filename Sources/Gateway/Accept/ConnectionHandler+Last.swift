// SPDX-License-Identifier: Apache-2.0
import Configuration
import NIOCore
import Synchronization

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
    backlog.clear()
    clock.enter(.closing, at: lane.now)
    // A reset must not overtake the answer: the output is closed once all of it is written, the rest when the client has
    // closed too, or has had time to.
    writeLast(context, holder) { handler in
      guard handler.clock.phase == .closing, let context = handler.context else { return }
      // All of it is the kernel's.
      handler.endsInCut = false
      handler.clock.enter(.lingering, at: handler.lane.now)
      context.close(mode: .output, promise: nil)
      handler.resumeReading()
    }
  }

  /// Records an answer that was whole here, and did not all leave: `change` says what became of it.
  func tellUnsent(_ change: (inout ExchangeRecord) -> Void) {
    guard var record = unsent else { return }
    unsent = nil
    change(&record)
    lane.record(record)
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
