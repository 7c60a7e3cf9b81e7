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
    /// Transfers that have brought as much as one turn has room for, in the order in which they go on.
    var waiting: CircularBuffer<Transfer> = []
  }

  /// By so much the engine's thread comes late where it was stopped, and hardly where it is only busy.
  private static let delay = TimeAmount.milliseconds(250)
  /// A buffer that has grown beyond this is not kept.
  private static let keptBytes = 64 << 10
  /// Pieces of a body in one turn: libcurl brings each chunk by itself, if it is of one byte, and reads on while there is more (7.88: a
  /// hundred times). Vendors' events seldom come by the hundred.
  private static let mostPieces = 1024

  var easyHandle: EasyHandle
  let reactor: Reactor
  let turn: Turn
  private(set) var call: CallState?
  /// Where the engine's list of running transfers has this one.
  var index = 0

  private(set) var parser: HeadParser
  var upload: UploadBuffer?
  private var isReceivePaused = false
  /// It is paused until its next turn, and by nobody else.
  private var isWaiting = false
  var isSendPaused = false
  /// Bytes of the response body that are still to come, where the head tells.
  private(set) var unanswered: Int?
  var lastActivity = NIODeadline.uptimeNanoseconds(0)
  private var begunAt = NIODeadline.uptimeNanoseconds(0)
  /// When it must have a connection.
  private var connectBy = NIODeadline.uptimeNanoseconds(0)
  /// Of the request body, when it was last looked at, and when that is to be done again.
  private var sentBytes = 0
  private var nextLook = NIODeadline.distantFuture
  private var connect = TimeAmount.zero
  private var firstByte = TimeAmount.zero
  private var idle = TimeAmount.zero
  /// When the request was first handed to a connection; nil while it has not been, or is to be once more.
  var sentAt: NIODeadline?
  var hasBeenSentAgain = false
  /// More than the answer came with its end, and waits where no socket shows it.
  private var isSoiled = false
  /// Its connection's number for it.
  var use: UInt64 = 0
  /// Of the connection that it was last handed to.
  var socket: Int32?
  /// Why this transfer must end, decided here and not by libcurl.
  var failure: UpstreamError?

  // Events of this turn.
  private var isTouched = false
  private(set) var head: UpstreamHead?
  private var body = ByteBuffer()
  private var isBodyDelivered = true
  private var pieces = 0
  var isBodyWanted = false
  private(set) var ending: Event?

  init(_ options: UpstreamOptions, reactor: Reactor, turn: Turn) throws(UpstreamError) {
    easyHandle = try EasyHandle(options, reactor: reactor)
    parser = HeadParser(limit: options.headBytes)
    (self.reactor, self.turn) = (reactor, turn)
    easyHandle.attach(to: self)
  }

  // MARK: Life

  func begin(_ call: CallState, in multi: borrowing MultiHandle) throws(UpstreamError) {
    let request = call.request
    if case .stream(let length) = request.body { upload = UploadBuffer(length: length) }
    connect = request.limits.connect.clamped
    firstByte = request.limits.firstByte.clamped
    idle = request.limits.idle.clamped
    self.call = call
    unsafe call.transfer = self
    try enter(multi, with: request)
  }

  /// Its times run from now on.
  func enter(_ multi: borrowing MultiHandle, with request: UpstreamRequest) throws(UpstreamError) {
    try easyHandle.prepare(request)
    if hasBeenSentAgain { easyHandle.avoidKept() }
    (begunAt, lastActivity, sentBytes) = (turn.now, turn.now, 0)
    (connectBy, nextLook) = (turn.now + connect, turn.now + lookInterval)
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

  /// libcurl is done with it.
  func finish(_ code: CURLcode, in multi: borrowing MultiHandle) {
    guard let request = call?.request, mayGoAgain(after: code) else { return end(complete(code), in: multi) }
    do throws(UpstreamError) { try goAgain(with: request, in: multi) } catch { end(.failed(error), in: multi) }
  }

  private func complete(_ code: CURLcode) -> Event {
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
    (isReceivePaused, isSendPaused, isWaiting) = (false, false, false)
    (failure, sentAt, hasBeenSentAgain, isSoiled) = (nil, nil, false, false)
    (unanswered, socket) = (nil, nil)
    (head, ending, isBodyWanted) = (nil, nil, false)
    (isBodyDelivered, pieces) = (true, 0)
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

  func resume() throws(UpstreamError) {
    guard isReceivePaused else { return }
    isReceivePaused = false
    try applyPauses()
  }

  /// Its next turn has come.
  func goOn() throws(UpstreamError) {
    guard isWaiting else { return }
    isWaiting = false
    try resume()
  }

  func applyPauses() throws(UpstreamError) {
    lastActivity = turn.now
    touch()
    let code = easyHandle.pause(sending: isSendPaused, receiving: isReceivePaused)
    if code != CURLE_OK, case .failed(let error) = complete(code) { throw error }
  }

  // MARK: libcurl's callbacks

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
    guard pieces < Self.mostPieces else {
      (isReceivePaused, isWaiting) = (true, true)
      turn.waiting.append(self)
      return false
    }
    guard let call, call.admits(bytes.count) else {
      isReceivePaused = true
      return false
    }
    pieces += 1
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

  // MARK: Events

  func touch() {
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
      (isBodyDelivered, pieces) = (true, 0)
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
