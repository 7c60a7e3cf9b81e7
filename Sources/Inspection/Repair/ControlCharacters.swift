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

/// A text may be nothing else: no array for each.
func appendEscape(of byte: UInt8, to out: inout [UInt8]) {
  out.append(UInt8(ascii: "\\"))
  switch byte {
  case 0x08: out.append(UInt8(ascii: "b"))
  case 0x09: out.append(UInt8(ascii: "t"))
  case 0x0A: out.append(UInt8(ascii: "n"))
  case 0x0C: out.append(UInt8(ascii: "f"))
  case 0x0D: out.append(UInt8(ascii: "r"))
  default:
    out.append(UInt8(ascii: "u"))
    out.append(UInt8(ascii: "0"))
    out.append(UInt8(ascii: "0"))
    out.append(digit(byte >> 4))
    out.append(digit(byte & 15))
  }
}

private func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
