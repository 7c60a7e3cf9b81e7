// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Which parts of a secret count for the whole.
///
/// Of many secrets others know a part: of `id:secret` the id, of a token in three parts (RFC 7515 section 3.1) all but the signature. Who knows
/// that, and sees what becomes of a text with a guess at the rest, must not learn it letter by letter. So what is taken out for a beginning goes
/// to the end of the word in which that is, whatever stands there; and only of a secret without such parts anything counts but its beginning.
enum SecretParts: Comparable {
  /// The whole only. Of a webhook's URL, say, the secret is in the end, and the beginning is everybody's.
  case none
  /// Half of it from its first byte on.
  case beginning
  /// And three quarters of it, wherever in it they begin, see ``SortedForms/part(in:at:_:)``.
  case anywhere

  init(of secret: [UInt8]) {
    let letters = secret.prefix { $0 != UInt8(ascii: "=") }
    let isOneWord = !letters.contains(where: Self.separates) && secret[letters.endIndex...].allSatisfy { $0 == UInt8(ascii: "=") }
    // A token of a cloud's may have a name before it (`bedrock-api-key-`).
    let name = letters.prefix(20).lastIndex { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    let hasText = Self.isEncodedText(letters) || name.map { Self.isEncodedText(letters[($0 + 1)...]) } ?? false
    self = isOneWord && !hasText ? .anywhere : .beginning
  }

  private static func separates(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "|"), UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: ";"), 0x20, 0x09: true
    default: false
    }
  }

  /// Whether it is base64 of what begins as a text, such as of a user and a password (RFC 7617 section 2). By chance a key's is one in 100,000 times.
  private static func isEncodedText(_ letters: ArraySlice<UInt8>) -> Bool {
    let begin = letters.prefix(16).map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0 }
    guard begin.count >= 12 else { return false }
    let text = String(decoding: begin.prefix(begin.count / 4 * 4), as: UTF8.self)
    return Data(base64Encoded: text)?.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ?? false
  }

  /// Whether it may stand within a key, and between no two words.
  static func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"), UInt8(ascii: "+"),
      UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "|"), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "="): true
    default: false
    }
  }

  static func endsSentence(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") }
}
