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
    for field in headers where field.isNamed("content-encoding") && !Self.isUncoded(field.value) { return false }
    return !headers.contains { $0.isNamed("content-type") && !Self.hasASCII($0.value) }
  }

  /// Why an answer is not read: identity was asked for, JSON and event streams are UTF-8 (RFC 8259 section 8.1), and what is judged
  /// must be what the client reads.
  var unread: String? {
    guard isSuccess else { return nil }
    for field in headers {
      if field.isNamed("content-type") {
        if !Self.isUTF8(field.value) { return Self.unread(field.value) }
      } else if field.isNamed("content-encoding"), !Self.isUncoded(field.value) {
        return Self.unread(field.value)
      }
    }
    return nil
  }

  private static func unread(_ coding: String) -> String { "it comes in a coding that was not asked for, '\(coding)'" }

  /// - Parameter unread: what ``unread`` says.
  func format(_ unread: String?, isStreamRequested: Bool) -> ResponseFormat {
    unread == nil ? ResponseFormat(contentType: headers["content-type"], isStreamRequested: isStreamRequested) : .json
  }

  static func isUTF8(_ type: String) -> Bool {
    allCharsets(of: type) { charset in utf8Names.contains { charset.count == $0.utf8.count && hasPrefix($0, charset) } }
  }

  /// Of some of them: written to keep something between from coding it, and decoded by no client.
  private static func isUncoded(_ value: String) -> Bool {
    value.split(separator: ",").allSatisfy { coding in
      let coding = String(coding.trimmingSpaces())
      return coding.isEmpty || noCodings.contains { coding.equalsIgnoringASCIICase($0) }
    }
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
    // Most have no parameter.
    guard var rest = type.utf8.firstIndex(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }).map({ type.utf8[$0...] }) else { return true }
    while !rest.isEmpty {
      guard hasPrefix("charset", rest) else {
        rest.removeFirst()
        continue
      }
      // No blanks may stand there (RFC 9110 section 5.6.6), and some readers do not mind. `charset*` is that of RFC 8187, in parts and
      // in a charset of its own: nobody needs it for these.
      let mark = rest.dropFirst(7).prefix { isBlank($0) || $0 == UInt8(ascii: "*") || 0x30...0x39 ~= $0 }
      rest = rest.dropFirst(7 + mark.count)
      guard rest.first == UInt8(ascii: "=") else { continue }
      if mark.contains(UInt8(ascii: "*")) { return false }
      rest = rest.dropFirst().drop { isBlank($0) || isQuote($0) }
      let name = rest.prefix { !isBlank($0) && !isQuote($0) && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
      if !name.isEmpty, !isFine(name) { return false }
      rest = rest.dropFirst(name.count)
    }
    return true
  }

  /// The type of an answer that was read as UTF-8, where it says otherwise: some clients decode by it. ISO-8859-1 makes a line's end of
  /// one byte of a letter.
  var plainType: String? {
    guard isSuccess, unread == nil else { return nil }
    var (first, isPlain) = (nil as String?, true)
    for field in headers where field.isNamed("content-type") {
      let value = field.value
      let isUTF8 = Self.allCharsets(of: value) { charset in Self.hasPrefix("utf-8", charset) || Self.hasPrefix("utf8", charset) }
      if first != nil || !isUTF8 { isPlain = false }
      first = first ?? value
    }
    guard !isPlain, let type = first?.prefix(while: { $0 != ";" && $0 != "," }).trimmingSpaces(), !type.isEmpty else { return nil }
    return String(type)
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
