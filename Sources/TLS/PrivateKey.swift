// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A server's private key.
///
/// Unchecked: not changed once it is read, and OpenSSL counts its references atomically.
@safe package final class PrivateKey: @unchecked Sendable {
  let key: OpaquePointer

  /// - Parameter pem: the bytes of a PEM file: one key that is not encrypted, and whatever else, which is passed over.
  package init(pem: [UInt8]) throws(TLSProblem) {
    OpenSSLErrors.clear()
    let wasAsked = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    unsafe wasAsked.initialize(to: false)
    defer { unsafe wasAsked.deallocate() }
    let read = try unsafe withBIO(pem) { bio throws(TLSProblem) in unsafe PEM_read_bio_PrivateKey(bio, nil, onPassphrase, wasAsked) }
    if let key = unsafe read.flatMap({ unsafe $0 }) {
      unsafe self.key = key
      return
    }
    let error = OpenSSLErrors.take()
    if unsafe wasAsked.pointee {
      throw TLSProblem(
        .key, "is encrypted, and nobody is there to type its passphrase",
        "decrypt it, and let nobody else read the file: openssl pkey -in FILE -out PLAIN.pem; chmod 600 PLAIN.pem")
    }
    if pem.first == 0x30 {
      throw TLSProblem(.key, "is not PEM: it looks like DER", "convert it: openssl pkey -inform der -in FILE -out FILE.pem")
    }
    // OpenSSL tells no block from one that it cannot read.
    if !String(decoding: pem, as: UTF8.self).contains("PRIVATE KEY-----") {
      throw TLSProblem(.key, "has no private key in it", "name a PEM file with a block -----BEGIN PRIVATE KEY-----")
    }
    throw TLSProblem(.key, "is damaged: the key in it cannot be read (\(error?.text ?? ""))", "write the file anew, whole")
  }

  deinit { unsafe EVP_PKEY_free(key) }
}

/// Says that a passphrase would be needed, and has none (pem_password_cb).
@c(belay_tls_passphrase)
func onPassphrase(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isWriting: Int32, _ context: UnsafeMutableRawPointer?) -> Int32 {
  unsafe context?.assumingMemoryBound(to: Bool.self).pointee = true
  return -1
}
