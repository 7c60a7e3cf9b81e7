// SPDX-License-Identifier: Apache-2.0
import Configuration

/// What pages in a browser may ask for: nothing, unless their origin is allowed. A page can send to any address (a POST of
/// `text/plain` asks nobody before), and the vendor's key would be added to what it sends.
struct PageGuard: Sendable {
  private let origins: Set<String>
  private let hosts: Set<String>
  /// Nobody needs a key. Where clients do, a page that has none gets nothing anyway.
  private let isOpen: Bool
  private let isLoopback: Bool

  init(_ configuration: BelayConfiguration) {
    origins = Set(configuration.allowedOrigins.map(\.text))
    hosts = Set(configuration.allowedOrigins.map(\.host))
    isOpen = configuration.clients.isEmpty
    isLoopback = Host(configuration.listen.host).isLoopback
  }

  /// The page that asks, where its origin is allowed; nil for whoever is no page.
  func page(_ head: Exchange.RequestHead) throws(GatewayError) -> Page? {
    var host: String?
    var site: String?
    var isShown = false
    var isBrowser = false
    for field in head.headers {
      switch field.name.utf8.count {
      case 4 where field.name.equalsIgnoringASCIICase("host"):
        host = field.value
      case 6 where field.name.equalsIgnoringASCIICase("origin"):
        return try page(of: field.value, head)
      case 10 where field.name.equalsIgnoringASCIICase("user-agent"):
        isBrowser = isBrowser || field.value.hasPrefix("Mozilla/")
      case 14 where field.name.equalsIgnoringASCIICase("sec-fetch-site"):
        // Fetch metadata (w3.org/TR/fetch-metadata): what a GET says that has no Origin.
        site = field.value
      case 14 where field.name.equalsIgnoringASCIICase("sec-fetch-mode"):
        isShown = isShown || field.value == "navigate"
      default:
        break
      }
    }
    guard isOpen else { return nil }
    // Also where the site is said to be none: a link in a mail, say, may lead to one that sends the browser on to here.
    if isShown { throw .shownPage }
    if let site, site != "none", site != "same-origin" || !isAllowed(host) { throw .foreignPage(nil) }
    // Off loopback programs may know it by a public name. It may be reached from loopback all the same, as a container is.
    if let host, isLoopback || isBrowser { try checkName(host, isUnsaid: isBrowser && site == nil) }
    return nil
  }

  /// Whether the pages of this port are those of an origin that is allowed, as behind a proxy that has both. Else there are none but
  /// what a vendor answers, and that may ask no other vendor.
  private func isAllowed(_ host: String?) -> Bool {
    guard let host = host?.lowercased() else { return false }
    return origins.contains("https://" + host) || origins.contains("http://" + host)
  }

  private func page(of origin: String, _ head: Exchange.RequestHead) throws(GatewayError) -> Page? {
    let page = Page(origin: origin, head)
    if origins.contains(origin.lowercased()) { return page }
    // Programs name an origin too, and have a key to show; a preflight is a browser's, and never has one.
    if isOpen || page.isPreflight { throw .foreignPage(origin) }
    return nil
  }

  /// DNS rebinding: a public name whose owner lets it point to loopback makes his pages those of this port, and their GETs have no
  /// Origin. Addresses are nobody's names, and private ones (a container's, `host.docker.internal`) are not for him to give.
  ///
  /// - Parameter isUnsaid: a browser does not say whether another site's page asks, as it does of all that it trusts: then no name but loopback's will
  ///   do, as hosts files have others (`localhost.localdomain`), and no other address.
  private func checkName(_ field: String, isUnsaid: Bool) throws(GatewayError) {
    let bytes = field.utf8.prefix { $0 != UInt8(ascii: ":") }
    // Browsers say of what they ask of these neither that a page asked nor which: they lead here, and are not trusted.
    let isIPv6 = bytes.first == UInt8(ascii: "[")
    let isUntrusted =
      bytes.first == UInt8(ascii: "0") || ["[::]", "[::ffff:"].contains { field.lowercased().hasPrefix($0) }
      || isUnsaid && !(isIPv6 ? field.hasPrefix("[::1]") : bytes.starts(with: "127.".utf8)) && !isAllowed(field)
    // IPv6 in brackets has its first colon early.
    let isAddress = isIPv6 || bytes.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }
    if isAddress { if isUntrusted { throw .foreignName(field) } else { return } }
    let host = Host(String(decoding: bytes, as: UTF8.self))
    guard !host.isLoopback, isUnsaid || !host.isPrivate, !hosts.contains(host.name) else { return }
    throw .foreignName(host.name)
  }
}

extension GatewayError {
  /// - Parameter origin: nil where the browser says only that it is another site's page.
  static func foreignPage(_ origin: String?) -> GatewayError {
    let advice =
      switch origin {
      case nil: "allowed_origins lets in those of a site that say where they are from, as fetch does"
      case "null": "its origin is null, as of a file, a sandboxed frame or an app: serve it from an address and allow that, "
        + "or let in all such pages with allowed_origins: [\"null\"], in quotes"
      case let origin?: "allowed_origins: [\"\(origin.prefix(200))\"] lets those of this origin in"
      }
    return GatewayError(
      fault: .client, status: 403, code: "foreign_page",
      message: "a page in a browser asked, which could spend the vendors' keys: \(advice)", isRetryable: false)
  }

  static let shownPage = GatewayError(
    fault: .client, status: 403, code: "foreign_page",
    message: "a browser asked for a page to show, and a site may have sent it here to spend the vendors' keys: use a program, as curl",
    isRetryable: false)

  static func foreignName(_ host: String) -> GatewayError {
    let name = host.prefix(200)
    return GatewayError(
      fault: .client, status: 403, code: "foreign_name",
      message: "this proxy does not answer to the name \(name): use its IP address (127.0.0.1) or localhost, "
        + "or list https://\(name) in allowed_origins", isRetryable: false)
  }
}
