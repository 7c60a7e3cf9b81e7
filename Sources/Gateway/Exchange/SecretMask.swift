// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Takes vendors' keys out of an answer that is no success: some vendors repeat the key that they refuse, and clients have keys of
/// their own. A star for each byte, so that lengths stay. What a read ends with may be the beginning of a key, and waits for the next.
package struct SecretMask {
  private let secrets: [[UInt8]]
  private var held: [UInt8] = []

  package init(_ secrets: [[UInt8]]) { self.secrets = secrets }

  /// The secret words of a credential, as in `Bearer WORD`: a vendor may repeat one without the rest.
  static func pieces(of credential: String) -> [String] {
    credential.split { " \t,;=".contains($0) }.map { String($0) }.filter { $0.utf8.count >= 8 }
  }

  package mutating func mask(_ bytes: ByteBuffer) -> ByteBuffer {
    var text = held + bytes.readableBytesView
    for secret in secrets {
      var start = 0
      while let first = text[start...].firstIndex(of: secret[0]) {
        start = first + 1
        guard text[first...].starts(with: secret) else { continue }
        for index in first..<first + secret.count { text[index] = UInt8(ascii: "*") }
        start = first + secret.count
      }
    }
    let beginning = secrets.lazy.map { Self.beginning(of: $0, at: text) }.max() ?? 0
    held = Array(text.suffix(beginning))
    text.removeLast(beginning)
    return ByteBuffer(bytes: text)
  }

  /// What still waited.
  package mutating func end() -> ByteBuffer {
    defer { held = [] }
    return ByteBuffer(bytes: held)
  }

  /// How many bytes at the end of a text are the secret's first, of which more may come.
  private static func beginning(of secret: [UInt8], at text: [UInt8]) -> Int {
    (1..<secret.count).reversed().first { $0 <= text.count && text.suffix($0).elementsEqual(secret.prefix($0)) } ?? 0
  }
}
