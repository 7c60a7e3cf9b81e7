// SPDX-License-Identifier: Apache-2.0

/// Where a page in a browser comes from, as the browser names it in `Origin` (RFC 6454 section 7): `https://chat.example:8443`,
/// `app://obsidian.md`, or `null`.
package struct Origin: Hashable, Sendable {
  /// In lower case.
  package let text: String
  /// Without a port. Empty for `null`.
  package let host: String

  static func parse(_ text: String) throws(Complaint) -> Origin {
    let advice = "write what the browser sends as Origin, such as https://chat.example:8443, without a path; or \(quotedNull)"
    if text == "null" { return Origin(text: text, host: "") }
    let parts = text.lowercased().split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count > 1, parts[0].last == ":", parts[1].isEmpty else {
      throw Complaint("is not an origin: \(quoted(text)) has no scheme", advice)
    }
    guard parts[0].dropLast().utf8.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }),
      let authority = HostPort(String(parts[2])), !authority.host.isEmpty || parts[0] == "file:"
    else { throw Complaint("is not an origin: \(quoted(text)) is more or less than a scheme, a host and a port", advice) }
    return Origin(text: text.lowercased(), host: authority.host)
  }

  private static let quotedNull = "\"null\", in quotes"
}

extension Origin {
  /// An item of a list. To YAML a bare `null` is nothing, and would let nobody in without a word.
  init?(reading item: YAMLValue) {
    if item.isNull { item.report(Complaint("is empty", "for pages whose origin is null write \(Self.quotedNull)")) }
    guard let origin = item.parsed(Self.parse)?.value else { return nil }
    self = origin
  }
}
