// SPDX-License-Identifier: Apache-2.0

/// Whether the host of an http or https URL is this machine. The proxy of the environment (`http_proxy`, `all_proxy`) then has no
/// part in it: it would read keys and conversations that need not leave, and mean itself by `localhost`. The rule of
/// `Configuration`'s `Host.isLoopback`; both are tested with the same cases.
package func isLoopback(url: String) -> Bool {
  guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else { return false }
  let authority = url.utf8.dropFirst(scheme.utf8.count).prefix { !"/?#".utf8.contains($0) }
  let address = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[$0...].dropFirst() } ?? authority
  if address.first == UInt8(ascii: "[") {
    let host = String(Substring(address.dropFirst().prefix { $0 != UInt8(ascii: "]") })).lowercased()
    return host == "::1" || host == "0:0:0:0:0:0:0:1" || host.hasPrefix("::ffff:127.")
  }
  var host = String(Substring(address.prefix { $0 != UInt8(ascii: ":") })).lowercased()
  if host.hasSuffix(".") { host.removeLast() }
  // RFC 6761, 6.3: names below localhost are its own. RFC 1122, 3.2.1.3: 127/8.
  if host == "localhost" || host.hasSuffix(".localhost") { return true }
  return host.hasPrefix("127.") && host.utf8.allSatisfy { "0123456789.".utf8.contains($0) }
}
