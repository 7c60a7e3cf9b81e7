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
    rewritten(text) { byte, form in
      switch byte {
      case UInt8(ascii: "~"): form += "~0".utf8
      case UInt8(ascii: "/"): form += "~1".utf8
      default: form.append(byte)
      }
    }
  }

  /// The inside of a JSON string, without and with the escaped solidus that some writers like (RFC 8259 section 7).
  private static func inStrings(_ text: [UInt8]) -> [[UInt8]] {
    let escaped = Array(JSONWriter.bytes(of: .string(JSONString(utf8: text))).dropFirst().dropLast())
    let solidus = UInt8(ascii: "/")
    let more = rewritten(escaped) { byte, form in
      if byte == solidus { form.append(UInt8(ascii: "\\")) }
      form.append(byte)
    }
    return [escaped, more]
  }

  private static func percentEncoded(_ text: [UInt8], keeping kept: [UInt8], digits: [UInt8]) -> [UInt8] {
    rewritten(text) { byte, form in
      if isUnreserved(byte) || kept.contains(byte) {
        form.append(byte)
      } else {
        form.append(UInt8(ascii: "%"))
        form.append(digits[Int(byte >> 4)])
        form.append(digits[Int(byte & 15)])
      }
    }
  }

  /// A header may be as long as all headers together: no array for each of its bytes.
  private static func rewritten(_ text: [UInt8], _ write: (UInt8, inout [UInt8]) -> Void) -> [UInt8] {
    var form: [UInt8] = []
    form.reserveCapacity(text.count * 2)
    for byte in text { write(byte, &form) }
    return form
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
