// SPDX-License-Identifier: Apache-2.0
import CCurl
import COpenSSL

/// What OpenSSL knows of a transfer's connection and libcurl does not tell.
@safe struct TLSConnection {
  /// Nil where libcurl has another TLS library, or another OpenSSL than this program.
  private let ssl: OpaquePointer?

  /// Nil for a connection without TLS. Only within a callback a transfer has its connection.
  init?(_ easy: UnsafeMutableRawPointer) {
    var info: UnsafeMutablePointer<curl_tlssessioninfo>?
    unsafe belay_easy_get_tls(easy, &info)
    guard let info = unsafe info?.pointee, let internals = unsafe info.internals else { return nil }
    unsafe ssl = unsafe info.backend == CURLSSLBACKEND_OPENSSL && CurlLibrary.sharesOpenSSL ? OpaquePointer(internals) : nil
  }

  /// Whether it carries one request at a time. The handshake tells, not the answer: a vendor may write "HTTP/2" there.
  func isExclusive(offeredHTTP2: Bool) -> Bool {
    guard let ssl = unsafe ssl else { return !offeredHTTP2 }
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(ssl, &name, &count)
    return unsafe !UnsafeBufferPointer(start: name, count: Int(count)).elementsEqual("h2".utf8)
  }

  /// libcurl reads no more than the answer's length, and the rest of a TLS record then waits here, where no socket shows it.
  var hasUnreadBytes: Bool {
    guard let ssl = unsafe ssl else { return false }
    return unsafe SSL_has_pending(ssl) != 0
  }
}
