// SPDX-License-Identifier: Apache-2.0
import COpenSSL
package import NIOCore

/// One connection's TLS, server side, over bytes in memory: what came from the peer goes in, what is to go to it comes out.
///
/// A machine without a socket or a clock. Not for two threads at once.
@safe package struct Session: ~Copyable {
  /// Both directions of ciphertext.
  private let wire = Wire()
  private let ssl: OpaquePointer

  package enum Handshake: Equatable { case wantsMore, done, failed(HandshakeFailure) }
  package enum ReadEnd: Equatable { case wantsMore, closed, failed(HandshakeFailure) }

  /// Nil when OpenSSL has no memory.
  package init?(_ context: ServerContext) {
    guard let method = unsafe Wire.method.pointer, let ssl = unsafe SSL_new(context.raw) else { return nil }
    guard let bio = unsafe BIO_new(method) else {
      unsafe SSL_free(ssl)
      return nil
    }
    unsafe BIO_set_data(bio, Unmanaged.passUnretained(wire).toOpaque())
    unsafe BIO_set_init(bio, 1)
    // Takes one reference for both directions.
    unsafe SSL_set_bio(ssl, bio, bio)
    unsafe SSL_set_accept_state(ssl)
    unsafe self.ssl = ssl
  }

  deinit { unsafe SSL_free(ssl) }

  /// Ciphertext from the peer. All of it is used by the next call.
  package mutating func take(_ bytes: ByteBuffer) {
    if wire.inbound.readableBytes == 0 { wire.inbound = bytes } else { wire.inbound.writeImmutableBuffer(bytes) }
  }

  package var hasOutput: Bool { wire.outbound.readableBytes > 0 }

  /// Ciphertext for the peer, since the last call.
  package mutating func output() -> ByteBuffer {
    defer { wire.outbound = ByteBuffer() }
    return wire.outbound
  }

  package mutating func handshake() -> Handshake {
    OpenSSLErrors.clear()
    let result = unsafe SSL_do_handshake(ssl)
    if result == 1 { return .done }
    return unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ ? .wantsMore : .failed(failure())
  }

  /// Of what was taken some is not opened yet.
  package var hasUnopened: Bool { wire.inbound.readableBytes > 0 }

  /// Of a record a part was taken, and the rest is still to come.
  package var hasPart: Bool {
    // Where it is the header to a byte, OpenSSL has that, and nothing pending: only that it is to read the body (`RB`) tells of it.
    unsafe SSL_has_pending(ssl) == 1 || strcmp(SSL_rstate_string(ssl), "RB") == 0
  }

  /// In a read of 64 KiB there are hardly ever as many.
  private static let recordsAtOnce = 64

  /// Appends the plaintext of what was taken, or of the first ``recordsAtOnce`` records: each costs time, however little is in it.
  package mutating func read(into plaintext: inout ByteBuffer) -> ReadEnd {
    OpenSSLErrors.clear()
    // A record's header, and the rest of it.
    wire.readsLeft = 2 * Self.recordsAtOnce
    defer { wire.readsLeft = .max }
    // Never longer than the ciphertext, but for what OpenSSL has of a record that began before.
    plaintext.reserveCapacity(minimumWritableBytes: wire.inbound.readableBytes)
    while true {
      var result: Int32 = 0
      unsafe plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { room in
        result = unsafe SSL_read(ssl, room.baseAddress, Int32(clamping: room.count))
        return Int(max(0, result))
      }
      if result > 0 { continue }
      // Nothing of a large read is kept while the connection idles.
      if wire.inbound.readableBytes == 0 { wire.inbound = ByteBuffer() }
      return switch unsafe SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ: .wantsMore
      case SSL_ERROR_ZERO_RETURN: .closed
      default: .failed(failure())
      }
    }
  }

  /// Encrypts, into as few records as there can be. False when the connection is broken.
  package mutating func write(_ plaintext: ByteBuffer) -> Bool {
    let count = plaintext.readableBytes
    guard count > 0 else { return true }
    OpenSSLErrors.clear()
    // 16 KiB a record (RFC 8446 section 5.1), and 22 to 29 bytes around each.
    wire.outbound.reserveCapacity(minimumWritableBytes: count + (count / 16_384 + 1) * 32)
    var written = 0
    let result = unsafe plaintext.withUnsafeReadableBytes { unsafe SSL_write_ex(ssl, $0.baseAddress, count, &written) }
    return result == 1 && written == count
  }

  /// Makes the alert close_notify: nothing may be written after it.
  package mutating func close() {
    OpenSSLErrors.clear()
    unsafe SSL_shutdown(ssl)
    OpenSSLErrors.clear()
  }

  /// `1.3`, once the handshake is done.
  package var version: String {
    switch unsafe SSL_version(ssl) {
    case TLS1_3_VERSION: "1.3"
    case TLS1_2_VERSION: "1.2"
    default: "other"
    }
  }

  private func failure() -> HandshakeFailure {
    HandshakeFailure(OpenSSLErrors.take(), verifyResult: unsafe SSL_get_verify_result(ssl))
  }
}
