// SPDX-License-Identifier: Apache-2.0
import CCurl
import NIOCore

/// What libcurl asked to wait for. It outlives the handles that were given a pointer to it.
final class Reactor {
  let selector: EpollSelector
  let sessions = TLSSessions()
  /// When libcurl wants to be called even though no socket is ready.
  var timer: NIODeadline?
  /// Transfers under way, and the limit to connections that libcurl was told for them.
  var inUse = 0
  var connections = -1
  /// `errno` of the last socket, if it could not be opened; libcurl does not keep it.
  var openFailure: Int32 = 0
  var idleMessages = IdleMessages()

  init() throws(UpstreamError) { selector = try EpollSelector() }
}

/// libcurl's multi handle: the connection cache, the name cache, and all transfers. One thread may touch it.
/// https://curl.se/libcurl/c/curl_multi_socket_action.html
@safe struct MultiHandle: ~Copyable {
  enum Cause {
    case timer
    case socket(EpollSelector.Readiness)
  }

  private let raw: UnsafeMutableRawPointer
  let reactor: Reactor
  private let idleConnections: Int

  init(_ options: UpstreamOptions, reactor: Reactor) throws(UpstreamError) {
    guard CurlLibrary.state == CURLE_OK, let raw = unsafe curl_multi_init() else {
      throw UpstreamError(.internal, "libcurl could not be initialized")
    }
    unsafe self.raw = raw
    self.reactor = reactor
    idleConnections = options.idleConnections
    let context = unsafe Unmanaged.passUnretained(reactor).toOpaque()
    unsafe belay_multi_set_pointer(raw, CURLMOPT_SOCKETDATA, context)
    unsafe belay_multi_set_socket_callback(raw, onSocketInterest)
    unsafe belay_multi_set_pointer(raw, CURLMOPT_TIMERDATA, context)
    unsafe belay_multi_set_timer_callback(raw, onTimer)
    unsafe belay_multi_set_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHost)
    limitConnections(inUse: 0)
  }

  deinit { unsafe curl_multi_cleanup(raw) }

  func add(_ easy: borrowing EasyHandle) -> Bool {
    limitConnections(inUse: reactor.inUse + 1)
    return unsafe curl_multi_add_handle(raw, easy.raw) == CURLM_OK
  }

  /// libcurl counts idle connections and those in use together when a transfer gives its connection back: then that is still in use, or
  /// another. It has a limit to all of them too (CURLMOPT_MAX_TOTAL_CONNECTIONS), beyond which a request waits without a word.
  private func limitConnections(inUse: Int) {
    reactor.inUse = inUse
    let connections = idleConnections == 0 ? 0 : max(1, idleConnections + inUse - 1)
    guard connections != reactor.connections else { return }
    reactor.connections = connections
    unsafe belay_multi_set_long(raw, CURLMOPT_MAXCONNECTS, connections)
  }

  /// Takes a transfer out. When it is not complete its connection is closed, or its stream reset, before this returns.
  func remove(_ easy: borrowing EasyHandle) {
    unsafe curl_multi_remove_handle(raw, easy.raw)
  }

  func act(on cause: Cause) {
    var running: Int32 = 0
    reactor.idleMessages.startOver()
    switch cause {
    case .timer:
      reactor.timer = nil
      unsafe curl_multi_socket_action(raw, CURL_SOCKET_TIMEOUT, 0, &running)
    case .socket(let readiness):
      let bits = (readiness.isReadable ? CURL_CSELECT_IN : 0) | (readiness.isWritable ? CURL_CSELECT_OUT : 0)
      unsafe curl_multi_socket_action(raw, readiness.socket, bits, &running)
    }
    if running != reactor.inUse { limitConnections(inUse: Int(running)) }
  }

  /// The next transfer that is over, with how it ended.
  func nextFinished() -> (transfer: Transfer, code: CURLcode)? {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(raw, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      var context: UnsafeMutableRawPointer?
      unsafe belay_easy_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
      guard let context = unsafe context else { continue }
      return unsafe (Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue(), message.pointee.data.result)
    }
    return nil
  }
}

// MARK: Callbacks, on the engine's thread

@c(belay_upstream_socket_interest)
func onSocketInterest(
  _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
  _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context = unsafe context else { return -1 }
  let reactor = unsafe Unmanaged<Reactor>.fromOpaque(context).takeUnretainedValue()
  reactor.selector.watch(
    socket, reads: what == CURL_POLL_IN || what == CURL_POLL_INOUT,
    writes: what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
  return 0
}

@c(belay_upstream_timer)
func onTimer(_ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?) -> Int32 {
  guard let context = unsafe context else { return -1 }
  let reactor = unsafe Unmanaged<Reactor>.fromOpaque(context).takeUnretainedValue()
  // Mostly it is "at once", which needs no clock.
  switch milliseconds {
  case ..<0: reactor.timer = nil
  case 0: reactor.timer = .uptimeNanoseconds(0)
  default: reactor.timer = .now() + .milliseconds(Int64(milliseconds))
  }
  return 0
}
