// SPDX-License-Identifier: Apache-2.0
import CCurl
import NIOCore

/// One call on the engine's thread, from libcurl's callbacks to the events of one turn. It is used again, with its
/// handle and its buffers, for later calls.
final class Transfer {
  /// Where the transfers of one engine meet.
  final class Turn {
    var now = NIODeadline.now()
    /// Transfers that have events to deliver.
    var touched: [Transfer] = []
  }

  /// A kept connection whose close crossed a request on the way shows it by now.
  private static let crossing = TimeAmount.seconds(1)
  /// By so much the engine's thread comes late where it was stopped, and hardly where it is only busy.
  private static let delay = TimeAmount.milliseconds(250)
  /// A buffer that has grown beyond this is not kept.
  private static let keptBytes = 64 << 10

  private var easyHandle: EasyHandle
  let reactor: Reactor
  private let turn: Turn
  private(set) var call: CallState?
  /// Where the engine's list of running transfers has this one.
  var index = 0

  private var parser: HeadParser
  private var upload: UploadBuffer?
  private var isReceivePaused = false
  private var isSendPaused = false
  /// Bytes of the response body that are still to come, where the head tells.
  private var unanswered: Int?
  private var lastActivity = NIODeadline.uptimeNanoseconds(0)
  private var begunAt = NIODeadline.uptimeNanoseconds(0)
  /// When it must have a connection.
  private var connectBy = NIODeadline.uptimeNanoseconds(0)
  /// Of the request body, when it was last looked at, and when that is to be done again.
  private var sentBytes = 0
  private var nextLook = NIODeadline.distantFuture
  private var connect = TimeAmount.zero
  private var firstByte = TimeAmount.zero
  private var idle = TimeAmount.zero
  /// When the request was first handed to a connection; nil while it has not been.
  private var sentAt: NIODeadline?
  private var hasBeenSentAgain = false
  /// More than the answer came with its end, and waits where no socket shows it.
  private var isSoiled = false
  /// Its connection's number for it.
  private var use: UInt64 = 0
  /// Of the connection that it was last handed to.
  private var socket: Int32?
  /// Why this transfer must end, decided here and not by libcurl.
  private var failure: UpstreamError?

  // Events of this turn.
  private var isTouched = false
  private var head: UpstreamHead?
  private var body = ByteBuffer()
  private var isBodyDelivered = true
  private var isBodyWanted = false
  private var ending: Event?

  init(_ options: UpstreamOptions, reactor: Reactor, turn: Turn) throws(UpstreamError) {
    easyHandle = try EasyHandle(options, reactor: reactor)
    parser = HeadParser(limit: options.headBytes)
    (self.reactor, self.turn) = (reactor, turn)
    easyHandle.attach(to: self)
  }

  // MARK: Life

  func begin(_ call: CallState, in multi: borrowing MultiHandle) throws(UpstreamError) {
    let request = call.request
    try easyHandle.prepare(request)
    if case .stream(let length) = request.body { upload = UploadBuffer(length: length) }
    connect = request.limits.connect.clamped
    connectBy = turn.now + connect
    firstByte = request.limits.firstByte.clamped
    idle = request.limits.idle.clamped
    (begunAt, lastActivity, sentBytes) = (turn.now, turn.now, 0)
    nextLook = turn.now + lookInterval
    self.call = call
    unsafe call.transfer = self
    guard multi.add(easyHandle) else { throw UpstreamError(.internal, "libcurl did not take the request") }
  }

  /// Takes it out of `multi`, which closes the connection unless the response is complete, and ends the call.
  func end(_ ending: Event, in multi: borrowing MultiHandle) {
    guard self.ending == nil else { return }
    multi.remove(easyHandle)
    self.ending = ending
    touch()
  }

  /// As `end`, where the vendor was silent for too long.
  ///
  /// libcurl resets a stream and keeps its connection, for the next request too, though the path to the vendor may be dead.
  func endSilent(in multi: borrowing MultiHandle) {
    guard ending == nil else { return }
    if let socket { reactor.selector.shutIfSilent(socket, since: lastActivity) }
    easyHandle.forbidReuse()
    end(.failed(timeout), in: multi)
  }

