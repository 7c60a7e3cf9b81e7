// SPDX-License-Identifier: Apache-2.0
import Inspection
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

  /// Why an answer is not read: identity was asked for, JSON and event streams are UTF-8 (RFC 8259 section 8.1), and what is judged
  /// must be what the client reads.
  var unread: String? {
    guard isSuccess else { return nil }
    let isPlain = isReadable && headers.allSatisfy { !$0.isNamed("content-type") || Self.isUTF8($0.value) }
    return isPlain ? nil : "it comes in a coding that was not asked for, '\(headers["content-encoding"] ?? headers["content-type"] ?? "")'"
  }

  func format(isStreamRequested: Bool) -> ResponseFormat {
    unread == nil ? ResponseFormat(contentType: headers["content-type"], isStreamRequested: isStreamRequested) : .json
  }

  static func isUTF8(_ type: String) -> Bool {
    charset(of: type).map { ["", "utf-8", "utf8", "us-ascii", "ascii"].contains($0.trimmingSpaces()) } ?? true
  }

  /// In lower case; nil where the type names none.
  private static func charset(of type: String) -> Substring? {
    let type = type.lowercased()
    guard let name = type.firstRange(of: "charset") else { return nil }
    // No blanks may stand there (RFC 9110 section 5.6.6), and some readers do not mind.
    let value = type[name.upperBound...].drop { " \t".contains($0) }
    guard value.first == "=" else { return nil }
    return value.dropFirst().drop { " \t\"'".contains($0) }.prefix { !"\"';, \t".contains($0) }
  }

  private static let charsets = [
    "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-", "latin", "windows-", "gb", "big5", "shift_jis", "euc-",
  ]

  private static func hasASCII(_ type: String) -> Bool {
    guard let charset = charset(of: type) else { return true }
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
