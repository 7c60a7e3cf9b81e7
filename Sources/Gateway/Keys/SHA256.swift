// SPDX-License-Identifier: Apache-2.0
import COpenSSL

package enum SHA256 {
  /// The digest, 32 bytes; nil where libcrypto has none to give.
  package static func digest(_ bytes: [UInt8]) -> [UInt8]? {
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: 32) { out, count in
      let isDone = unsafe bytes.withUnsafeBytes { input in
        unsafe EVP_Digest(input.baseAddress, input.count, out.baseAddress, nil, EVP_sha256(), nil)
      }
      count = isDone == 1 ? 32 : 0
    }
    return digest.count == 32 ? digest : nil
  }

  /// 64 hexadecimal digits.
  static func hex(_ bytes: [UInt8]) -> String? {
    digest(bytes)?.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
  }
}
