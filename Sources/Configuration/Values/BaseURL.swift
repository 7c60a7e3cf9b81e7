// SPDX-License-Identifier: Apache-2.0

/// A vendor's base URL: what stands before `/chat/completions`.
struct BaseURL: Equatable {
  /// Scheme and host in lower case, no `/` at the end.
  let text: String
  let isSecure: Bool
  let host: Host
  /// With its `/`, or empty.
  let path: String

  private static let form = "write the vendor's base URL, such as https://api.moonshot.ai/v1"

  /// `http` or `https`, without credentials, query or fragment.
  static func parse(_ text: String) throws(Complaint) -> BaseURL {
    guard let colon = text.range(of: "://") else {
      let shown = isShowable(text) ? quoted(text) : "it"
      throw Complaint("is not a URL: \(shown) has no scheme", withScheme(text).map { "write \($0)" } ?? form)
    }
    let scheme = text[..<colon.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else {
      let isWord = scheme.utf8.count <= 10 && scheme.utf8.allSatisfy(isLetter)
      throw Complaint("is not an http or https URL\(isWord ? ": its scheme is \(quoted(scheme))" : "")", form)
    }
    let rest = text[colon.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    let tail = rest.dropFirst(authority.count)
    guard !authority.contains("@") else {
      // Not quoted: it holds a password.
      throw Complaint(
        "has credentials in its URL", "remove what stands before the `@`, and give the key as `api_key: ${NAME}`")
    }
    guard !tail.contains(where: { $0 == "?" || $0 == "#" }) else {
      throw Complaint("has a query or a fragment in its URL", "write the URL without `?` and `#` and what follows them")
    }
    guard isPlain(text) else {
      throw Complaint(
        "is not a URL: \(text.contains("@") ? "it" : quoted(text)) has a character that must be escaped", "write it as %XX; in a host as xn--")
    }
    guard let parts = HostPort(String(authority)), !parts.host.isEmpty else {
      throw Complaint("is not a URL: \(quoted(text)) has no valid host", form)
    }
    if let port = parts.port, UInt16(port) == nil || port == "0" {
      throw Complaint("is not a URL: \(quoted(port)) is no port", "write a port from 1 to 65535")
    }
    var path = String(tail)
    while path.hasSuffix("/") { path.removeLast() }
    for ending in ["/chat/completions", "/completions", "/responses"] where path.hasSuffix(ending) {
      let base = "\(scheme)://\(authority.lowercased())\(path.dropLast(ending.count))"
      throw Complaint("is the URL of an endpoint, not of the API", "write \(base): clients add \(ending)")
    }
    return BaseURL(
      text: "\(scheme)://\(authority.lowercased())\(path)", isSecure: scheme == "https", host: Host(parts.host),
      path: path)
  }

  /// What was probably meant by a host and a path alone.
  private static func withScheme(_ text: String) -> String? {
    guard isPlain(text), !mayHoldKey(text), !text.contains("?"), let parts = HostPort(String(text.prefix { $0 != "/" })) else { return nil }
    // Other than a number, what follows the colon may be a password.
    guard parts.port.map({ UInt16($0) != nil }) ?? parts.host.contains(".") else { return nil }
    let host = Host(parts.host)
    return (host.isLoopback || host.isPrivate ? "http://" : "https://") + text
  }

  /// Whether what was meant for a URL may be told: not where it has credentials or a query, nor where it may be a key in the
  /// URL's place.
  static func isShowable(_ text: String) -> Bool {
    guard !mayHoldKey(text), !text.contains(where: { "@?# ".contains($0) }) else { return false }
    if ["http://", "https://"].contains(where: { text.lowercased().hasPrefix($0) }) { return true }
    return withScheme(text) != nil || text.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
  }

  /// Visible ASCII without what RFC 3986 keeps out of URLs.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
  }
}

extension String {
  fileprivate func range(of part: String) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(part) { return index..<self.index(index, offsetBy: part.count) }
      formIndex(after: &index)
    }
    return nil
  }
}
