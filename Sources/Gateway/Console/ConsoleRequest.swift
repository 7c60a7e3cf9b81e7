// SPDX-License-Identifier: Apache-2.0
package import NIOHTTP1

/// A request to the console: the target taken apart, and the header fields.
package struct ConsoleRequest: Sendable {
  package var method: String
  /// Without its query, percent-decoded: `/api/exchanges/01J…`.
  package var path: String
  /// In order, decoded; a name may stand several times.
  package var query: [(name: String, value: String)]
  package var headers: HTTPHeaders

  package init(method: String = "GET", target: String, headers: HTTPHeaders = [:]) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.method = method
    self.headers = headers
    path = Self.decoded(parts[0], plusIsBlank: false)
    query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { pair in
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (Self.decoded(sides[0], plusIsBlank: true), sides.count > 1 ? Self.decoded(sides[1], plusIsBlank: true) : "")
    }
  }

  /// The last value of a name that is not empty.
  func value(_ name: String) -> String? { query.last { $0.name == name && !$0.value.isEmpty }?.value }

  func values(_ name: String) -> [String] { query.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

  /// The query as the URL standard decodes forms: what is not UTF-8 becomes U+FFFD, and a lone % stays.
  private static func decoded(_ text: Substring, plusIsBlank: Bool) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "+"), plusIsBlank {
        bytes.append(0x20)
      } else if byte == UInt8(ascii: "%"), let value = hexadecimal(rest.prefix(2)) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func hexadecimal(_ digits: Substring.UTF8View) -> UInt8? {
    let text = String(Substring(digits))
    return text.utf8.count == 2 && text.allSatisfy(\.isHexDigit) ? UInt8(text, radix: 16) : nil
  }
}
