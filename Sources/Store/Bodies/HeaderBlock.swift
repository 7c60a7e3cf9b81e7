// SPDX-License-Identifier: Apache-2.0

/// Header fields as one body: `name: value` and a line feed each, so that they are chunks like any other. A field holds no
/// line feed (RFC 9110 §5.5); one that does all the same gets a space in its place.
enum HeaderBlock {
  static func encode(_ headers: [StoredMessage.Header]) -> [UInt8] {
    var out: [UInt8] = []
    for header in headers {
      append(header.name, to: &out) { $0 == 0x0A || $0 == UInt8(ascii: ":") }
      out.append(UInt8(ascii: ":"))
      out.append(0x20)
      append(header.value, to: &out) { $0 == 0x0A }
      out.append(0x0A)
    }
    return out
  }

  private static func append(_ text: String, to out: inout [UInt8], replacing isForbidden: (UInt8) -> Bool) {
    let start = out.count
    out.append(contentsOf: text.utf8)
    for index in start..<out.count where isForbidden(out[index]) { out[index] = 0x20 }
  }

  static func decode(_ block: [UInt8]) -> [StoredMessage.Header] {
    block.split(separator: 0x0A).map { line in
      let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
      return StoredMessage.Header(
        String(decoding: line[..<colon], as: UTF8.self), String(decoding: line[colon...].dropFirst(2), as: UTF8.self))
    }
  }
}
