// SPDX-License-Identifier: Apache-2.0

/// A key for a client: 43 letters and digits, 256 bits, after a prefix by which scanners of leaked secrets can know it.
package struct NewKey: Sendable {
  package let text: String
  /// 64 hexadecimal digits.
  package let sha256: String

  /// Nil where libcrypto cannot hash.
  package init?(using random: inout some RandomNumberGenerator) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let letters = (0..<43).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] }
    text = "belay_" + String(decoding: letters, as: UTF8.self)
    guard let digest = SHA256.digest(Array(text.utf8)) else { return nil }
    sha256 = digest.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
  }

  /// What belongs into belay.yaml.
  package func entry(for name: String) -> String { "clients:\n  \(name):\n    key_sha256: \(sha256)\n" }
}
