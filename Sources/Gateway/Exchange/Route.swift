// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// Where a request goes: the vendor, the URL there, and whether the exchange is inspected.
package struct Route: Sendable {
  package var vendor: Vendor
  /// Absolute, with the client's query string.
  package var url: String
  /// Only `POST .../chat/completions` is inspected, however its path is written, or what has a body by any other method: some servers go by
  /// the path alone. Any other passes through.
  package var isInspected: Bool
  /// The client named the vendor, by base URL or header.
  var isNamed = false
  /// The client's path without the vendor's name, and its query.
  let path: Substring
  let query: Substring?

  init(vendor: Vendor, path: Substring, query: Substring?, isInspected: Bool) {
    self.vendor = vendor
    self.path = path
    self.query = query
    self.isInspected = isInspected
    url = Self.url(of: path, query: query, at: vendor)
  }

  /// The same completion at another vendor. Path and query are between the client and the vendor that it asked, and may hold a key.
  func at(_ vendor: Vendor) -> Route { Route(vendor: vendor, path: "/v1/chat/completions", query: nil, isInspected: isInspected) }

  /// `/v1/x` becomes the vendor's base URL and `/x`; any other path is taken from the vendor's root, which is its base URL
  /// without a final `/v1`.
  private static func url(of path: Substring, query: Substring?, at vendor: Vendor) -> String {
    var base = Substring(vendor.baseURL)
    while base.utf8.last == UInt8(ascii: "/") { base.removeLast() }
    var url: String
    if isVersioned(path) {
      url = String(base) + Substring(path.utf8.dropFirst(3))
    } else {
      // A host of that name stands behind two: without it, the client's path would name the host that gets the key.
      if base.hasSuffix("/v1"), !base.hasSuffix("//v1") { base.removeLast(3) }
      url = String(base) + path
    }
    if let query { url += "?" + query }
    return url
  }

  /// Under `/v1`.
  static func isVersioned(_ path: Substring) -> Bool {
    let bytes = path.utf8
    return bytes.starts(with: "/v1".utf8) && (bytes.count == 3 || bytes.dropFirst(3).first == UInt8(ascii: "/"))
  }
}

/// Chooses the vendor of a request: by base URL (`/{vendor}/v1/...`), else by `x-belay-vendor`, else the default.
package struct Router: Sendable {
  private let vendors: [String: Vendor]
  private let ordered: [Vendor]
  private let fallback: Vendor?

  package init(vendors: [Vendor], defaultVendor: String?) {
    self.vendors = Dictionary(vendors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.ordered = vendors
    self.fallback = defaultVendor.flatMap { name in vendors.first { $0.name == name } } ?? vendors.first
  }

  /// - Parameters:
  ///   - target: the request target in origin form, with its query.
  ///   - hasBody: the request has one, whatever its method.
  ///   - named: the value of `x-belay-vendor`, if the client sent one.
  ///   - isTold: whether the client may hear of a vendor.
  package func route(
    method: String, target: String, hasBody: Bool = false, named: String?, isTold: (Vendor) -> Bool = { _ in true }
  ) throws(GatewayError) -> Route {
    func unknown(_ name: String) -> GatewayError { .unknownVendor(bounded(name, 200), known: ordered.filter(isTold).map(\.name)) }
    let origin = Self.originForm(target)
    let (path, query) = split(origin, at: UInt8(ascii: "?"))
    guard path.utf8.first == UInt8(ascii: "/") else {
      throw .malformedRequest("the target '\(target.prefix(80))' is not a path")
    }
    let way = TargetPath(path)
    if way.isIllFormed { throw .malformedRequest("the path has a control character, or is no UTF-8: servers disagree about where it leads") }
    if way.climbs {
      throw .malformedRequest("the path has a segment . or .., plain or encoded: servers disagree about where it leads")
    }

    var vendor: Vendor
    var rest = path
    var isNamed = true
    if !Route.isVersioned(path), let (first, tail) = firstSegment(of: path), Route.isVersioned(tail) || vendors[String(first)] != nil {
      guard let match = vendors[String(first)] else { throw unknown(String(first)) }
      vendor = match
      rest = tail.isEmpty ? "/" : tail
    } else if let named {
      guard let match = vendors[named] else { throw unknown(named) }
      vendor = match
    } else if let fallback {
      vendor = fallback
      isNamed = false
    } else {
      throw .noVendor
    }
    var route = Route(
      vendor: vendor, path: rest, query: query, isInspected: (hasBody || method == "POST") && TargetPath(rest).isChatCompletions)
    route.isNamed = isNamed
    return route
  }

  private func firstSegment(of path: Substring) -> (Substring, Substring)? {
    let body = path.dropFirst()
    guard !body.isEmpty else { return nil }
    let end = body.utf8.firstIndex(of: UInt8(ascii: "/")) ?? body.endIndex
    return (body[..<end], body[end...])
  }

  /// A client that takes Belay for a forward proxy sends the absolute form (RFC 9112 section 3.2.2); its path is what counts.
  static func originForm(_ target: String) -> Substring {
    guard target.utf8.first != UInt8(ascii: "/"), target.hasPrefix("http://") || target.hasPrefix("https://") else {
      return Substring(target)
    }
    let authority = target.drop { $0 != "/" }.dropFirst(2)
    guard let end = authority.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else { return "/" }
    let rest = authority[end...]
    return rest.utf8.first == UInt8(ascii: "/") ? rest : "/" + rest
  }

  private func split(_ text: Substring, at separator: UInt8) -> (Substring, Substring?) {
    guard let index = text.utf8.firstIndex(of: separator) else { return (text, nil) }
    return (text[..<index], text[text.utf8.index(after: index)...])
  }
}
