// SPDX-License-Identifier: Apache-2.0

/// Quoting for POSIX shells (XCU 2.2).
enum Shell {
  /// A word that means exactly these bytes. A shell's word has no NUL.
  static func quoted(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var word: [UInt8] = [UInt8(ascii: "'")]
    for byte in bytes where byte != 0 {
      if byte == UInt8(ascii: "'") { word += Array("'\\''".utf8) } else { word.append(byte) }
    }
    return word + [UInt8(ascii: "'")]
  }

  static func quoted(_ text: String) -> String { String(decoding: quoted(text.utf8), as: UTF8.self) }

  /// A command that writes exactly these bytes. `printf` is built in wherever there is a shell, so that no limit on a command's
  /// arguments holds, as a whole conversation is longer than one.
  static func printing(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(0) else { return Array("printf '%s' ".utf8) + quoted(bytes) }
    var format: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "%"): format += [byte, byte]
      case 0x20...0x7E where byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "'"): format.append(byte)
      default: format += [UInt8(ascii: "\\"), 0x30 + byte >> 6, 0x30 + byte >> 3 & 7, 0x30 + byte & 7]
      }
    }
    return Array("printf '".utf8) + format + Array("'".utf8)
  }
}
