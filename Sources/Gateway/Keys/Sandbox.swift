// SPDX-License-Identifier: Apache-2.0

/// A browser shows a vendor's answer as a page of this port, where other vendors' keys are to be spent: as one of no origin, and none of
/// its scripts run (w3.org/TR/CSP3, `sandbox`). Most browsers also say of what such a page asks for that it does, which ``PageGuard``
/// looks at, but not where the port has a name or an address that they do not trust.
extension ForwardedHeaders.AnswerFields {
  /// No browser makes pages of these: a client that is no browser gets the vendor's head as it came. Without a type, one may.
  private static let harmless = ["application/json", "text/event-stream", "text/plain"]

  mutating func sandbox() {
    if !isHarmless { append("Content-Security-Policy", "sandbox".utf8) }
  }

  private var isHarmless: Bool {
    let bytes = lines.span
    var (start, isTyped) = (0, false)
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      if let value = Self.end(of: "content-type:", in: bytes, start..<end) {
        guard Self.harmless.contains(where: { Self.isType($0, in: bytes, value..<end) }) else { return false }
        isTyped = true
      }
      start = end + 1
    }
    return isTyped
  }

  private static func isType(_ type: String, in bytes: borrowing Span<UInt8>, _ value: Range<Int>) -> Bool {
    var start = value.lowerBound
    while start < value.upperBound, isBlank(bytes[start]) { start += 1 }
    guard let end = end(of: type, in: bytes, start..<value.upperBound) else { return false }
    if end < value.upperBound, !isBlank(bytes[end]), bytes[end] != UInt8(ascii: ";") { return false }
    // Of two in one field the second may count.
    for place in end..<value.upperBound where bytes[place] == UInt8(ascii: ",") { return false }
    return true
  }

  private static func end(of prefix: String, in bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard range.count >= prefix.utf8.count else { return nil }
    var place = range.lowerBound
    for byte in prefix.utf8 {
      let letter = bytes[place]
      if (0x41...0x5A ~= letter ? letter | 0x20 : letter) != byte { return nil }
      place += 1
    }
    return place
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
