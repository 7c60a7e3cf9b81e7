// SPDX-License-Identifier: Apache-2.0
import COpenSSL

package enum TLSVersion: String, CaseIterable, Sendable {
  case tls12 = "1.2"
  case tls13 = "1.3"
}

/// What a listener shows to those who connect, and asks of them: OpenSSL's SSL_CTX. A connection keeps the one that it began with.
///
/// Unchecked: an SSL_CTX is not changed after `init`, and connections of any thread may be made of it (SSL_CTX_new(3)).
@safe package final class ServerContext: @unchecked Sendable {
  let raw: OpaquePointer

  /// Mozilla's "intermediate" for TLS 1.2 (ssl-config.mozilla.org, version 5.7), without the two that need Diffie-Hellman
  /// parameters: forward secrecy and authenticated encryption. Those of TLS 1.3 are the library's.
  private static let ciphers = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
  ].joined(separator: ":")

  /// - Parameters:
  ///   - clientAuthorities: a PEM file of those who may vouch for clients, and of their revocation lists, where a client must show a
  ///     certificate; nil where it need not.
  package init(
    _ chain: CertificateChain, _ key: PrivateKey, clientAuthorities: [UInt8]? = nil, minimumVersion: TLSVersion = .tls12
  ) throws(TLSProblem) {
    OpenSSLErrors.clear()
    guard let raw = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw TLSProblem(.certificate, "cannot be served: \(OpenSSLErrors.take()?.text ?? "libssl gave no context")", "look at openssl.cnf")
    }
    unsafe self.raw = raw
    try use(chain, key)
    if let clientAuthorities { try demandClients(vouchedForBy: clientAuthorities) }

    // A session that is resumed saves a client no round trip without early data, and costs forward secrecy where a ticket's key
    // lives long: none is. Agents keep their connections.
    unsafe belay_ssl_ctx_restrict(raw)
    unsafe belay_ssl_ctx_cache_off(raw)
    unsafe SSL_CTX_set_num_tickets(raw, 0)
    // Idle connections keep no record buffers, 34 KiB each.
    unsafe belay_ssl_ctx_set_mode(raw, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY))
    unsafe belay_ssl_ctx_offer_http1(raw)
    let isSet =
      unsafe belay_ssl_ctx_set_min_version(raw, minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1
      && SSL_CTX_set_cipher_list(raw, Self.ciphers) == 1
      && belay_ssl_ctx_set_groups(raw, "X25519:P-256:P-384") == 1
    guard isSet else {
      throw TLSProblem(
        .certificate, "cannot be served: this system's libssl refuses the versions, ciphers or groups (\(OpenSSLErrors.take()?.text ?? ""))",
        "look at openssl.cnf")
    }
  }

  deinit { unsafe SSL_CTX_free(raw) }

  private func use(_ chain: CertificateChain, _ key: PrivateKey) throws(TLSProblem) {
    guard let leaf = unsafe chain.certificates.first, unsafe X509_check_private_key(leaf, key.key) == 1 else {
      throw TLSProblem(
        .key, "does not belong to the certificate",
        "name the key that the certificate was made for; in the certificate's file, the server's own must stand first")
    }
    guard unsafe SSL_CTX_use_certificate(raw, leaf) == 1 else { throw weak("the certificate") }
    for unsafe certificate in unsafe chain.certificates.dropFirst() where unsafe belay_ssl_ctx_add_chain(raw, certificate) != 1 {
      throw weak("a certificate of the chain")
    }
    guard unsafe SSL_CTX_use_PrivateKey(raw, key.key) == 1 else {
      throw TLSProblem(.key, "cannot be used: \(OpenSSLErrors.take()?.text ?? "")", "make another key, RSA of 2048 bits or P-256")
    }
  }

  private func weak(_ what: String) -> TLSProblem {
    TLSProblem(
      .certificate, "is too weak for this system's OpenSSL: \(what) is refused (\(OpenSSLErrors.take()?.text ?? ""))",
      "make one with a key of RSA, at least 2048 bits, or P-256, signed with SHA-256")
  }

  private func demandClients(vouchedForBy pem: [UInt8]) throws(TLSProblem) {
    // Also the check that the file has certificates, all of them whole.
    let whole = try unsafe CertificateChain.read(pem, as: .clientAuthorities)
    for unsafe certificate in unsafe whole { unsafe X509_free(certificate) }
    let store = unsafe SSL_CTX_get_cert_store(raw)
    let isDone = try unsafe withBIO(pem) { bio throws(TLSProblem) -> Bool in
      guard let infos = unsafe PEM_X509_INFO_read_bio(bio, nil, onPassphrase, nil) else { return false }
      defer { unsafe belay_x509_infos_free(infos) }
      var hasLists = false
      for index in 0..<(unsafe belay_x509_infos(infos)) {
        guard let info = unsafe belay_x509_info(infos, index) else { continue }
        if let certificate = unsafe info.pointee.x509 {
          guard unsafe X509_STORE_add_cert(store, certificate) == 1, unsafe SSL_CTX_add_client_CA(raw, certificate) == 1 else { return false }
        }
        if let list = unsafe info.pointee.crl {
          guard unsafe X509_STORE_add_crl(store, list) == 1 else { return false }
          hasLists = true
        }
      }
      // A list counts for the authority that issued it; with the whole chain to be checked, each authority would need one.
      return unsafe !hasLists || X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK)) == 1
    }
    guard isDone == true else {
      throw TLSProblem(.clientAuthorities, "cannot be used: \(OpenSSLErrors.take()?.text ?? "it is damaged")", "write the file anew, whole")
    }
    unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    // Before anybody is known: what strangers send is to cost little.
    unsafe belay_ssl_ctx_refuse_costly_certificates(raw)
    unsafe belay_ssl_ctx_limit_chains(raw, 16 << 10)
  }
}

extension ServerContext: Equatable {
  package static func == (one: ServerContext, other: ServerContext) -> Bool { one === other }
}