  func complete(_ code: CURLcode) -> Event {
    if let failure { return .failed(failure) }
    guard code == CURLE_OK, parser.isComplete else {
      let number = easyHandle.failureNumber
      let failure = TransferFailure(
        code: code, errno: number == 0 && code == CURLE_COULDNT_CONNECT ? reactor.openFailure : number,
        proxyStatus: easyHandle.proxyStatus, text: easyHandle.failureText, hasHead: parser.isComplete)
      return .failed(failure.error(for: call?.request))
    }
    if let socket = easyHandle.keptSocket { reactor.selector.rest(socket, after: use, isSoiled: isSoiled) }
    return .end
  }

  /// Gives it a handle that has seen no answer, where libcurl needs that.
  func renew() throws(UpstreamError) {
    guard !CurlLibrary.mayReuseHandles else { return }
    try easyHandle.renew()
    easyHandle.attach(to: self)
  }

  /// Makes it ready for another call.
  func recycle() {
    unsafe call?.transfer = nil
    call = nil
    easyHandle.release()
    parser.reset()
    upload = nil
    (isReceivePaused, isSendPaused) = (false, false)
    (failure, sentAt, hasBeenSentAgain, isSoiled) = (nil, nil, false, false)
    (unanswered, socket) = (nil, nil)
    (head, ending, isBodyWanted) = (nil, nil, false)
    isBodyDelivered = true
  }

  /// The moment at which the vendor has been silent for too long. While we wait for our own side there is none.
  func deadline(now: NIODeadline) -> NIODeadline {
    if isReceivePaused || (isSendPaused && !parser.isComplete) || ending != nil { return .distantFuture }
    if parser.isComplete { return lastActivity + idle }
    // A body in memory is sent without a callback, and the vendor's time begins once it has all of it.
    let isUpload = isLongUpload
    if isUpload, nextLook <= now {
      nextLook = now + lookInterval
      let sent = easyHandle.sentBytes
      if sent > sentBytes { (sentBytes, lastActivity) = (sent, now) }
    }
    let silence = lastActivity + firstByte
    let deadline = isConnecting ? min(silence, connectBy) : silence
    return isUpload && deadline > now ? min(deadline, nextLook) : deadline
  }

  /// By so much the vendor's time may begin late.
  private var lookInterval: TimeAmount { .nanoseconds(firstByte.nanoseconds / 8) }

  /// A body in memory that was not all sent when it was last looked at. What is shorter goes to the system at once.
  private var isLongUpload: Bool {
    guard case .bytes(let bytes) = call?.request.body else { return false }
    return bytes.readableBytes > 64 << 10 && sentBytes < bytes.readableBytes
  }

  /// It has no connection yet.
  private var isConnecting: Bool { sentAt == nil && !parser.isComplete }

  private var timeout: UpstreamError {
    isConnecting && connect <= firstByte ? .noConnection(for: call?.request) : .silence(of: call?.request, hasHead: parser.isComplete)
  }

  /// Keeps libcurl from ending it for want of a connection before `time`: ``deadline(now:)`` judges that. Where the limit was over long
  /// ago, nothing was done meanwhile on this side either, and it begins anew.
  func spareConnecting(at now: NIODeadline, until time: NIODeadline) {
    guard isConnecting, ending == nil, connectBy <= time else { return }
    if connectBy + Self.delay <= now { (connectBy, lastActivity) = (now + connect, now) }
    easyHandle.limitConnecting(to: (max(time, connectBy) - begunAt) + .seconds(1))
  }

  // MARK: The caller's orders

  func write(_ bytes: ByteBuffer) throws(UpstreamError) {
    try upload?.append(bytes)
    try continueSending()
  }

  func finishBody() throws(UpstreamError) {
    try upload?.finish()
    try continueSending()
  }

  func resume() throws(UpstreamError) {
    guard isReceivePaused else { return }
    isReceivePaused = false
    try applyPauses()
  }

  /// True when the response is complete and the vendor has not waited for the request's body. libcurl 7.88 goes on with
  /// the upload, for ever when nobody reads it.
  var isAnsweredEarly: Bool {
    guard unanswered == 0, ending == nil else { return false }
    switch call?.request.body {
    case .bytes(let bytes): return easyHandle.sentBytes < bytes.readableBytes
    case .stream: return upload?.isDone == false
    case nil, .some(.none): return false
    }
  }

