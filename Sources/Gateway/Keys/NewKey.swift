// SPDX-License-Identifier: Apache-2.0

/// A key for a client: 43 letters and digits, 256 bits, after a prefix by which scanners of leaked secrets can know it.
package struct NewKey: Sendable {
  static let prefix = "belay_"
  static let letters = 43

  package let text: String
  /// 64 hexadecimal digits.
  package let sha256: String

  /// Nil where libcrypto cannot hash.
  package init?(using random: inout some RandomNumberGenerator) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let letters = (0..<Self.letters).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] }
    text = Self.prefix + String(decoding: letters, as: UTF8.self)
    guard let digest = SHA256.hex(Array(text.utf8)) else { return nil }
    sha256 = digest
  }

  /// Whether such a key stands in a text: at any of the places where its prefix does.
  static func stands(in bytes: some Collection<UInt8>) -> Bool {
    guard bytes.count >= prefix.utf8.count + letters else { return false }
    var rest = bytes[...]
    while let start = rest.firstRange(of: prefix.utf8)?.upperBound {
      rest = rest[start...]
      let word = rest.prefix(letters)
      if word.count == letters, word.allSatisfy(isLetter) { return true }
    }
    return false
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  /// What belongs into belay.yaml.
  package func entry(for name: String) -> String { "clients:\n  \(name):\n    key_sha256: \(sha256)\n" }
}
