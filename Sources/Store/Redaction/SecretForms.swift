// SPDX-License-Identifier: Apache-2.0
import JSON

/// How a secret may be written: as it is, in a JSON string, in one within another (a call's arguments), in a URL. Each form once: most
/// keys have letters and digits only, and are the same in all.
enum SecretForms {
  /// What has to be looked for, with something for each form: what a secret costs whoever looks for it.
  static func cost(of secret: String) -> Int { SecretLetters(secret.utf8).cost }

  static func all(of plain: [UInt8]) -> [[UInt8]] {
    let letters = SecretLetters(plain)
    if letters.isPlain { return [plain] }
    var forms = [plain]
    if letters.tildes + letters.solidi > 0 { forms.append(inPointer(plain)) }
    let once = letters.quoted > 0 ? inString(plain) : plain
    // What is deeper than two strings, or written here so and there so, is looked for without its escapes.
    if letters.quoted > 0 { forms += [once, inString(once), UnescapedText(plain.span).bytes] }
    if letters.solidi > 0 {
      let solidus = withSolidus(once)
      let twice = inString(solidus)
      forms += [solidus, twice, withSolidus(twice)]
      if letters.quoted > 0 { forms.append(withSolidus(inString(once))) }
    }
    guard letters.reserved > 0 else { return forms }
    for digits in letters.hasHexLetters ? ["0123456789ABCDEF", "0123456789abcdef"] : ["0123456789ABCDEF"] {
      let digits = Array(digits.utf8)
      forms.append(percentEncoded(plain, digits) { _ in false })
      if letters.marks > 0 { forms.append(percentEncoded(plain, digits, keeping: SecretLetters.isMark)) }
      if letters.solidi > 0 { forms.append(percentEncoded(plain, digits) { $0 == UInt8(ascii: "/") }) }
      if letters.blanks > 0 { forms.append(percentEncoded(plain, digits) { $0 == 0x20 }.map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }) }
    }
    return forms
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

  /// The inside of a JSON string.
  private static func inString(_ text: [UInt8]) -> [UInt8] {
    Array(JSONWriter.bytes(of: .string(JSONString(utf8: text))).dropFirst().dropLast())
  }

  /// With the escaped solidus that some writers like (RFC 8259 section 7).
  private static func withSolidus(_ text: [UInt8]) -> [UInt8] {
    rewritten(text) { byte, form in
      if byte == UInt8(ascii: "/") { form.append(UInt8(ascii: "\\")) }
      form.append(byte)
    }
  }

  @inline(__always)
  private static func percentEncoded(_ text: [UInt8], _ digits: [UInt8], keeping isKept: (UInt8) -> Bool) -> [UInt8] {
    rewritten(text) { byte, form in
      if SecretLetters.isUnreserved(byte) || isKept(byte) {
        form.append(byte)
      } else {
        form.append(UInt8(ascii: "%"))
        form.append(digits[Int(byte >> 4)])
        form.append(digits[Int(byte & 15)])
      }
    }
  }

  /// A header may be as long as all headers together: no array for each of its bytes.
  @inline(__always)
  private static func rewritten(_ text: [UInt8], _ write: (UInt8, inout [UInt8]) -> Void) -> [UInt8] {
    var form: [UInt8] = []
    form.reserveCapacity(text.count * 2)
    for byte in text { write(byte, &form) }
    return form
  }
}