  /// libcurl gives up an upload that is answered with an error status, but one that is paused would keep the response
  /// from ending (7.88: `Curl_done_sending` leaves the pause bit).
  func abandonRefusedUpload() {
    guard isSendPaused, let status = head?.status, status >= 400 else { return }
    try? continueSending()
  }

  private func continueSending() throws(UpstreamError) {
    guard isSendPaused else { return }
    isSendPaused = false
    try applyPauses()
  }

  private func applyPauses() throws(UpstreamError) {
    lastActivity = turn.now
    touch()
    let code = easyHandle.pause(sending: isSendPaused, receiving: isReceivePaused)
    if code != CURLE_OK, case .failed(let error) = complete(code) { throw error }
  }

  // MARK: libcurl's callbacks

  /// False stops the transfer. libcurl sends a request again, up to five times, where a kept connection ended without a byte of an
  /// answer. A vendor that takes its time before it closes has had the request, and may have charged for it: a proxy does not repeat
  /// that (RFC 9110, section 9.2.2).
  ///
  /// - Parameter socket: of the connection that it is about to take.
  func mayBeSent(on socket: Int32?) -> Bool {
    if let socket {
      if easyHandle.hasOpenedConnection {
        reactor.selector.adopt(socket, isExclusive: easyHandle.isConnectionExclusive)
      } else if !reactor.selector.readyForReuse(socket, hasUnreadBytes: easyHandle.hasUnreadBytes) {
        // On this one it cannot be sent, and libcurl takes another.
        return true
      }
      use = reactor.selector.use(socket)
      self.socket = socket
    }
    guard let first = sentAt else {
      sentAt = .now()
      return true
    }
    if !hasBeenSentAgain, .now() - first < Self.crossing {
      hasBeenSentAgain = true
      return true
    }
    failure = UpstreamError(.reset, "\(Endpoint(call?.request.url ?? "")) closed the connection before it answered")
    return false
  }

  /// False stops the transfer.
  func received(headerLine line: borrowing Span<UInt8>) -> Bool {
    switch parser.feed(line) {
    // A head has one time for all of its lines; a trailer is not waited for: neither keeps an exchange going.
    case .more, .trailer:
      return true
    case .interim:
      lastActivity = turn.now
      return true
    case .complete(let head):
      lastActivity = turn.now
      self.head = head
      unanswered = head.bodyLength
      touch()
      return true
    case .failed(let error):
      failure = error
      return false
    }
  }

  /// False pauses the transfer: libcurl keeps the bytes and brings them again.
  func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
    lastActivity = turn.now
    guard let call, call.admits(bytes.count) else {
      isReceivePaused = true
      return false
    }
    if isBodyDelivered {
      // Its storage is used again when the reader has let go of it.
      isBodyDelivered = false
      body.clear(minimumCapacity: bytes.count)
      touch()
    }
    unsafe body.writeBytes(bytes)
    if let left = unanswered {
      unanswered = left - bytes.count
      if left == bytes.count { isSoiled = easyHandle.hasUnreadBytes }
    }
    return true
  }

  func send(into target: UnsafeMutableRawBufferPointer) -> UploadBuffer.Step {
    lastActivity = turn.now
    let step = unsafe upload?.read(into: target) ?? .end
    switch step {
    case .bytes(let count):
      if call?.sent(count) == true {
        isBodyWanted = true
        touch()
      }
    case .wait: isSendPaused = true
    case .end: break
    }
    return step
  }

  func rewind() -> Bool {
    guard let count = upload?.rewind() else { return false }
    call?.unsent(count)
    return true
  }

  // MARK: Events

  private func touch() {
    guard !isTouched else { return }
    isTouched = true
    turn.touched.append(self)
  }

  /// Hands over the events of this turn, in order. True when the call has ended.
  func deliver(_ post: (CallState, Event) -> Void) -> Bool {
    isTouched = false
    guard let call else { return false }
    if let head {
      post(call, .head(head))
      self.head = nil
    }
    if !isBodyDelivered {
      post(call, .body(body))
      isBodyDelivered = true
      if body.storageCapacity > Transfer.keptBytes { body = ByteBuffer() }
    }
    if isBodyWanted {
      post(call, .bodyWanted)
      isBodyWanted = false
    }
    guard let ending else { return false }
    post(call, ending)
    return true
  }
}
