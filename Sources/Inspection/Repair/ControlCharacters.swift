// SPDX-License-Identifier: Apache-2.0

/// `control_characters` (R47): the text with every raw control character inside a string written as an escape, the shortest
/// there is (RFC 8259, 7). All else keeps its bytes. What a string is, is told by quotes and backslashes alone.
func escapingControlCharacters(_ text: [UInt8]) -> [UInt8] {
  guard text.contains(where: { $0 < 0x20 }) else { return text }
  var out: [UInt8] = []
  out.reserveCapacity(text.count + 16)
  var isInString = false
  var isEscaped = false
  for byte in text {
    if isEscaped {
      // A backslash before a line feed escapes nothing: both stay, and the text is no JSON.
      isEscaped = false
    } else if isInString, byte < 0x20 {
      appendEscape(of: byte, to: &out)
      continue
    } else if byte == UInt8(ascii: "\"") {
      isInString.toggle()
    } else if byte == UInt8(ascii: "\\"), isInString {
      isEscaped = true
    }
    out.append(byte)
  }
  return out
}

private func appendEscape(of byte: UInt8, to out: inout [UInt8]) {
  switch byte {
  case 0x08: out += Array("\\b".utf8)
  case 0x09: out += Array("\\t".utf8)
  case 0x0A: out += Array("\\n".utf8)
  case 0x0C: out += Array("\\f".utf8)
  case 0x0D: out += Array("\\r".utf8)
  default:
    let digits = Array("0123456789abcdef".utf8)
    out += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
