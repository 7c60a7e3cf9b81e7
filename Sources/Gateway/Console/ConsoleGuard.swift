// SPDX-License-Identifier: Apache-2.0
package import Configuration
import NIOHTTP1

/// Who may ask the console what. It shows whole conversations, so that a page from elsewhere in the same browser must get
/// nothing out of it, and neither must another machine without the token.
package struct ConsoleGuard: Sendable {
  /// Lower case.
  private let name: String
  private let token: Secret?

  package init(host: String, token: Secret?) {
    name = host.lowercased()
    self.token = token
  }

  package enum Refusal: Error, Equatable {
    case method, host(String), crossSite, token

    var response: ConsoleResponse {
      switch self {
      case .method:
        var response = ConsoleResponse.failure(.methodNotAllowed, "only GET is answered here")
        response.headers.add(name: "Allow", value: "GET, HEAD")
        return response
      case .host(let host):
        return .failure(
          .forbidden,
          "the console does not answer to the name \(host): use 127.0.0.1 or localhost, or set a token (BELAY_CONSOLE_TOKEN)")
      case .crossSite:
        return .failure(.forbidden, "requests from other sites' pages are refused")
      case .token:
        var response = ConsoleResponse.failure(.unauthorized, "a token is needed: Authorization: Bearer TOKEN (BELAY_CONSOLE_TOKEN)")
        response.headers.add(name: "WWW-Authenticate", value: "Bearer realm=\"belay\"")
        return response
      }
    }
  }

  /// - Parameter isPublic: what anybody may have: health, and the page itself, which holds no data.
  package func check(_ request: ConsoleRequest, isPublic: Bool) throws(Refusal) {
    guard request.method == "GET" || request.method == "HEAD" else { throw .method }
    if token == nil, !request.path.hasPrefix("/health/") { try checkHost(request.headers) }
    try checkSite(request.headers, isPublic: isPublic)
    if let token, !isPublic, !Self.carries(token.revealed, request.headers) { throw .token }
  }

  /// DNS rebinding: a name of the attacker's that points here makes his page same-origin with the console. Without a token it is on loopback only,
  /// whose addresses are nobody's names; of `0.0.0.0` and the like, which lead here too, browsers do not say that another site's page asks. With
  /// a token it does not matter, as a page that does not know it gets nothing.
  private func checkHost(_ headers: HTTPHeaders) throws(Refusal) {
    let values = headers["host"]
    guard values.count == 1, let host = Self.host(values[0]) else { throw .host("") }
    guard host == name || Host(host).isLoopback && !host.hasPrefix("::ffff:") else { throw .host(host) }
  }

  /// Fetch metadata (w3.org/TR/fetch-metadata) where the browser sends it, else Origin. Another port of localhost is same-site,
  /// and is another program all the same. A link from elsewhere may open the page itself.
  private func checkSite(_ headers: HTTPHeaders, isPublic: Bool) throws(Refusal) {
    let isNavigation = isPublic && headers.first(name: "sec-fetch-mode") == "navigate" && headers.first(name: "sec-fetch-dest") == "document"
    if let site = headers.first(name: "sec-fetch-site"), site != "same-origin", site != "none", !isNavigation { throw .crossSite }
    if let origin = headers.first(name: "origin"), let host = headers.first(name: "host"),
      origin.lowercased() != "http://\(host.lowercased())", origin.lowercased() != "https://\(host.lowercased())"
    {
      throw .crossSite
    }
  }

  /// `host:port` without the port and the brackets, in lower case.
  private static func host(_ field: String) -> String? {
    let field = field.lowercased()
    if field.hasPrefix("[") { return field.firstIndex(of: "]").map { String(field[field.index(after: field.startIndex)..<$0]) } }
    let host = field.prefix { $0 != ":" }
    return host.isEmpty ? nil : String(host)
  }

  private static func carries(_ token: String, _ headers: HTTPHeaders) -> Bool {
    guard let field = headers.first(name: "authorization"), field.lowercased().hasPrefix("bearer ") else { return false }
    return isEqual(Array(field.utf8.dropFirst(7)), Array(token.utf8))
  }

  /// In a time that tells nothing of where the two differ; their lengths may be known.
  package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(left, right) { difference |= a ^ b }
    return difference == 0
  }
}
