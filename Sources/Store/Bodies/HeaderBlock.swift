// SPDX-License-Identifier: Apache-2.0

/// Header fields as one body: `name: value` and a line feed each, so that they are chunks like any other. A field holds no
/// line feed (RFC 9110 §5.5); one that does all the same gets a space in its place.
enum HeaderBlock {
  static func encode(_ headers: [StoredMessage.Header]) -> [UInt8] {
    var out: [UInt8] = []
    for header in headers {
      for byte in header.name.utf8 { out.append(byte == 0x0A || byte == UInt8(ascii: ":") ? 0x20 : byte) }
      out += [UInt8(ascii: ":"), 0x20]
      for byte in header.value.utf8 { out.append(byte == 0x0A ? 0x20 : byte) }
      out.append(0x0A)
    }
    return out
  }

  static func decode(_ block: [UInt8]) -> [StoredMessage.Header] {
    block.split(separator: 0x0A).map { line in
      let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
      return StoredMessage.Header(
        String(decoding: line[..<colon], as: UTF8.self), String(decoding: line[colon...].dropFirst(2), as: UTF8.self))
    }
  }
}
