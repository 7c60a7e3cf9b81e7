// SPDX-License-Identifier: Apache-2.0
import CCurl
import COpenSSL

/// Messages of TLS that bring no bytes. OpenSSL reads on, within one call, for as long as they come, and a vendor that sends nothing
/// else would have the engine's thread for itself: key updates and tickets (RFC 8446, section 4.6), requests to negotiate anew (RFC 5246,
/// section 7.4.1.1). Vendors send one or two, within hours.
@safe struct IdleMessages {
  private static let most = 32

  /// Whose they are: of another session's none stands between.
  private var session: OpaquePointer?
  private var count = 0

  /// libcurl is called anew, so that others had their turn.
  mutating func startOver() {
    unsafe session = nil
    count = 0
  }

  /// True when there were too many of them within one call.
  mutating func isTooMany(of session: OpaquePointer) -> Bool {
    if unsafe session != self.session { unsafe (self.session, count) = (session, 0) }
    count += 1
    return count > Self.most
  }
}

// MARK: Callbacks, on the engine's thread

@c(belay_upstream_tls_context)
func onTLSContext(
  _ easy: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?, _ reactor: UnsafeMutableRawPointer?
) -> CURLcode {
  guard let context = unsafe context.map({ OpaquePointer($0) }) else { return CURLE_OK }
  unsafe belay_ssl_ctx_tell_messages(context, onTLSMessage, reactor)
  unsafe belay_ssl_ctx_limit_chains(context, 32 << 10)
  unsafe belay_ssl_ctx_refuse_long_primes(context)
  // libcurl has said otherwise before.
  unsafe belay_ssl_ctx_show_nothing_later(context)
  return CURLE_OK
}

@c(belay_upstream_tls_message)
func onTLSMessage(
  _ isSent: Int32, _ version: Int32, _ type: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ session: OpaquePointer?,
  _ context: UnsafeMutableRawPointer?
) {
  guard type == SSL3_RT_HANDSHAKE, isSent == 0, count > 0, let bytes = unsafe bytes, let session = unsafe session,
    let context = unsafe context
  else { return }
  switch Int32(unsafe bytes.load(as: UInt8.self)) {
  case SSL3_MT_KEY_UPDATE, SSL3_MT_NEWSESSION_TICKET, SSL3_MT_HELLO_REQUEST, SSL3_MT_CERTIFICATE_REQUEST: break
  case SSL3_MT_CERTIFICATE: return unsafe belay_tls_refuse_costly_certificates(bytes, count, session)
  default: return
  }
  let reactor = unsafe Unmanaged<Reactor>.fromOpaque(context).takeUnretainedValue()
  if unsafe reactor.idleMessages.isTooMany(of: session) { unsafe belay_ssl_give_up(session) }
}
