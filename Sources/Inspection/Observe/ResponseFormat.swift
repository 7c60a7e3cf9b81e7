// SPDX-License-Identifier: Apache-2.0

/// How a response's body is laid out.
package enum ResponseFormat: Equatable, Sendable {
  case eventStream, json

  /// By the value of a `Content-Type` field, parameters and ASCII case aside. Any other type than these two, and none,
  /// is what the request asked for: clients do not look at it, and a body that is neither is said not to be (R6C).
  package init(contentType: String?, isStreamRequested: Bool) {
    let type = contentType?.utf8 ?? "".utf8
    if Self.isType(type, "text/event-stream") {
      self = .eventStream
    } else if Self.isType(type, "application/json") {
      self = .json
    } else {
      self = isStreamRequested ? .eventStream : .json
    }
  }

  private static func isType(_ value: String.UTF8View, _ type: String) -> Bool {
    var expected = type.utf8.makeIterator()
    for byte in value where !byte.isWhiteSpace {
      if byte == UInt8(ascii: ";") { break }
      guard byte.asciiLowercased == expected.next() else { return false }
    }
    return expected.next() == nil
  }
}
