// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A secret of which others know a part: of `id:secret` the id, also where the two are in base64 (RFC 7617 section 2), of a token in three
/// parts (RFC 7515 section 3.1) all but the signature. Half of it may be no secret: whoever knows that, and sees what becomes of a text with a
/// guess at the rest, would learn it letter by letter. So it counts as a whole only, and its secret part by itself.
struct CompositeSecret {
  /// Empty where it is too short to be looked for.
  let part: ArraySlice<UInt8>

  /// Nil for what is secret throughout.
  init?(_ secret: [UInt8]) {
    if let part = Self.signature(of: secret) ?? Self.password(in: secret) ?? Self.decoded(secret).flatMap(Self.password) {
      self.part = part.count >= SecretSearch.shortest ? part : []
    } else {
      return nil
    }
  }

  private static func signature(of token: [UInt8]) -> ArraySlice<UInt8>? {
    let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].starts(with: "eyJ".utf8) ? parts[2] : nil
  }

  private static func password(in pair: [UInt8]) -> ArraySlice<UInt8>? {
    guard let colon = pair.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
    return pair[(colon + 1)...]
  }

  private static func decoded(_ secret: [UInt8]) -> [UInt8]? {
    let letters = secret.prefix { $0 != UInt8(ascii: "=") }
    guard letters.count >= 12, secret.count - letters.count <= 2 else { return nil }
    let text = String(decoding: letters, as: UTF8.self) + String(repeating: "=", count: (4 - letters.count % 4) % 4)
    guard let bytes = Data(base64Encoded: text).map({ Array($0) }), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
    return String(validating: bytes, as: UTF8.self) == nil ? nil : bytes
  }
}
