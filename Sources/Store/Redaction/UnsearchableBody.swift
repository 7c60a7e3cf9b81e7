// SPDX-License-Identifier: Apache-2.0

/// Bodies in which a search finds nothing, whatever is in them.
extension StoredMessage {
  /// The coding that its headers name (RFC 9110 section 8.4), if it is one.
  package var coding: String? {
    headers.first { $0.name.lowercased() == "content-encoding" && !["", "identity"].contains($0.value.lowercased()) }?.value
  }

  /// Whether it is compressed, as its headers say or, of gzip, its first bytes (RFC 1952 section 2.3.1). Some servers name a character
  /// set for a coding: a text is none.
  var isCoded: Bool { (body.starts(with: [0x1F, 0x8B, 0x08]) || coding != nil) && !isText }

  var isText: Bool { String(validating: body, as: UTF8.self) != nil }

  /// Whether a secret stands in it as UTF-16 and UTF-32 write one, with NULs between: there is no such search, and no reader of chat
  /// completions either (RFC 8259 section 8.1).
  func hides(_ secrets: SecretSearch) -> Bool {
    guard body.contains(0) else { return false }
    return secrets.occurs(inBody: body.filter { $0 != 0 })
  }

  mutating func omitBody() {
    omittedBytes += body.count
    body = []
    boundaries = []
    text = nil
  }
}
