// SPDX-License-Identifier: Apache-2.0

/// The host and port part of an address or a URL, before the port is read.
struct HostPort: Equatable {
  /// Without brackets. May be empty.
  let host: String
  /// What follows the colon. Nil without one.
  let port: String?

  /// Nil when the text has the form of neither `host`, `host:port` nor `[IPv6]:port`.
  init?(_ text: String) {
    let afterHost: Substring
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { return nil }
      host = String(text[text.index(after: text.startIndex)..<close])
      guard host.utf8.count(where: { $0 == UInt8(ascii: ":") }) >= 2,
        host.utf8.allSatisfy({ "0123456789abcdefABCDEF:.%".utf8.contains($0) })
      else { return nil }
      afterHost = text[close...].dropFirst()
    } else {
      host = String(text.prefix { $0 != ":" })
      guard host.utf8.allSatisfy({ isDigit($0) || isLetter($0) || ".-_".utf8.contains($0) }) else { return nil }
      afterHost = text.dropFirst(host.count)
    }
    if afterHost.isEmpty {
      port = nil
    } else {
      guard afterHost.first == ":", !afterHost.dropFirst().contains(":") else { return nil }
      port = String(afterHost.dropFirst())
    }
  }
}

/// What a host's name says of where it is.
package struct Host: Equatable, Sendable {
  /// In lower case, without the dot of an absolute name; `localhost` is 127.0.0.1.
  package let name: String

  package init(_ name: String) {
    var lowered = name.lowercased()
    if lowered.hasSuffix(".") { lowered.removeLast() }
    self.name = lowered == "localhost" ? "127.0.0.1" : lowered
  }

  /// The rule of `Upstream`'s `isLoopback(url:)`, which imports nothing of this. An address only: `127.0.0.1.nip.io` is whose it
  /// pleases, and leads here.
  package var isLoopback: Bool {
    if name.contains(":") { return name == "::1" || name == "0:0:0:0:0:0:0:1" || name.hasPrefix("::ffff:127.") }
    // RFC 6761, 6.3: names below localhost are its own. RFC 1122, 3.2.1.3: 127/8.
    return name.hasSuffix(".localhost") || name.hasPrefix("127.") && isIPAddress
  }
  var isWildcard: Bool { name == "0.0.0.0" || name == "::" }
  package var isIPAddress: Bool { name.contains(":") || name.utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") } }

  /// Names and addresses that only a local network knows: RFC 1918, RFC 4193, link-local, a single label, and the usual
  /// private suffixes.
  package var isPrivate: Bool {
    let octets = name.split(separator: ".").map { Int($0) }
    switch (octets.first ?? nil, octets.dropFirst().first ?? nil) {
    case (10?, _) where isIPAddress, (192?, 168?) where isIPAddress, (169?, 254?) where isIPAddress: return true
    case (172?, let second?) where isIPAddress && (16...31).contains(second): return true
    default: break
    }
    if name.contains(":") { return ["fc", "fd", "fe80"].contains { name.hasPrefix($0) } }
    return !isIPAddress && (!name.contains(".") || hasPrivateSuffix)
  }

  var hasPrivateSuffix: Bool {
    [".local", ".internal", ".lan", ".svc", ".localdomain", ".home.arpa"].contains { name.hasSuffix($0) }
  }
}

func isLetter(_ byte: UInt8) -> Bool {
  UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
}
