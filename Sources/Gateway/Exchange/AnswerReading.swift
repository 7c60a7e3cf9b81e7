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
      // Written to keep something between from coding it; no client decodes it.
      if !codings.allSatisfy({ coding in coding.isEmpty || Self.noCodings.contains { String(coding).equalsIgnoringASCIICase($0) } }) { return false }
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

  /// - Parameter unread: what ``unread`` says.
  func format(_ unread: String?, isStreamRequested: Bool) -> ResponseFormat {
    unread == nil ? ResponseFormat(contentType: headers["content-type"], isStreamRequested: isStreamRequested) : .json
  }

  static func isUTF8(_ type: String) -> Bool {
    allCharsets(of: type) { charset in utf8Names.contains { charset.count == $0.utf8.count && hasPrefix($0, charset) } }
  }

  private static let noCodings = ["identity", "none", "utf-8", "utf8", "binary", "8bit"]
  /// Of the others text of JSON and events is ASCII in all that tells one thing from another.
  private static let utf8Names = ["utf-8", "utf8", "utf8mb4", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252", "binary"]
  private static let charsets = utf8Names + ["iso-8859-", "latin", "windows-", "gb", "big5", "shift_jis", "euc-"]

  private static func hasASCII(_ type: String) -> Bool {
    allCharsets(of: type) { charset in charsets.contains { hasPrefix($0, charset) } }
  }

  /// Whether each that a type names, `x-charset` too, is none or as it should be. Runs on every request and answer: allocates nothing.
  private static func allCharsets(of type: String, _ isFine: (Substring.UTF8View) -> Bool) -> Bool {
    var rest = type.utf8[...]
    while !rest.isEmpty {
      guard hasPrefix("charset", rest) else {
        rest.removeFirst()
        continue
      }
      // No blanks may stand there (RFC 9110 section 5.6.6), and some readers do not mind; `charset*` is that of RFC 8187.
      rest = rest.dropFirst(7).drop { isBlank($0) || $0 == UInt8(ascii: "*") || 0x30...0x39 ~= $0 }
      guard rest.first == UInt8(ascii: "=") else { continue }
      rest = rest.dropFirst().drop { isBlank($0) || isQuote($0) }
      let name = rest.prefix { !isBlank($0) && !isQuote($0) && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
      if !name.isEmpty, !isFine(name) { return false }
      rest = rest.dropFirst(name.count)
    }
    return true
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

  /// - Parameter word: in lower case.
  private static func hasPrefix(_ word: String, _ text: Substring.UTF8View) -> Bool {
    var letters = text.makeIterator()
    for byte in word.utf8 {
      guard let letter = letters.next(), (0x41...0x5A ~= letter ? letter | 0x20 : letter) == byte else { return false }
    }
    return true
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
