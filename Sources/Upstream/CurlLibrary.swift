// SPDX-License-Identifier: Apache-2.0
import CCurl
import COpenSSL

/// The libcurl that this process has, which need not be the one it was built with.
enum CurlLibrary {
  /// `curl_global_init`, once for the process.
  static let state = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  /// Before 8.1.0 a handle keeps a pointer to the last header of the answer before (`prevhead`), which is freed: a folded line
  /// in place of the next answer's first field is added to it, and the process ends. https://github.com/curl/curl/commit/cd1c611b
  static let mayReuseHandles = version >= 0x08_01_00

  /// Whether its TLS connections are OpenSSL's, and of the same major version as the one that is linked here.
  static let sharesOpenSSL: Bool = {
    guard let text = unsafe curl_version_info(CURLVERSION_FIRST)?.pointee.ssl_version else { return false }
    return unsafe String(cString: text).contains("OpenSSL/\(OPENSSL_version_major()).")
  }()

  private static let version = unsafe curl_version_info(CURLVERSION_FIRST)?.pointee.version_num ?? 0
}

/// TLS sessions, so that a new connection to a vendor need not do all of the handshake: libcurl keeps them for each handle, which
/// may be gone after one request. No lock is needed, since all that share them are on one thread.
@safe final class TLSSessions {
  let raw: UnsafeMutableRawPointer?

  init() {
    unsafe raw = CurlLibrary.state == CURLE_OK ? curl_share_init() : nil
    if let raw = unsafe raw { unsafe belay_share_add(raw, CURL_LOCK_DATA_SSL_SESSION) }
  }

  deinit {
    if let raw = unsafe raw { unsafe curl_share_cleanup(raw) }
  }
}
