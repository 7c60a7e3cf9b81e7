// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Why a file cannot be used for TLS.
package struct TLSProblem: Error, Equatable, Sendable {
  package enum File: Sendable { case certificate, key, clientAuthorities }

  package let file: File
  /// A predicate that follows the name of the file's setting: "has no certificate in it".
  package let predicate: String
  /// What to do.
  package let advice: String

  init(_ file: File, _ predicate: String, _ advice: String) {
    self.file = file
    self.predicate = predicate
    self.advice = advice
  }
}

/// OpenSSL's errors of this thread.
enum OpenSSLErrors {
  struct Entry {
    let library: Int32
    let reason: Int32
    /// "no shared cipher".
    let text: String

    func isSSL(_ reasons: Int32...) -> Bool { library == ERR_LIB_SSL && reasons.contains(reason) }
    func isPEM(_ reasons: Int32...) -> Bool { library == ERR_LIB_PEM && reasons.contains(reason) }
  }

  /// What an operation is to be judged by must not be left from another one.
  static func clear() { ERR_clear_error() }

  /// The first error since the last look, which is the cause of the others.
  static func take() -> Entry? {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0 else { return nil }
    let text = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
    return Entry(library: belay_err_library(code), reason: belay_err_reason(code), text: text ?? "error \(code)")
  }
}

/// Reads bytes in memory through a BIO.
func withBIO<Result>(_ bytes: [UInt8], _ body: (OpaquePointer) throws(TLSProblem) -> Result) throws(TLSProblem) -> Result? {
  guard let length = Int32(exactly: bytes.count), let bio = unsafe BIO_new(BIO_s_mem()) else { return nil }
  defer { unsafe _ = BIO_free(bio) }
  let written = unsafe bytes.withUnsafeBytes { unsafe BIO_write(bio, $0.baseAddress, length) }
  guard written == length || length == 0 else { return nil }
  return try unsafe body(bio)
}
