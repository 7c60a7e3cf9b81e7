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
      // Nor is a request that is not whole read to its end.
      if isEnding || !isRequestComplete { keepsAlive = false }
      writer.write(head, keepsAlive: keepsAlive)
      if writer.endsWithConnection { endsInCut = true }
    case .relay(let bytes):
      writer.write(bytes)
      if let context, writer.isLarge { flush(context) }
    case .finish(let record):
      let holder = exchange?.holder
      writer.writeEnd()
      // An answer may be complete before the vendor's is: what it would still say is not wanted.
      let isVendorOver = port?.isOver ?? false
      release(cancelling: !isVendorOver)
      endOfExchange(record, heldFor: holder)
      if !isVendorOver, let context { flush(context) }
    case .refuse(let error, let record):
      refuse(error, record)
    case .abort(let record):
      let holder = exchange?.holder
      release(cancelling: true)
      lane.record(record)
      cutOff(heldFor: holder, hasOwnEnd: record.hasOwnEnd)
    case .abandon(let record):
      release(cancelling: true)
      lane.record(record)
    }
  }

  func refuse(_ error: GatewayError, _ record: ExchangeRecord) {
    let fields = exchange?.opened(.init()) ?? .init()
    let holder = exchange?.holder
    release(cancelling: true)
    if !isRequestComplete || isEnding { keepsAlive = false }
    let isWritten = writer.write(error, with: fields, exchangeID: record.id, keepsAlive: keepsAlive)
    lane.record(record)
    guard isWritten else { return cutOff(heldFor: holder) }
    endOfExchange()
    if let context { flush(context) }
  }

  /// Whatever ends the connection now, be it this process's own end: where an orderly end is the answer's (RFC 9112, section 6.3), a part
  /// of it must not have one. A client takes half an answer for a whole one, and nginx, which speaks HTTP/1.0 to what is behind it
  /// unless it is told otherwise, tells its own client so.
  func endInCut(_ isCut: Bool) {
    guard let context else { return }
    (try? context.pipeline.syncOperations.handler(type: TLSHandler.self))?.endsInCut = isCut
    // With TLS too: to a client that does not read, no record gets out.
    (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: isCut ? 1 : 0, l_linger: 0)).whenFailure { _ in }
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

  func flush(_ context: ChannelHandlerContext) {
    guard let bytes = writer.take() else { return }
    unwritten += bytes.readableBytes
    context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
  }
}
