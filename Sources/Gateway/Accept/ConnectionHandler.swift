// SPDX-License-Identifier: Apache-2.0
import Inspection
import NIOCore
import NIOHTTP1
import Upstream

/// One client connection: request parts come in, the exchange says what to do, bytes go out.
///
/// The thin shell of `Exchange`. One exchange at a time: what a client pipelines behind it waits (RFC 9112 section 9.3.2), and
/// nothing is read from the socket while it would only pile up. Lives on one event loop and is touched on no other thread.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  /// Parts of later requests that wait for the answer under way. A client that sends more is answered, and then it has to come again:
  /// a request line of 20 bytes is some kilobytes once it is read.
  private static let waitingParts = 128
  /// Pieces of a body that are smaller are put together before they go on.
  private static let uploadStep = 16 << 10

  /// Body bytes the client has taken are told to the vendor's side in steps of this size: a short answer costs no message.
  private static let acknowledgeStep = 64 << 10

  enum Phase {
    /// Between requests.
    case idle
    /// A request's head has begun to arrive.
    case readingHead
    /// A request's body is arriving.
    case readingBody
    /// The request is complete; its answer is awaited or under way.
    case answering
    /// The last answer is being written, as fast as the client takes it.
    case closing
    /// The last answer is out; what still comes is read and thrown away, so that the client can read the answer.
    case lingering
    case closed
  }

  private let lane: Lane
  private var admission = Lane.Admission.welcome
  /// Stands for the client's address.
  private var peer: UInt64 = 0
  private var context: ChannelHandlerContext?
  private(set) var phase = Phase.idle
  /// When the phase's limit was last pushed back, in nanoseconds of uptime.
  private(set) var touchedAt: UInt64
  /// When the last request's head was whole.
  private var beganAt: UInt64 = 0

  private var exchange: Exchange?
  /// Counts exchanges, so that a timer of one does not touch the next.
  private var exchangeNumber = 0
  private var port: VendorPort?
  private var writer = AnswerWriter()
  private var isRequestComplete = false
  private var keepsAlive = true

  private var waiting = CircularBuffer<HTTPServerRequestPart>()
  private var isDelivering = false
  /// More was sent than may wait.
  private var isOverrun = false
  private var isReadPending = false
  private(set) var isUploadFull = false
  /// What has been read of a streamed body and is yet to be handed over.
  private var upload = ByteBuffer()
  /// Since when the client has not taken what is written for it.
  private var stalledAt: UInt64?
  /// Body bytes written and not yet acknowledged to the vendor's side.
  private var owed = 0

  init(lane: Lane) {
    self.lane = lane
    self.touchedAt = lane.now
  }

  // MARK: The channel's life

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    admission = lane.add(self)
  }

  func channelActive(context: ChannelHandlerContext) {
    peer = lane.peer(context.remoteAddress)
    context.fireChannelActive()
    switch admission {
    case .welcome: break
    case .refused: fail(with: .tooManyConnections)
    case .unheard: context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    lane.remove(self)
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    phase = .closed
    waiting.removeAll()
    perform(exchange?.clientGone(at: lane.now) ?? .none)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // More behind what was no request: that was dealt with, and its answer must not be cut off.
    if case .dataReceivedInErrorState? = error as? ByteToMessageDecoderError { return }
    guard let parserError = error as? HTTPParserError else {
      // A reset or a broken pipe: the client is gone.
      context.close(promise: nil)
      return
    }
    // The end of the connection inside a request is reported as an error first: `channelInactive` follows.
    if parserError == .invalidEOFState { return }
    if phase == .answering {
      // What stands behind a complete request is no request: that one is answered, then the connection ends.
      keepsAlive = false
    } else {
      fail(with: GatewayError(parserError))
    }
  }

  /// No request has come on it yet.
  var isNew: Bool { exchangeNumber == 0 }

  /// The lane found that the phase has lasted too long.
  func timeOut() {
    switch phase {
    case .readingHead: fail(with: .clientTooSlow("head"))
    case .readingBody: fail(with: .clientTooSlow("body"))
    case .idle, .lingering: context?.close(promise: nil)
    case .answering, .closing, .closed: break
    }
  }

  /// Since when the client has been waited for, in nanoseconds of uptime: for a whole request, or to take the answer. Nil where it is
  /// Belay's turn, or the vendor's.
  var waitsSince: UInt64? {
    switch phase {
    case .idle, .readingHead: touchedAt
    case .readingBody: isUploadFull ? nil : beganAt
    case .answering: stalledAt
    case .closing: touchedAt
    case .lingering, .closed: nil
    }
  }

  /// Gives its place to another.
  func makeRoom() {
    switch phase {
    case .readingHead: fail(with: .clientTooSlow("head"))
    case .readingBody: fail(with: .clientTooSlow("body"))
    case .idle, .answering, .closing, .lingering, .closed: break
    }
    context?.close(promise: nil)
  }

  /// The proxy stops. Whoever has just been answered may have sent another request: that one is answered first.
  func dismiss(at now: UInt64) {
    if phase == .idle, now - touchedAt >= WaitingConnections.patience { context?.close(promise: nil) }
  }

  func close() {
    context?.close(promise: nil)
  }

  // MARK: From the client

  /// Bytes of a request were read, before they are parsed.
  func bytesArrived() {
    switch phase {
    case .idle:
      phase = .readingHead
      touchedAt = lane.now
    case .readingBody:
      touchedAt = lane.now
    case .readingHead, .answering, .closing, .lingering, .closed:
      break
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = Self.unwrapInboundIn(data)
    if isOverrun { return }
    if waiting.isEmpty, phase != .answering, phase != .closing, !isDelivering {
      receive(part)
    } else if phase == .answering || isDelivering {
      wait(part)
      guard waiting.count > Self.waitingParts else { return }
      waiting.removeAll()
      isOverrun = true
      keepsAlive = false
    }
  }

  /// Pieces of a body wait as one.
  private func wait(_ part: HTTPServerRequestPart) {
    if case .body(let bytes) = part, case .body(var body)? = waiting.last {
      body.writeImmutableBuffer(bytes)
      waiting[waiting.index(before: waiting.endIndex)] = .body(body)
    } else {
      waiting.append(part)
    }
  }

  func read(context: ChannelHandlerContext) {
    if mayRead {
      context.read()
    } else {
      isReadPending = true
    }
  }

  private var mayRead: Bool {
    switch phase {
    case .idle, .readingHead, .lingering: true
    case .readingBody: !isUploadFull
    case .answering, .closing, .closed: false
    }
  }

  private func resumeReading() {
    guard isReadPending, mayRead else { return }
    isReadPending = false
    context?.read()
  }

  /// Delivers what was pipelined, until it is used up or an exchange is awaiting its answer.
  private func deliverWaiting() {
    guard !isDelivering else { return }
    isDelivering = true
    while phase == .idle || phase == .readingHead || phase == .readingBody, let part = waiting.popFirst() {
      receive(part)
    }
    isDelivering = false
    handOver()
    resumeReading()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    handOver()
    context.fireChannelReadComplete()
  }

  private func handOver() {
    guard upload.readableBytes > 0 else { return }
    isUploadFull = port?.call?.write(upload) == false
    upload = ByteBuffer()
  }

  private func receive(_ part: HTTPServerRequestPart) {
    guard phase != .closing, phase != .lingering, phase != .closed else { return }
    let now = lane.now
    switch part {
    case .head(let head):
      begin(head, at: now)
    case .body(let bytes):
      perform(exchange?.requestBody(bytes, at: now) ?? .none)
    case .end:
      isRequestComplete = true
      phase = .answering
      if let action = exchange?.requestEnd(at: now) {
        perform(action)
        exchange?.callMade(after: lane.now - now)
      } else {
        endOfExchange()
      }
    }
  }

  private func begin(_ head: HTTPRequestHead, at now: UInt64) {
    phase = .readingBody
    (touchedAt, beganAt) = (now, now)
    isRequestComplete = false
    // After an offer to speak another protocol (h2c) the parser reads no further, so this answer is the last.
    keepsAlive = head.isKeepAlive && !head.headers.contains(name: "upgrade")
    writer.expectAnswer(to: head)
    let requestHead = Exchange.RequestHead(
      method: head.method.rawValue, target: head.uri, headers: head.headers.map { ($0.name, $0.value) })
    if let problem = HeadRules.problem(with: requestHead, isVersion11: head.version.isAtLeast11) { return fail(with: problem) }
    var exchange = Exchange(requestHead, id: lane.nextID(), context: lane.exchangeContext, memory: lane.memory, peer: peer, at: now)
    let action = exchange.requestHead(requestHead, at: now)
    self.exchange = exchange
    perform(action)
    if self.exchange != nil, head.version.isAtLeast11, head.headers.contains(name: "expect"), let context {
      writer.writeContinue()
      flush(context)
    }
  }

  private func fail(with error: GatewayError) {
    keepsAlive = false
    if let action = exchange?.requestFailed(error, at: lane.now) {
      perform(action)
    } else if phase == .idle || phase == .readingHead || phase == .readingBody {
      let head = Exchange.RequestHead(method: "", target: "", headers: [])
      var record = ExchangeRecord(id: lane.nextID(), method: head.method, path: head.path)
      record.outcome = .refused
      record.status = error.status
      record.error = error.code
      record.fault = error.fault
      refuse(error, record)
    }
  }

  // MARK: From the vendor

  func vendorHead(_ head: UpstreamHead) {
    perform(exchange?.vendorHead(head, at: lane.now) ?? .none)
  }

  func vendorBody(_ bytes: ByteBuffer) {
    owed += bytes.readableBytes
    perform(exchange?.vendorBody(bytes, at: lane.now) ?? .none)
    if context?.channel.isWritable == true { acknowledge(atLeast: Self.acknowledgeStep) }
  }

  func vendorEnd() {
    perform(exchange?.vendorEnd(at: lane.now) ?? .none)
  }

  func vendorFailed(_ error: UpstreamError) {
    perform(exchange?.vendorFailed(error, at: lane.now) ?? .none)
  }

  func vendorWantsBody() {
    isUploadFull = false
    // The client could not go on: its time begins anew.
    touchedAt = lane.now
    resumeReading()
  }

  /// All that the vendor's side had to say in one go was said: one write for all of it.
  func vendorTurnEnd() {
    if let context { flush(context) }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stalledAt = context.channel.isWritable ? nil : lane.now
    if context.channel.isWritable { acknowledge(atLeast: 1) }
    context.fireChannelWritabilityChanged()
  }

  private func acknowledge(atLeast step: Int) {
    guard owed >= step else { return }
    port?.call?.acknowledge(bytes: owed)
    owed = 0
  }

  // MARK: Carrying out what the exchange says

  private func perform(_ action: Exchange.Action) {
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
      if upload.readableBytes == 0, bytes.readableBytes >= Self.uploadStep {
        isUploadFull = port?.call?.write(bytes) == false
      } else if upload.readableBytes == 0 {
        upload = bytes
      } else {
        upload.writeImmutableBuffer(bytes)
        if upload.readableBytes >= Self.uploadStep { handOver() }
      }
    case .finishUpload:
      handOver()
      port?.call?.finishBody()
    case .begin(let head):
      if lane.isEnding { keepsAlive = false }
      writer.write(head, keepsAlive: keepsAlive)
    case .relay(let bytes):
      writer.write(bytes)
      if let context, writer.isLarge { flush(context) }
    case .finish(let record):
      writer.writeEnd()
      // An answer may be complete before the vendor's is: what it would still say is not wanted.
      let isVendorOver = port?.isOver ?? true
      release(cancelling: !isVendorOver)
      lane.record(record)
      endOfExchange()
      if !isVendorOver, let context { flush(context) }
    case .refuse(let error, let record):
      refuse(error, record)
    case .abort(let record):
      release(cancelling: true)
      lane.record(record)
      if let context {
        flush(context)
        context.close(promise: nil)
      }
    case .abandon(let record):
      release(cancelling: true)
      lane.record(record)
    }
  }

  private func refuse(_ error: GatewayError, _ record: ExchangeRecord) {
    release(cancelling: true)
    if !isRequestComplete || lane.isEnding { keepsAlive = false }
    writer.write(error, exchangeID: record.id, keepsAlive: keepsAlive)
    lane.record(record)
    endOfExchange()
    if let context { flush(context) }
  }

  private func release(cancelling: Bool = false) {
    if cancelling { port?.call?.cancel() }
    port?.connection = nil
    port = nil
    exchange = nil
    exchangeNumber &+= 1
    owed = 0
    isUploadFull = false
    upload = ByteBuffer()
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

  /// About once a second.
  func tick(at now: UInt64) {
    guard phase == .answering, let action = exchange?.tick(at: now) else { return }
    perform(action)
    if let context { flush(context) }
  }

  /// The answer is written. The next request may come, or the connection ends.
  private func endOfExchange() {
    guard let context, phase != .closed else { return }
    if keepsAlive, isRequestComplete, writer.mayKeepAlive {
      phase = .idle
      touchedAt = lane.now
      if isDelivering { return }
      if waiting.isEmpty {
        resumeReading()
      } else {
        deliverWaiting()
      }
      return
    }
    waiting.removeAll()
    phase = .closing
    touchedAt = lane.now
    // A reset must not overtake the answer: the output is closed once all of it is written, the rest when the client has
    // closed too, or has had time to.
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { _ in
      guard self.phase == .closing, let context = self.context else { return }
      self.phase = .lingering
      self.touchedAt = self.lane.now
      context.close(mode: .output, promise: nil)
      self.resumeReading()
    }
    context.writeAndFlush(Self.wrapOutboundOut(writer.take() ?? ByteBuffer()), promise: written)
  }

  private func flush(_ context: ChannelHandlerContext) {
    guard let bytes = writer.take() else { return }
    context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
  }
}
