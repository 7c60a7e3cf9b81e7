// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How an engine behaves. `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` are read from the environment; this machine is asked
/// without them.
package struct UpstreamOptions: Sendable {
  /// Response bytes that may be delivered and not yet acknowledged before a transfer pauses; it goes on at half of
  /// this. HTTP/1 overshoots by at most 16 KiB. Over HTTP/2, libcurl 7.88 grants streams a window of 32 MiB that it cannot
  /// be told to lower, so a paused stream may hold that much more.
  package var window = 256 << 10
  /// Request body bytes that may be written and not yet sent before `UpstreamCall.write` says stop.
  package var uploadWindow = 256 << 10
  /// A response head larger than this fails the call with `tooLarge`.
  package var headBytes = 256 << 10
  /// Idle connections that are kept beside those in use; beyond, the one idle for longest is closed. 0 is no limit.
  package var idleConnections = 0
  /// Connections to one host above which requests wait for a free one; 0 is no limit.
  package var connectionsPerHost = 0
  /// Seconds for which an idle connection may still be used again.
  package var idleConnectionSeconds = 110
  /// Handles kept for the next requests. More may be in use at once.
  package var pooledHandles = 256
  /// Offer HTTP/2 in the TLS handshake. Plain `http` URLs are always HTTP/1.1. With libcurl 7.88 it costs more than it saves: what
  /// befalls a connection befalls all its streams, frames without bytes hold the engine's thread for as long as they come, and a
  /// response without a length that ends before the request's body is sent is not noticed; such a call runs into a limit.
  package var offersHTTP2 = false
  /// A PEM file of certificate authorities to trust instead of the system's; the environment's `SSL_CERT_FILE`, as for OpenSSL.
  package var certificateAuthorities: String? = Self.named

  /// Of the engine's thread: see ``ThreadPriority``.
  package var niceness: Int32 = 0

  package init() {}

  private static let named: String? = {
    guard let text = unsafe getenv("SSL_CERT_FILE"), unsafe text.pointee != 0 else { return nil }
    return unsafe String(cString: text)
  }()
}
