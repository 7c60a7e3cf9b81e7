// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Why a client got no connection.
package struct HandshakeFailure: Equatable, Sendable {
  /// A closed set: the values of a metric's label.
  package enum Reason: String, CaseIterable, Sendable {
    /// HTTP without TLS.
    case plainHTTP = "plain_http"
    /// Neither TLS nor HTTP.
    case notTLS = "not_tls"
    /// The client speaks only versions that are too old, or too new.
    case version
    /// No cipher, group or signature that both know.
    case noSharedCipher = "no_shared_cipher"
    case noClientCertificate = "no_client_certificate"
    /// The client's certificate expired, was revoked, or nobody vouches for it.
    case clientCertificate = "client_certificate"
    /// The client sent an alert: in most cases, it does not trust the certificate.
    case refusedByClient = "refused_by_client"
    case timeout
    /// The client went away.
    case closed
    /// Whatever else breaks the protocol.
    case protocolError = "protocol"
  }

  package var reason: Reason
  /// OpenSSL's words: "tlsv1 alert unknown ca".
  package var detail: String

  init(_ reason: Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }

  init(_ error: OpenSSLErrors.Entry?, verifyResult: Int) {
    guard let error, error.library == ERR_LIB_SSL else {
      self.init(.protocolError, error?.text ?? "no reason is known")
      return
    }
    if error.isSSL(SSL_R_CERTIFICATE_VERIFY_FAILED) {
      self.init(.clientCertificate, unsafe String(cString: X509_verify_cert_error_string(verifyResult)))
      return
    }
    let reason: Reason =
      switch error.reason {
      case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: .plainHTTP
      case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_VERSION_TOO_HIGH, SSL_R_WRONG_SSL_VERSION,
        SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_BAD_LEGACY_VERSION, SSL_R_INAPPROPRIATE_FALLBACK: .version
      case SSL_R_WRONG_VERSION_NUMBER, SSL_R_UNKNOWN_PROTOCOL: .notTLS
      case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SUITABLE_GROUPS,
        SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM: .noSharedCipher
      case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: .noClientCertificate
      // An alert that came, by its number above an offset.
      case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255): .refusedByClient
      default: .protocolError
      }
    self.init(reason, error.text)
  }
}
