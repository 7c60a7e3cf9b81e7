// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// TLS on a server's connection, between the socket and the HTTP handlers, which notice nothing of it: plaintext comes to them and
/// goes from them as without TLS, and so do reads, back pressure and the end of the connection.
///
/// What is written between two flushes becomes as few records as there can be. The peer's close_notify ends the connection, as its
/// FIN does where there is no TLS.
package final class TLSHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer
  package typealias OutboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  package enum Outcome: Equatable, Sendable {
    /// With the version, as `1.3`.
    case completed(version: String)
    case failed(HandshakeFailure)
  }

  /// To read an alert or an answer, after which the connection is closed.
  private static let lingering = TimeAmount.seconds(2)
  /// By so much a timer comes late where the process was stopped, and hardly where it is only busy.
  private static let delay = TimeAmount.milliseconds(250)
  /// The loop looks at its other sockets meanwhile.
  private static let pause = TimeAmount.microseconds(100)

  enum Phase {
    case handshaking
    case open
    /// Its last word is said to the client, and its output closed: what still comes is thrown away.
    case closing
    case closed
  }

  var session: Session?
  private let timeout: TimeAmount
  private let plainAnswer: ByteBuffer
  private let report: (Outcome, (any Channel)) -> Void
  private let now: () -> NIODeadline
  private let turns: (any TLSTurns)?

  var phase = Phase.handshaking
  private var hasHeard = false
  private var hasAnswered = false
  private var lengths = HandshakeLengths()
  private var timer: Scheduled<Void>?
  /// What came waits for its turn to be opened, and nothing more is read meanwhile.
  private var isWaiting = false
  private var isReadPending = false
  var pending = Plaintext()
  var isFlushing = false
  var isFlushDue = false
  /// The output is to be closed when `pending` is written.
  var isOutputClosing = false
  var outputPromise: EventLoopPromise<Void>?
  /// Whether a close from now on is one that nobody takes for the end of what was sent (RFC 9112, section 9.8). To say no close_notify
  /// does not do: nginx takes any end of a connection for an orderly one. It ends with a record that no key opens.
  package var endsInCut = false

  /// - Parameters:
  ///   - timeout: from the connection to the end of the handshake.
  ///   - plainAnswer: what a client is told that speaks HTTP without TLS.
  ///   - turns: whose turn it is to open more records than a read ordinarily has.
  ///   - now: what the timer is held against.
  ///   - report: is told how the handshake ended; once.
  package init(
    _ context: ServerContext, timeout: TimeAmount, plainAnswer: ByteBuffer, turns: (any TLSTurns)? = nil,
    now: @escaping () -> NIODeadline = { .now() }, report: @escaping (Outcome, any Channel) -> Void
  ) {
    session = Session(context)
    self.timeout = timeout
    self.plainAnswer = plainAnswer
    self.turns = turns
    self.now = now
    self.report = report
  }

  // MARK: The connection's life

  package func channelActive(context: ChannelHandlerContext) {
    startTimer(timeout, context)
    context.fireChannelActive()
  }

  package func channelInactive(context: ChannelHandlerContext) {
    // Who connects and says nothing only looks whether somebody is there.
    if phase == .handshaking, hasHeard { end(.closed, "the client went away", context) }
    leave()
    context.fireChannelInactive()
  }

  package func handlerRemoved(context: ChannelHandlerContext) { leave() }

  private func leave() {
    phase = .closed
    stopTimer()
    session = nil
    let promises = [pending.takeAll().promise, outputPromise]
    outputPromise = nil
    for promise in promises { promise?.fail(ChannelError.ioOnClosedChannel) }
  }

  private func startTimer(_ time: TimeAmount, _ context: ChannelHandlerContext, isSecond: Bool = false) {
    stopTimer()
    let due = now() + time
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
      // Out of a standstill (SIGSTOP, a machine that was paused) it comes before what the client has sent meanwhile: the handshake has its
      // time anew. Once, or a loop that always comes late would wait for ever.
      if phase == .handshaking, !isSecond, now() - due > Self.delay { return startTimer(time, context, isSecond: true) }
      if phase == .handshaking { end(.timeout, "the handshake did not end in time", context) }
      if phase != .open { context.close(promise: nil) }
    }
  }

  private func stopTimer() {
    timer?.cancel()
    timer = nil
  }

  // MARK: From the client

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Self.unwrapInboundIn(data)
    switch phase {
    case .handshaking:
      if !hasHeard, bytes.readableBytes > 0 {
        hasHeard = true
        if isHTTP(bytes) { return refusePlainHTTP(context) }
      }
      if lengths.isTooLong(bytes.readableBytesView, isTLS12: hasAnswered && session?.version == "1.2") {
        end(.protocolError, "a ClientHello says that it is too long", context)
        return linger(context)
      }
      session?.take(bytes)
      shakeHands(context)
    case .open:
      session?.take(bytes)
      if !isWaiting { deliver(context) }
    // That something came is all that is told of it.
    case .closing where isOutputClosing:
      context.fireChannelRead(Self.wrapInboundOut(ByteBuffer()))
    case .closing, .closed:
      break
    }
  }

  /// A request line begins with a letter, and no record of TLS does (RFC 8446 section 5.1: its first byte is a content type, 20 to 24).
  private func isHTTP(_ bytes: ByteBuffer) -> Bool {
    bytes.getInteger(at: bytes.readerIndex, as: UInt8.self).map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ?? false
  }

  private func refusePlainHTTP(_ context: ChannelHandlerContext) {
    end(.plainHTTP, "HTTP without TLS", context)
    context.write(Self.wrapOutboundOut(plainAnswer), promise: nil)
    linger(context)
  }

  private func shakeHands(_ context: ChannelHandlerContext) {
    guard let progress = session?.handshake() else { return context.close(promise: nil) }
    if session?.hasOutput == true { hasAnswered = true }
    writeOutput(context)
    // The write may have found that the client is gone.
    guard phase == .handshaking else { return }
    switch progress {
    case .wantsMore:
      break
    case .done:
      phase = .open
      stopTimer()
      report(.completed(version: session?.version ?? ""), context.channel)
      encryptPending(context)
      // The first request may have come with the end of the handshake.
      deliver(context)
    case .failed(let failure):
      end(failure, context)
      linger(context)
    }
  }

  private func deliver(_ context: ChannelHandlerContext) {
    var plaintext = ByteBuffer()
    guard phase == .open, var end = session?.read(into: &plaintext) else { return }
    while end == .wantsMore, session?.hasUnopened == true, let turns, turns.isFree {
      turns.run { end = session?.read(into: &plaintext) ?? end }
    }
    // What the client makes this side say again and again, and does not read, must not pile up.
    if session?.hasOutput == true, !context.channel.isWritable { return context.close(promise: nil) }
    writeOutput(context)
    // A part of a record is a part of a request: that something came is told, or a connection whose client sends would count as idle.
    if plaintext.readableBytes > 0 || end == .wantsMore && session?.hasPart == true {
      context.fireChannelRead(Self.wrapInboundOut(plaintext))
    }
    guard phase == .open else { return }
    switch end {
    case .wantsMore: if session?.hasUnopened == true { waitForTurn(context) }
    case .closed: close(context: context, mode: .all, promise: nil)
    case .failed: context.close(promise: nil)
    }
  }

  /// In one read there may be thousands of records of a byte.
  private func waitForTurn(_ context: ChannelHandlerContext) {
    isWaiting = true
    let goOn = { [self] in
      isWaiting = false
      if phase == .open {
        deliver(context)
        context.fireChannelReadComplete()
      }
      if isReadPending, !isWaiting {
        isReadPending = false
        context.read()
      }
    }
    if let turns { return turns.wait(goOn) }
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause, goOn)
  }

  package func read(context: ChannelHandlerContext) {
    if isWaiting { isReadPending = true } else { context.read() }
  }

  private func end(_ reason: HandshakeFailure.Reason, _ detail: String, _ context: ChannelHandlerContext) {
    end(HandshakeFailure(reason, detail), context)
  }

  private func end(_ failure: HandshakeFailure, _ context: ChannelHandlerContext) {
    phase = .closing
    stopTimer()
    report(.failed(failure), context.channel)
  }

  /// Closes the output behind what is written, and the rest when the client has closed too, or has had time to: a reset must not
  /// overtake the last word.
  private func linger(_ context: ChannelHandlerContext) {
    startTimer(Self.lingering, context)
    context.flush()
    context.close(mode: .output, promise: nil)
  }

  func writeOutput(_ context: ChannelHandlerContext) {
    guard let bytes = session?.output(), bytes.readableBytes > 0 else { return }
    context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
  }
}
