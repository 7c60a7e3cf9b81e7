// SPDX-License-Identifier: Apache-2.0
import Configuration

/// What pages in a browser may ask for where nobody needs a key: nothing, unless their origin is allowed. A page can send to any
/// address (a POST of `text/plain` asks nobody before), and the vendor's key would be added to what it sends.
struct PageGuard: Sendable {
  private let origins: Set<String>
  private let hosts: Set<String>
  private let isLoopback: Bool

  /// Nil where clients have keys of the proxy's own: a page that has none gets nothing.
  init?(_ configuration: BelayConfiguration) {
    guard configuration.clients.isEmpty else { return nil }
    origins = Set(configuration.allowedOrigins.map(\.text))
    hosts = Set(configuration.allowedOrigins.map(\.host))
    isLoopback = Host(configuration.listen.host).isLoopback
  }

  func check(_ head: Exchange.RequestHead) throws(GatewayError) {
    var host: String?
    var isForeign = false
    for field in head.headers {
      switch field.name.utf8.count {
      case 4 where field.name.equalsIgnoringASCIICase("host"):
        host = field.value
      case 6 where field.name.equalsIgnoringASCIICase("origin"):
        if origins.contains(field.value.lowercased()) { return }
        throw .foreignPage(field.value)
      case 14 where field.name.equalsIgnoringASCIICase("sec-fetch-site"):
        // Fetch metadata (w3.org/TR/fetch-metadata): what a GET says that has no Origin.
        isForeign = field.value != "none" && field.value != "same-origin"
      default:
        break
      }
    }
    if isForeign { throw .foreignPage(nil) }
    if isLoopback, let host { try checkName(host) }
  }

  /// DNS rebinding: a public name whose owner lets it point to loopback makes his pages those of this port, and their GETs have no
  /// Origin. Addresses are nobody's names, and private ones (a container's, `host.docker.internal`) are not for him to give.
  private func checkName(_ field: String) throws(GatewayError) {
    let bytes = field.utf8.prefix { $0 != UInt8(ascii: ":") }
    // IPv6 in brackets has its first colon early.
    if bytes.first == UInt8(ascii: "[") || bytes.allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }) { return }
    let name = String(decoding: bytes, as: UTF8.self).lowercased()
    let host = Host(name)
    guard !host.isLoopback, !host.isPrivate, !hosts.contains(name) else { return }
    throw .foreignName(name)
  }
}

extension GatewayError {
  static func foreignPage(_ origin: String?) -> GatewayError {
    let advice = origin.map { "allowed_origins: [\($0.prefix(80))] lets its pages in; so does" } ?? "allowed_origins lets a site's pages in; so does"
    return GatewayError(
      fault: .client, status: 403, code: "foreign_page",
      message: "a page in a browser asked, which could spend the vendors' keys: \(advice) a key of its own (clients)", isRetryable: false)
  }

  static func foreignName(_ host: String) -> GatewayError {
    GatewayError(
      fault: .client, status: 403, code: "foreign_name",
      message: "this proxy does not answer to the name \(host.prefix(80)): use its IP address or localhost, or list the name in allowed_origins",
      isRetryable: false)
  }
}
