// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A server's certificate and those that vouch for it, as clients get to see them.
///
/// Unchecked: certificates are not changed once they are read, and OpenSSL counts their references atomically.
@safe package final class CertificateChain: @unchecked Sendable {
  /// The server's own first. Never empty.
  let certificates: [OpaquePointer]

  /// - Parameter pem: the bytes of a PEM file: certificates, and whatever else, which is passed over.
  package init(pem: [UInt8]) throws(TLSProblem) {
    unsafe certificates = try unsafe Self.read(pem, as: .certificate)
  }

  deinit { for unsafe certificate in unsafe certificates { unsafe X509_free(certificate) } }

  /// Every certificate of a PEM file; the caller frees them.
  static func read(_ pem: [UInt8], as file: TLSProblem.File) throws(TLSProblem) -> [OpaquePointer] {
    OpenSSLErrors.clear()
    let read = try unsafe withBIO(pem) { bio throws(TLSProblem) -> [OpaquePointer] in
      var read = unsafe [OpaquePointer]()
      while let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil) { unsafe read.append(certificate) }
      if let error = OpenSSLErrors.take(), !error.isPEM(PEM_R_NO_START_LINE) {
        let number = unsafe read.count + 1
        for unsafe certificate in unsafe read { unsafe X509_free(certificate) }
        throw TLSProblem(file, "is damaged: certificate \(number) in it cannot be read (\(error.text))", "write the file anew, whole")
      }
      return unsafe read
    }
    guard let read = unsafe read, unsafe !read.isEmpty else {
      if pem.first == 0x30 {
        throw TLSProblem(file, "is not PEM: it looks like DER", "convert it: openssl x509 -inform der -in FILE -out FILE.pem")
      }
      throw TLSProblem(file, "has no certificate in it", "name a PEM file with a block -----BEGIN CERTIFICATE-----")
    }
    return unsafe read
  }

  private var leaf: OpaquePointer? { unsafe certificates.first }

  /// From when the server's certificate is valid, and until when all of the chain is: seconds since the epoch.
  package var validFrom: Int64 { unsafe leaf.flatMap { unsafe Self.seconds(X509_get0_notBefore($0)) } ?? .min }
  package var validUntil: Int64 { unsafe certificates.compactMap { unsafe Self.seconds(X509_get0_notAfter($0)) }.min() ?? .max }

  /// Whether clients find a name in it: they have not looked at the subject for long (RFC 9110 section 4.3.4).
  package var hasNames: Bool { unsafe leaf.map { unsafe X509_get_ext_by_NID($0, NID_subject_alt_name, -1) >= 0 } ?? false }

  /// Hexadecimal, as `openssl x509 -serial` has it.
  package var serialNumber: String {
    guard let leaf = unsafe leaf, let number = unsafe X509_get0_serialNumber(leaf), let bytes = unsafe ASN1_STRING_get0_data(number)
    else { return "" }
    return unsafe UnsafeBufferPointer(start: bytes, count: Int(ASN1_STRING_length(number))).map {
      let digits = String($0, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    var (days, seconds): (Int32, Int32) = (0, 0)
    guard let time = unsafe time, let epoch = unsafe ASN1_TIME_set(nil, 0) else { return nil }
    defer { unsafe ASN1_STRING_free(epoch) }
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
    return Int64(days) * 86_400 + Int64(seconds)
  }
}
