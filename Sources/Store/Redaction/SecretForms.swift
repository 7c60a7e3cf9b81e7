// SPDX-License-Identifier: Apache-2.0
import JSON

/// How a secret may be written: as it is, in a JSON string, in one within another (a call's arguments), in a URL.
enum SecretForms {
  static func all(of secret: String) -> [[UInt8]] {
    let plain = Array(secret.utf8)
    // As most keys are: the same in each form.
    if plain.allSatisfy({ isUnreserved($0) && $0 != UInt8(ascii: "~") }) { return [plain] }
    let once = inStrings(plain)
    // What `encodeURIComponent` leaves as it is, and what paths do.
    let inURLs = ["", "!'()*", "/"].flatMap { kept in
      ["0123456789ABCDEF", "0123456789abcdef"].map { percentEncoded(plain, keeping: Array(kept.utf8), digits: Array($0.utf8)) }
    }
    return [plain, inPointer(plain)] + once + once.flatMap(inStrings) + inURLs
  }

  /// RFC 6901 section 3: an argument's name in a finding.
  private static func inPointer(_ text: [UInt8]) -> [UInt8] {
    text.flatMap { (byte: UInt8) -> [UInt8] in
      switch byte {
      case UInt8(ascii: "~"): Array("~0".utf8)
      case UInt8(ascii: "/"): Array("~1".utf8)
      default: [byte]
      }
    }
  }

  /// The inside of a JSON string, without and with the escaped solidus that some writers like (RFC 8259 section 7).
  private static func inStrings(_ text: [UInt8]) -> [[UInt8]] {
    let escaped = Array(JSONWriter.bytes(of: .string(JSONString(utf8: text))).dropFirst().dropLast())
    let solidus = UInt8(ascii: "/")
    return [escaped, escaped.flatMap { $0 == solidus ? [UInt8(ascii: "\\"), solidus] : [$0] }]
  }

  private static func percentEncoded(_ text: [UInt8], keeping kept: [UInt8], digits: [UInt8]) -> [UInt8] {
    text.flatMap { byte in
      isUnreserved(byte) || kept.contains(byte) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }

  /// RFC 3986 section 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }
}
