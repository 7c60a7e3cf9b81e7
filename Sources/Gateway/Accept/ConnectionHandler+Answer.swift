// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import TLS
import Upstream

/// Carries out what the exchange says.
extension ConnectionHandler {
  func perform(_ action: Exchange.Action) {
    switch action {
    case .none:
      break
    case .call(let request):
      let port = VendorPort(connection: self)
      self.port = port
      port.call = lane.start(request, lane.eventLoop, port)
    case .retry(let delay):
      hangUp()
      scheduleRetry(after: delay)
    case .sequence(let actions):
      for action in actions { perform(action) }
    case .upload(let bytes):
      if let piece = upload.add(bytes) { handOver(piece) }
    case .finishUpload:
      handOver(upload.take())
      port?.call?.finishBody()
    case .begin(let head):
      if isEnding { keepsAlive = false }
      writer.write(head, keepsAlive: keepsAlive)
      if writer.endsWithConnection { endsByReset(true) }
    case .relay(let bytes):
      writer.write(bytes)
      if let context, writer.isLarge { flush(context) }
    case .finish(let record):
      if writer.endsWithConnection { endsByReset(false) }
      writer.writeEnd()
      // An answer may be complete before the vendor's is: what it would still say is not wanted.
      let isVendorOver = port?.isOver ?? false
      release(cancelling: !isVendorOver)
      lane.record(record)
      endOfExchange()
      if !isVendorOver, let context { flush(context) }
    case .refuse(let error, let record):
      refuse(error, record)
    case .abort(let record):
      release(cancelling: true)
      lane.record(record)
      cutOff()
    case .abandon(let record):
      release(cancelling: true)
      lane.record(record)
    }
  }

  func refuse(_ error: GatewayError, _ record: ExchangeRecord) {
    let fields = exchange?.opened(.init()) ?? .init()
    release(cancelling: true)
    if !isRequestComplete || isEnding { keepsAlive = false }
    let isWritten = writer.write(error, with: fields, exchangeID: record.id, keepsAlive: keepsAlive)
    lane.record(record)
    guard isWritten else { return cutOff() }
    endOfExchange()
    if let context { flush(context) }
  }

  /// The answer has no end that the client could take for one.
  private func cutOff() {
    guard let context else { return }
    flush(context)
    context.close(promise: nil)
  }

  /// Whatever ends the connection now, be it this process's own end: where an orderly end is the answer's (RFC 9112, section 6.3), a part
  /// of it must not have one. A client takes half an answer for a whole one, and nginx, which speaks HTTP/1.0 to what is behind it
  /// unless it is told otherwise, tells its own client so.
  private func endsByReset(_ isReset: Bool) {
    guard let context else { return }
    (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: isReset ? 1 : 0, l_linger: 0)).whenFailure { _ in }
    context.triggerUserOutboundEvent(TLSHandler.Silence(isKept: isReset), promise: nil)
  }

  /// A piece of the request's body.
  func handOver(_ piece: ByteBuffer?) {
    if let piece { clock.isUploadFull = port?.call?.write(piece) == false }
  }

  private func release(cancelling: Bool = false) {
    if cancelling { port?.call?.cancel() }
    port?.connection = nil
    port = nil
    exchange = nil
    exchangeNumber &+= 1
    owed = 0
    clock.isUploadFull = false
    upload = UploadPieces()
  }

  /// Ends the vendor call, and with it its events: what it gave occasion to write goes out now.
  private func hangUp() {
    if let context { flush(context) }
    port?.call?.cancel()
    port?.connection = nil
    port = nil
    owed = 0
  }

  private func scheduleRetry(after delay: UInt64) {
    guard delay > 0, let context else { return perform(exchange?.retryDue(at: lane.now) ?? .none) }
    let number = exchangeNumber
    context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(clamping: delay))) { [self] in
      guard number == exchangeNumber else { return }
      perform(exchange?.retryDue(at: lane.now) ?? .none)
    }
  }

  func tick(at now: UInt64) {
    guard let action = exchange?.tick(at: now) else { return }
    perform(action)
    if let context { flush(context) }
  }

  /// The answer is written. The next request may come, or the connection ends.
  func endOfExchange() {
    guard let context, clock.phase != .closed else { return }
    if keepsAlive, isRequestComplete, writer.mayKeepAlive {
      clock.enter(.idle, at: lane.now)
      if isDelivering { return }
      if backlog.isEmpty {
        resumeReading()
      } else {
        deliverWaiting()
      }
      return
    }
    backlog.clear()
    clock.enter(.closing, at: lane.now)
    // A reset must not overtake the answer: the output is closed once all of it is written, the rest when the client has
    // closed too, or has had time to.
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { _ in
      guard self.clock.phase == .closing, let context = self.context else { return }
      self.clock.enter(.lingering, at: self.lane.now)
      context.close(mode: .output, promise: nil)
      self.resumeReading()
    }
    context.writeAndFlush(Self.wrapOutboundOut(writer.take() ?? ByteBuffer()), promise: written)
  }

  func flush(_ context: ChannelHandlerContext) {
    guard let bytes = writer.take() else { return }
    context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
  }
}
