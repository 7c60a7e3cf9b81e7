// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore
import TLS

/// OpenSSL's client over bytes in memory: the other end of what is tested.
@safe final class ClientPeer {
  private let context: OpaquePointer
  private let ssl: OpaquePointer
  private let input: OpaquePointer
  private let output: OpaquePointer
  private(set) var isConnected = false
  private(set) var isClosedByPeer = false
  private(set) var hasFailed = false
  /// Plaintext from the server.
  private(set) var received: [UInt8] = []

  /// - Parameter version: the only one that is offered.
  init(version: Int32 = TLS1_3_VERSION) {
    unsafe context = SSL_CTX_new(TLS_client_method())!
    unsafe belay_ssl_ctx_set_min_version(context, version)
    unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
    unsafe ssl = SSL_new(context)!
    unsafe input = BIO_new(BIO_s_mem())!
    unsafe output = BIO_new(BIO_s_mem())!
    unsafe SSL_set_bio(ssl, input, output)
    unsafe SSL_set_connect_state(ssl)
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe SSL_CTX_free(context)
  }

  /// Takes ciphertext, and goes on as far as it can.
  func take(_ bytes: ByteBuffer) {
    _ = unsafe bytes.withUnsafeReadableBytes { unsafe BIO_write(input, $0.baseAddress, Int32($0.count)) }
    step()
  }

  func step() {
    ERR_clear_error()
    if !isConnected {
      let result = unsafe SSL_do_handshake(ssl)
      isConnected = result == 1
      if !isConnected {
        hasFailed = unsafe SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ
        return
      }
    }
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe SSL_read(ssl, &chunk, Int32(chunk.count))
      if count <= 0 {
        switch unsafe SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_ZERO_RETURN: isClosedByPeer = true
        default: hasFailed = true
        }
        return
      }
      received += chunk.prefix(Int(count))
    }
  }

  func write(_ bytes: [UInt8]) {
    var written = 0
    unsafe SSL_write_ex(ssl, bytes, bytes.count, &written)
    precondition(written == bytes.count)
  }

  func close() { unsafe _ = SSL_shutdown(ssl) }

  func renegotiate() {
    unsafe SSL_renegotiate(ssl)
    unsafe _ = SSL_do_handshake(ssl)
  }

  func updateKeys() {
    unsafe SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED)
    unsafe _ = SSL_do_handshake(ssl)
  }

  /// Ciphertext for the server.
  var bytesOut: ByteBuffer {
    var all = ByteBuffer()
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe BIO_read(output, &chunk, Int32(chunk.count))
      guard count > 0 else { return all }
      all.writeBytes(chunk.prefix(Int(count)))
    }
  }
}

/// A server's context with a key of its own, made here.
func serverContext(minimumVersion: TLSVersion = .tls12) throws -> ServerContext {
  let (certificate, key) = SelfSigned.make()
  return try ServerContext(CertificateChain(pem: certificate), PrivateKey(pem: key), minimumVersion: minimumVersion)
}

/// A certificate for an Ed25519 key, and the key, as PEM.
private enum SelfSigned {
  static func make() -> (certificate: [UInt8], key: [UInt8]) {
    let maker = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
    var key: OpaquePointer?
    unsafe EVP_PKEY_keygen_init(maker)
    unsafe EVP_PKEY_keygen(maker, &key)
    unsafe EVP_PKEY_CTX_free(maker)
    let certificate = unsafe X509_new()
    unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), 42)
    unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), 0)
    unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), 3600)
    unsafe X509_set_pubkey(certificate, key)
    unsafe X509_sign(certificate, key, nil)
    defer {
      unsafe X509_free(certificate)
      unsafe EVP_PKEY_free(key)
    }
    return unsafe (pem { unsafe PEM_write_bio_X509($0, certificate) }, pem { unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
  }

  private static func pem(_ write: (OpaquePointer?) -> Int32) -> [UInt8] {
    let bio = unsafe BIO_new(BIO_s_mem())
    defer { unsafe _ = BIO_free(bio) }
    _ = unsafe write(bio)
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = unsafe BIO_read(bio, &bytes, Int32(bytes.count))
    return Array(bytes.prefix(Int(count)))
  }
}
