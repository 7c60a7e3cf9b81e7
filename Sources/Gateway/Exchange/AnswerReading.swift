// SPDX-License-Identifier: Apache-2.0
package import Upstream

extension UpstreamHead {
  /// Whoever follows it takes keys and the conversation past this proxy. Some clients follow any of the hundred that has a `Location`;
  /// 304 is about what they have already (RFC 9110 section 15.4.5).
  package var sendsElsewhere: Bool { (300...399).contains(status) && status != 304 && headers["location"] != nil }

  package var isSuccess: Bool { (200...299).contains(status) }

  /// Whether its body is text in which a key stands as it is: in no content coding, and in a charset that has ASCII in it.
  package var isReadable: Bool {
    for field in headers where field.isNamed("content-encoding") {
      let codings = field.value.split(separator: ",").map { $0.trimmingSpaces() }
      if !codings.allSatisfy({ $0.isEmpty || String($0).equalsIgnoringASCIICase("identity") }) { return false }
    }
    return !headers.contains { $0.isNamed("content-type") && !Self.hasASCII($0.value) }
  }

  private static let charsets = [
    "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-", "latin", "windows-", "gb", "big5", "shift_jis", "euc-",
  ]

  private static func hasASCII(_ type: String) -> Bool {
    let type = type.lowercased()
    guard let range = type.firstRange(of: "charset=") else { return true }
    let charset = type[range.upperBound...].drop { $0 == "\"" || $0 == "'" }
    return charset.isEmpty || charsets.contains { charset.hasPrefix($0) }
  }

  /// The same head for a JSON body of Belay's own: without what describes the vendor's (RFC 9110 section 8.3).
  func withOwnBody() -> UpstreamHead {
    var lines: [UInt8] = []
    for field in headers where !field.name.hasPrefixIgnoringASCIICase("content-") {
      lines += Array("\(field.name): ".utf8) + field.valueBytes + [0x0D, 0x0A]
    }
    lines += Array("Content-Type: application/json\r\n".utf8)
    return UpstreamHead(status: status, version: version, headers: UpstreamHeaders(lines: lines))
  }
}
