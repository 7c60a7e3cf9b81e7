// SPDX-License-Identifier: Apache-2.0
import Configuration

/// Several vendors, and the clients of them all, have one address here, by which caches keep answers: a browser's, a program's, or one in
/// front would show one vendor's for another's, or one client's to another. `Vary` forbids that, but not to ask the one whether what the
/// other gave is still good, with the other's mark of it (RFC 9111 sections 4.1 and 4.3.1). So nothing is kept, and nobody is asked.
extension Exchange {
  /// Whether caches keep answers to it.
  static func isKept(_ method: String) -> Bool { method == "GET" || method == "HEAD" }

  /// A client's headers without what a cache asks; what says that it asks again says so of this client.
  func asked(_ head: RequestHead) -> [ForwardedHeaders.Field] {
    var headers = head.headers
    if Self.isKept(head.method), headers.contains(where: { Self.isCondition($0.name) }) {
      // A part on condition is the whole where the condition does not hold (RFC 9110 section 13.1.5).
      let isPart = headers.contains { $0.name.equalsIgnoringASCIICase("if-range") }
      headers.removeAll { Self.isCondition($0.name) || isPart && $0.name.equalsIgnoringASCIICase("range") }
    }
    if let client = caller?.client, headers.contains(where: { ForwardedHeaders.isIdempotencyKey($0.name) }) { Self.own(&headers, client) }
    return headers
  }

  private static func isCondition(_ name: String) -> Bool {
    ["if-none-match", "if-modified-since", "if-range"].contains { name.equalsIgnoringASCIICase($0) }
  }

  /// A vendor knows all clients by the proxy's key: of two that number their jobs, the second would get the first one's answer. What it
  /// becomes only its client could compute.
  private static func own(_ headers: inout [ForwardedHeaders.Field], _ client: Client) {
    headers = headers.compactMap { field in
      guard ForwardedHeaders.isIdempotencyKey(field.name) else { return field }
      return SHA256.hex(client.keyDigest + Array(field.value.utf8)).map { (field.name, $0) }
    }
  }
}

extension ForwardedHeaders.AnswerFields {
  /// Without what lets a cache keep it, or tell it by, and with what forbids that.
  var unkept: Self {
    var fields = Self()
    fields.append(self) { !Self.isForCaches($0) }
    fields.append("Cache-Control", "no-store".utf8)
    return fields
  }

  /// Those lines of others whose names are wanted.
  mutating func append(_ others: Self, where isWanted: (ArraySlice<UInt8>) -> Bool) {
    contentLength = others.contentLength ?? contentLength
    for line in others.lines.split(separator: UInt8(ascii: "\n")) where isWanted(line.prefix { $0 != UInt8(ascii: ":") }) {
      lines += line
      lines.append(UInt8(ascii: "\n"))
    }
  }

  /// Caches in front have fields of their own, which go before the others (RFC 9213): `CDN-Cache-Control`.
  private static func isForCaches(_ name: ArraySlice<UInt8>) -> Bool {
    func isNamed(_ lowercased: String) -> Bool { name.count == lowercased.utf8.count && ends(name, with: lowercased) }
    return ends(name, with: "cache-control")
      || ["expires", "pragma", "etag", "last-modified", "age", "surrogate-control", "edge-control"].contains(where: isNamed)
  }

  private static func ends(_ name: ArraySlice<UInt8>, with lowercased: String) -> Bool {
    name.count >= lowercased.utf8.count && zip(name.suffix(lowercased.utf8.count), lowercased.utf8).allSatisfy { $0 | 0x20 == $1 }
  }
}
