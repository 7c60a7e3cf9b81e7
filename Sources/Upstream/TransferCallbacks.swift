// SPDX-License-Identifier: Apache-2.0
import CCurl

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// libcurl calls these on the engine's thread, with the pointers that `EasyHandle` was given: a transfer or a reactor,
// both of which outlive the handle.

@c(belay_upstream_header_line)
func onHeaderLine(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  let raw = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  let isWanted = unsafe raw.withMemoryRebound(to: UInt8.self) { unsafe transfer.received(headerLine: $0.span) }
  return isWanted ? size * count : 0
}

@c(belay_upstream_body)
func onBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  let isTaken = unsafe transfer.received(UnsafeRawBufferPointer(start: bytes, count: size * count))
  return isTaken ? size * count : Int(CURL_WRITEFUNC_PAUSE)
}

@c(belay_upstream_body_wanted)
func onBodyWanted(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return Int(CURL_READFUNC_ABORT) }
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  switch unsafe transfer.send(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) {
  case .bytes(let count): return count
  case .wait: return Int(CURL_READFUNC_PAUSE)
  case .end: return 0
  }
}

@c(belay_upstream_rewind)
func onRewind(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
  guard let context = unsafe context, offset == 0, origin == 0 else { return Int32(CURL_SEEKFUNC_FAIL) }
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  return Int32(transfer.rewind() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL)
}

@c(belay_upstream_request)
func onRequest(
  _ context: UnsafeMutableRawPointer?, _ remote: UnsafeMutablePointer<CChar>?, _ local: UnsafeMutablePointer<CChar>?,
  _ remotePort: Int32, _ localPort: Int32
) -> Int32 {
  guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  let socket = unsafe transfer.reactor.selector.connection(at: localPort, peer: remote, peerPort: remotePort)
  return transfer.mayBeSent(on: socket) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

@c(belay_upstream_open_socket)
func onOpenSocket(
  _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let context = unsafe context, let address = unsafe address?.pointee else { return -1 }
  let reactor = unsafe Unmanaged<Reactor>.fromOpaque(context).takeUnretainedValue()
  let socket = reactor.selector.open(family: address.family, type: address.socktype, protocol: address.`protocol`)
  reactor.openFailure = socket < 0 ? errno : 0
  return socket
}

@c(belay_upstream_close_socket)
func onCloseSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
  guard let context = unsafe context else { return -1 }
  return unsafe Unmanaged<Reactor>.fromOpaque(context).takeUnretainedValue().selector.close(socket)
}
