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

  let lane: Lane
  private var admission = Lane.Admission.welcome
  /// Stands for the client's address.
  private var peer: UInt64 = 0
  /// Each answer that begins is its last, and idle it is not kept.
  private var isRetired = false
  private(set) var context: ChannelHandlerContext?
  var clock: ConnectionClock

  var exchange: Exchange?
  /// Counts exchanges, so that a timer of one does not touch the next.
  var exchangeNumber = 0
  var port: VendorPort?
  var writer = AnswerWriter()
  private(set) var isRequestComplete = false
  /// Parts of requests, as far as the parser has told them.
  private(set) var partsTold = 0
  var keepsAlive = true
  /// Bytes that were written since it was last known that the kernel has all of them.
  var unwritten = 0
  /// Of an answer that is whole here, and waits for its client to take it.
  var unsent: ExchangeRecord?
  /// See ``endInCut(_:)``.
  var endsInCut = false { didSet { if endsInCut != oldValue { endInCut(endsInCut) } } }

  var backlog = RequestBacklog()
  private(set) var isDelivering = false
  private var isReadPending = false
  var upload = UploadPieces()
  /// Body bytes written and not yet acknowledged to the vendor's side.
  var owed = 0

  init(lane: Lane) {
    self.lane = lane
    self.clock = ConnectionClock(at: lane.now)
  }

  private var phase: ConnectionClock.Phase { clock.phase }

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
    case .asking:
      clock.enter(.asking, at: lane.now)
      lane.findPlace(for: self)
    case .unheard: context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    lane.remove(self)
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    tellUnbegun(backlog.takeHeads())
    context.fireChannelInactive()
  }

  /// The client is gone. Requests of before that are parsed only now do not begin.
  func leave() {
    guard phase != .closed else { return }
    clock.enter(.closed, at: lane.now)
    perform(exchange?.clientGone(at: lane.now) ?? .none)
    tellUnsent { $0.outcome = .abandoned }
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

  // MARK: What the lane asks

  /// Whether there is a place for it.
  func admit(_ isWelcome: Bool) {
    guard phase == .asking else { return }
    clock.enter(.idle, at: lane.now)
    if isWelcome { admission = .welcome } else { fail(with: .tooManyConnections) }
    resumeReading()
  }

  /// Once a second.
  ///
  /// - Parameter judged: until when it is known whether the client was silent.
  func sweep(_ limits: ClientLimits, asOf judged: UInt64, at now: UInt64) {
    if phase == .answering {
      guard exchange?.isDueForJudgement(at: now) == true else { return tick(at: now) }
      return waitForTurn { $0.tick(at: $0.lane.now) }
    }
    if isRetired { dismiss(at: now) }
    guard clock.isOver(limits, at: judged) else { return }
    switch phase {
    case .readingHead: fail(with: .clientTooSlow("head"))
    case .readingBody: fail(with: .clientTooSlow("body"))
    case .idle: closeIdle()
    case .lingering: context?.close(promise: nil)
    case .asking, .answering, .closing, .closed: break
    }
  }

  /// Told that it is one too many: it has no place to give, and no more time than it takes to read that.
  private var isSentAway: Bool { phase == .lingering && admission == .asking }

  /// How its client is waited for; nil where it is not.
  var wait: WaitingConnections.Wait? { isSentAway ? nil : clock.wait(isNew: exchangeNumber == 0) }

  /// Gives its place to another; false where it keeps it, as its client has gone on.
  func makeRoom() -> Bool {
    switch phase {
    case .idle where hasUnread: return false
    case .readingHead: fail(with: .clientTooSlow("head"))
    case .readingBody: fail(with: .clientTooSlow("body"))
    case .answering: cut(by: .tooManyConnections)
    case .asking, .idle, .closing, .lingering, .closed: break
    }
    context?.close(promise: nil)
    return true
  }

  private func closeIdle() { if !hasUnread { context?.close(promise: nil) } }

  /// What its client showed counts no longer.
  func retire() { isRetired = true }
  var isEnding: Bool { isRetired || lane.isEnding }

  /// The proxy stops. Whoever has just been answered may have sent another request: that one is answered first. Before its first one, a
  /// client that is far away has the round trips of TLS to make.
  func dismiss(at now: UInt64) {
    let patience = exchangeNumber == 0 ? 3 * WaitingConnections.patience : WaitingConnections.patience
    if clock.hasRested(patience, at: now) { closeIdle() }
  }

  /// The time for what is under way is over.
  func close() {
    cut(by: .draining)
    if exchange == nil, clock.isHeld { fail(with: .draining) }
    context?.close(promise: nil)
  }

  private func cut(by error: GatewayError) {
    perform(exchange?.cutOff(by: error, at: lane.now) ?? .none)
    tellUnsent { ($0.outcome, $0.error, $0.fault) = (.broken, error.code, error.fault) }
  }

  // MARK: From the client

  /// Bytes of a request were read, before they are parsed.
  func bytesArrived() { if !isSentAway { clock.bytesArrived(at: lane.now) } }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = Self.unwrapInboundIn(data)
    partsTold &+= 1
    if backlog.isOverrun { return }
    if phase == .closed {
      backlog.hold(part)
    } else if backlog.isEmpty, phase != .answering, phase != .closing, !isDelivering {
      receive(part)
    } else if phase == .answering || isDelivering {
      backlog.hold(part)
      if backlog.isOverrun {
        keepsAlive = false
        tellUnbegun(backlog.takeHeads())
      }
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
    case .lingering: true
    case .idle, .readingHead: !clock.isHeld
    case .readingBody: !clock.isHeld && !clock.isUploadFull
    // It can be told that it is one too many once its handshake is done.
    case .closing: admission == .asking
    case .asking, .answering, .closed: false
    }
  }

  func resumeReading() {
    guard isReadPending, mayRead else { return }
    isReadPending = false
    context?.read()
  }

  /// Delivers what was pipelined, until it is used up or an exchange is awaiting its answer.
  func deliverWaiting() {
    guard !isDelivering else { return }
    isDelivering = true
    while phase == .idle || phase == .readingHead || phase == .readingBody, let part = backlog.next() {
      receive(part)
    }
    isDelivering = false
    handOver(upload.take())
    resumeReading()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    handOver(upload.take())
    context.fireChannelReadComplete()
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
      clock.enter(.answering, at: now)
      if exchange == nil {
        endOfExchange()
      } else if exchange?.isCollecting == false {
        requestIsWhole(since: now)
      } else if isLarge ? lane.turns.isFreeForLong : lane.turns.isFree {
        lane.turns.run { requestIsWhole(since: now) }
      } else {
        waitForTurn { $0.requestIsWhole(since: now) }
      }
    }
  }

  /// To look at it takes some milliseconds, or some hundred.
  private var isLarge: Bool { exchange.map { $0.held > 64 << 10 } ?? false }

  private func requestIsWhole(since begin: UInt64) {
    guard let action = exchange?.requestEnd(at: lane.now) else { return }
    perform(action)
    exchange?.callMade(after: lane.now - begin)
  }

  /// Whose turn it is.
  var holder: UInt64 { exchange?.holder ?? peer }

  /// For what takes long: does it for the exchange of now, once it is its turn.
  private func waitForTurn(_ work: @escaping (ConnectionHandler) -> Void) {
    let number = exchangeNumber
    lane.turns.wait(for: holder) { [self] in
      guard number == exchangeNumber, exchange != nil else { return }
      work(self)
    }
  }

  private func begin(_ head: HTTPRequestHead, at now: UInt64) {
    clock.enter(.readingBody, at: now)
    isRequestComplete = false
    // After an offer to speak another protocol (h2c) the parser reads no further, so this answer is the last.
    keepsAlive = head.isKeepAlive && !head.headers.contains(name: "upgrade")
    writer.expectAnswer(to: head)
    let requestHead = Exchange.RequestHead(head)
    if let problem = HeadRules.problem(with: requestHead, isVersion11: head.version.isAtLeast11) { return fail(with: problem) }
    var exchange = newExchange(requestHead, at: now)
    let action = exchange.requestHead(requestHead, at: now)
    self.exchange = exchange
    perform(action)
    if self.exchange != nil, head.version.isAtLeast11, head.headers.contains(name: "expect"), let context {
      writer.writeContinue()
      flush(context)
    }
  }

  func newExchange(_ head: Exchange.RequestHead, at now: UInt64) -> Exchange {
    Exchange(head, id: lane.nextID(), context: lane.exchangeContext, memory: lane.memory, peer: peer, at: now)
  }

  private func fail(with error: GatewayError) {
    keepsAlive = false
    if let action = exchange?.requestFailed(error, at: lane.now) {
      perform(action)
    } else if phase == .idle || phase == .readingHead || phase == .readingBody {
      if phase != .readingBody { writer.expectAnswer(to: nil) }
      refuse(error, ExchangeRecord(refusing: error, id: lane.nextID()))
    }
  }
}

extension Exchange.RequestHead {
  init(_ head: HTTPRequestHead) {
    self.init(method: head.method.rawValue, target: head.uri, headers: head.headers.map { ($0.name, $0.value) })
  }
}
