// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// HMAC-SHA256 (RFC 2104), by libcrypto.
///
/// - Returns: 32 bytes; nil where libcrypto cannot.
package func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8]? {
  guard let algorithm = unsafe EVP_sha256(), let keyLength = Int32(exactly: key.count) else { return nil }
  var code = [UInt8](repeating: 0, count: 32)
  var length: UInt32 = 0
  let isDone = unsafe key.withUnsafeBytes { key in
    unsafe message.withUnsafeBufferPointer { message in
      unsafe code.withUnsafeMutableBufferPointer { code in
        unsafe HMAC(algorithm, key.baseAddress, keyLength, message.baseAddress, message.count, code.baseAddress, &length) != nil
      }
    }
  }
  return isDone && length == 32 ? code : nil
}
