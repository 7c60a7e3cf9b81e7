// SPDX-License-Identifier: Apache-2.0
import CCurl
import NIOCore

/// The request's way up.
extension Transfer {
  /// A kept connection whose close crossed a request on the way shows it by now.
  private static let crossing = TimeAmount.seconds(1)

  // MARK: The caller's orders

  func write(_ bytes: ByteBuffer) throws(UpstreamError) {
    try upload?.append(bytes)
    try continueSending()
  }

  func finishBody() throws(UpstreamError) {
    try upload?.finish()
    try continueSending()
  }

  private func continueSending() throws(UpstreamError) {
    guard isSendPaused else { return }
    isSendPaused = false
    try applyPauses()
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

  // MARK: Once more

  /// libcurl sends again by itself where it reads that a kept connection is dead (`Curl_retry_request`), and not where it is still sending
  /// a body and that fails. Such a vendor has not had the request whole, and has nothing to charge for.
  func mayGoAgain(after code: CURLcode) -> Bool {
    guard code == CURLE_SEND_ERROR, failure == nil, !parser.hasBegun, isUploading, !easyHandle.hasOpenedConnection,
      !hasBeenSentAgain, let sentAt, .now() - sentAt < Self.crossing
    else { return false }
    return upload == nil || rewind()
  }

  /// On a connection of its own: what else is kept may be as dead.
  func goAgain(with request: UpstreamRequest, in multi: borrowing MultiHandle) throws(UpstreamError) {
    multi.remove(easyHandle)
    try renew()
    (hasBeenSentAgain, sentAt, socket, isSendPaused) = (true, nil, nil, false)
    try enter(multi, with: request)
    touch()
  }

  // MARK: The body under way

  /// True when the response is complete and the vendor has not waited for the request's body. libcurl 7.88 goes on with
  /// the upload, for ever when nobody reads it.
  var isAnsweredEarly: Bool { unanswered == 0 && ending == nil && isUploading }

  /// libcurl gives up an upload that is answered with an error status, but one that is paused would keep the response
  /// from ending (7.88: `Curl_done_sending` leaves the pause bit).
  func abandonRefusedUpload() {
    guard isSendPaused, let status = head?.status, status >= 400 else { return }
    try? continueSending()
  }

  /// The body has not gone up whole.
  private var isUploading: Bool {
    switch call?.request.body {
    case .bytes(let bytes): easyHandle.sentBytes < bytes.readableBytes
    case .stream: upload.map { !$0.isDone || easyHandle.sentBytes < $0.sentBytes } ?? false
    case nil, .some(.none): false
    }
  }
}
