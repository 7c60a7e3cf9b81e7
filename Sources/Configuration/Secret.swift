// SPDX-License-Identifier: Apache-2.0

/// A key or header value that must not reach a log, an error or a dump. Every way of printing it says `***`, and a
/// mirror finds nothing inside.
package struct Secret: Equatable, Sendable {
  /// The text itself, for the one place that sends it to its vendor.
  package let revealed: String

  package init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension Secret {
  /// A header value: visible ASCII with blanks inside. Blanks and line ends around it are dropped, since they come from
  /// the file that the variable was filled from. Nil when nothing is left. The complaint never quotes the text.
  static func parse(_ text: String) throws(Complaint) -> Secret? {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let bytes = text.utf8.drop(while: isBlank)
    let trimmed = bytes.prefix(bytes.count - bytes.reversed().prefix(while: isBlank).count)
    guard trimmed.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw Complaint(
        "has a character that an HTTP header cannot carry", "use visible ASCII only, on one line")
    }
    return trimmed.isEmpty ? nil : Secret(String(Substring(trimmed)))
  }

  /// The console's token: long enough that nobody guesses it, without blanks, so that it is one word of a header.
  static func parseToken(_ text: String) throws(Complaint) -> Secret? {
    guard let token = try parse(text) else { return nil }
    guard token.revealed.utf8.count >= 16 else { throw Complaint("is shorter than 16 characters", "make one with: openssl rand -hex 16") }
    guard !token.revealed.contains(" ") else { throw Complaint("has a blank in it", "make one with: openssl rand -hex 16") }
    return token
  }
}
