// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Store
package import Upstream

/// Which headers cross the proxy, in each direction.
///
/// Hop-by-hop fields (RFC 9110 section 7.6.1) concern one connection and stay on it, those that `Connection` names too.
package enum ForwardedHeaders {
  package typealias Field = (name: String, value: String)

  /// The client's headers as the vendor receives them.
  ///
  /// Left out: hop-by-hop fields, what libcurl frames itself (`Host`, `Content-Length`, `Expect`), and Belay's own `x-belay-*`.
  /// Where the vendor has a key of its own, no credential of the client's goes there.
  ///
  /// - Parameters:
  ///   - isInspected: what comes back is to be read, so identity coding is asked for.
  ///   - clientKey: the key of the proxy's own that the client showed. Where there is one, no credential of the client's
  ///     goes to any vendor, nor any other field that the key stands in, or one like it.
  package static func toVendor(_ headers: [Field], vendor: Vendor, isInspected: Bool, clientKey: String? = nil) -> [Field] {
    var headers = headers
    if let clientKey {
      headers = withoutCredentials(headers).filter { !ClientGate.hasKey($0.name, clientKey) && !ClientGate.hasKey($0.value, clientKey) }
    }
    let named = namedByConnection(headers)
    var result: [Field] = []
    result.reserveCapacity(headers.count + 2)
    for field in headers {
      switch kind(of: field.name) {
      case .hopByHop, .framing, .belay, .site: continue
      case .credential where vendor.apiKey != nil: continue
      case .other where vendor.apiKey != nil && Redaction.isCredential(field.name): continue
      case .acceptEncoding where isInspected: continue
      default: break
      }
      if !named.isEmpty, named.contains(field.name.lowercased()) { continue }
      if vendor.headers.contains(where: { hyphenated($0.name).equalsIgnoringASCIICase(hyphenated(field.name).lowercased()) }) { continue }
      result.append(field)
    }
    if isInspected { result.append(("Accept-Encoding", "identity")) }
    if let key = vendor.apiKey { result.append(("Authorization", "Bearer \(key.revealed)")) }
    for field in vendor.headers { result.append((field.name, field.value.revealed)) }
    return result
  }

  /// The client's headers for a vendor that it did not ask for: only those that say what the body is, and what Belay's own simulator
  /// is to do. What credentials a client may have sent, and under what name, nobody can know; what is one elsewhere in the request may
  /// stand in these too.
  static func forOtherVendor(_ headers: [Field], without secrets: [String]) -> [Field] {
    let secrets = SecretSearch(secrets)
    return headers.filter { field in
      let isTold =
        ["content-type", "accept", "user-agent"].contains { field.name.equalsIgnoringASCIICase($0) }
        || field.name.hasPrefixIgnoringASCIICase("x-simulate-")
      return isTold && !secrets.occurs(in: field.value.utf8.span) && !secrets.occurs(in: field.name.utf8.span)
    }
  }

  /// By which a vendor knows that it is asked again (draft-ietf-httpapi-idempotency-key-header).
  static func isIdempotencyKey(_ name: String) -> Bool {
    let name = hyphenated(name)
    return name.equalsIgnoringASCIICase("idempotency-key") || name.equalsIgnoringASCIICase("x-idempotency-key")
  }

  /// No credential goes along, as far as its name tells it.
  static func withoutCredentials(_ headers: [Field]) -> [Field] {
    let secrets = Redaction()
    return headers.filter { !secrets.hides(header: $0.name) }
  }

  /// The vendor's header fields as the client receives them: all but hop-by-hop ones and those that are for a site's own browser,
  /// order, case and value bytes kept.
  ///
  /// - Parameters:
  ///   - secrets: what no field may hold, as of vendors' keys.
  ///   - keepsLocation: false leaves out `Location`, for a status that some clients follow it from although it says no such thing.
  ///   - keepsLength: false leaves out `Content-Length`, for a body that is not the vendor's own.
  ///   - keepsType: the same for `Content-Type`.
  package static func toClient(
    _ headers: UpstreamHeaders, secrets: SecretSearch = SecretSearch([]), keepsLocation: Bool = true, keepsLength: Bool = true,
    keepsType: Bool = true
  ) -> AnswerFields {
    var fields = AnswerFields()
    var isChunked = false
    fields.lines.reserveCapacity(512)
    let named = namedByConnection(headers.lazy.filter { $0.isNamed("connection") }.map { (name: $0.name, value: $0.value) })
    for field in headers {
      let name = field.name
      let kind = kind(of: name)
      if kind == .hopByHop, name.equalsIgnoringASCIICase("transfer-encoding") { isChunked = true }
      // What Belay says of an answer, no vendor may say in its name.
      if kind == .hopByHop || kind == .belay || kind == .site || !named.isEmpty && named.contains(name.lowercased()) { continue }
      if !secrets.isEmpty, secrets.occurs(in: field.valueBytes.span) || secrets.occurs(in: name.utf8.span) { continue }
      if !keepsLocation, name.equalsIgnoringASCIICase("location") { continue }
      if !keepsType, name.equalsIgnoringASCIICase("content-type") { continue }
      if name.equalsIgnoringASCIICase("content-length") {
        if !keepsLength || fields.hasContentLength { continue }
        guard isLength(field.valueBytes) else { continue }
      }
      fields.append(name, field.valueBytes)
    }
    // The chunks were what counted (RFC 9112 section 6.3): a length beside them would tell the client of another end.
    if isChunked, fields.hasContentLength {
      return toClient(headers, secrets: secrets, keepsLocation: keepsLocation, keepsLength: false, keepsType: keepsType)
    }
    return fields
  }

  /// Digits (RFC 9110 section 8.6), and a number that fits: a reader may take a greater one for an error or for a smaller one.
  private static func isLength(_ value: some Collection<UInt8>) -> Bool {
    !value.isEmpty && value.allSatisfy { 0x30...0x39 ~= $0 } && Int64(String(decoding: value, as: UTF8.self)) != nil
  }

  /// Header fields in the form of HTTP/1.1: `name: value` and CRLF, one after the other.
  package struct AnswerFields: Sendable, Equatable {
    package var lines: [UInt8] = []
    /// As its field says. One that is left out does not say where the answer ends.
    package var contentLength: Int?
    package var hasContentLength: Bool { contentLength != nil }

    /// No `Content-Length`, for an answer that must not have one.
    var withoutLength: [UInt8] {
      let lines = self.lines.split(separator: UInt8(ascii: "\n"))
      return lines.filter { !Self.isLength($0.prefix { $0 != UInt8(ascii: ":") }) }.flatMap { $0 + [UInt8(ascii: "\n")] }
    }

    /// A field that could end its line early in a reader's eyes (a bare CR, a NUL, a blank in the name) is left out:
    /// a vendor must not be able to write headers of its own invention, or a second answer, to the client. So is one whose name is
    /// no token or whose value has a control character (RFC 9110 sections 5.1 and 5.5): a strict reader would refuse the whole answer.
    @discardableResult
    package mutating func append(_ name: String, _ value: some Collection<UInt8>) -> Bool {
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isToken) else { return false }
      guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return false }
      if Self.isLength(name.utf8) { contentLength = Int(String(decoding: value, as: UTF8.self)) }
      lines.append(contentsOf: name.utf8)
      lines.append(UInt8(ascii: ":"))
      lines.append(UInt8(ascii: " "))
      lines.append(contentsOf: value)
      lines.append(UInt8(ascii: "\r"))
      lines.append(UInt8(ascii: "\n"))
      return true
    }

    private static func isLength(_ name: some Collection<UInt8>) -> Bool {
      name.count == 14 && zip(name, "content-length".utf8).allSatisfy { $0 | 0x20 == $1 }
    }

    /// RFC 9110 section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
      default: false
      }
    }
  }

  /// `site`: between a browser and one site. Behind one address are several vendors, of which none may set what another is sent, and
  /// none may speak for the address.
  enum Kind { case hopByHop, framing, belay, credential, site, acceptEncoding, other }

  /// Told by length first: nearly every field is decided without a comparison.
  static func kind(of name: String) -> Kind {
    if !isPlain(name) { return kind(ofOdd: name) }
    func isNamed(_ lowercased: String) -> Bool { name.equalsIgnoringASCIICase(lowercased) }
    switch name.utf8.count {
    case 2: return isNamed("te") ? .hopByHop : .other
    case 3: return isNamed("nel") ? .site : .other
    case 4: return isNamed("host") ? .framing : .other
    case 6: return isNamed("expect") ? .framing : isNamed("cookie") ? .site : .other
    case 7:
      if isNamed("upgrade") || isNamed("trailer") { return .hopByHop }
      if isNamed("alt-svc") || isNamed("refresh") || isNamed("cookie2") { return .site }
      return isNamed("api-key") ? .credential : .other
    case 9:
      if isNamed("x-api-key") { return .credential }
      if isNamed("report-to") || isNamed("accept-ch") || isNamed("set-login") { return .site }
    case 10:
      if isNamed("x-sendfile") { return .site }
      if isNamed("set-cookie") { return .site }
      if isNamed("connection") || isNamed("keep-alive") { return .hopByHop }
    case 11:
      if isNamed("set-cookie2") || isNamed("critical-ch") { return .site }
      if isNamed("script-name") { return .framing }
    case 13:
      if isNamed("dictionary-id") { return .site }
      if isNamed("authorization") { return .credential }
      if isNamed("x-reproxy-url") { return .site }
      if isNamed("x-rewrite-url") || isNamed("x-rewrite-uri") || isNamed("x-http-method") || isNamed("x-script-name") { return .framing }
    case 14:
      if isNamed("x-reproxy-file") { return .site }
      if isNamed("content-length") || isNamed("x-original-url") || isNamed("x-original-uri") || isNamed("x-override-url") { return .framing }
    case 15:
      if isNamed("x-forwarded-uri") || isNamed("x-original-path") || isNamed("x-replaced-path") { return .framing }
      if isNamed("accept-encoding") { return .acceptEncoding }
      if isNamed("clear-site-data") { return .site }
    case 16:
      if isNamed("proxy-connection") { return .hopByHop }
      if isNamed("x-forwarded-path") { return .framing }
      if isNamed("x-envoy-degraded") { return .site }
    case 17:
      if isNamed("transfer-encoding") { return .hopByHop }
      // RFC 9842: a browser brings it to each vendor, as all are one site to it.
      if isNamed("use-as-dictionary") || isNamed("speculation-rules") { return .site }
      if isNamed("x-method-override") || isNamed("x-original-method") { return .framing }
    case 18:
      if isNamed("proxy-authenticate") { return .hopByHop }
      if isNamed("x-forwarded-prefix") || isNamed("x-forwarded-method") { return .framing }
    case 19:
      if isNamed("proxy-authorization") { return .hopByHop }
      if isNamed("reporting-endpoints") { return .site }
    case 20: if isNamed("x-lighttpd-send-file") || isNamed("available-dictionary") { return .site }
    case 21: if isNamed("x-envoy-original-path") { return .framing }
    case 22:
      if isNamed("service-worker-allowed") { return .site }
      if isNamed("x-http-method-override") { return .framing }
    case 23: if isNamed("x-envoy-original-method") { return .framing }
    case 25: if isNamed("strict-transport-security") { return .site }
    case 27: if isNamed("secure-session-registration") { return .site }
    case 35: if isNamed("x-envoy-immediate-health-check-fail") { return .site }
    default: break
    }
    // For the server in front, which would fetch what a vendor names.
    if name.hasPrefixIgnoringASCIICase("x-accel-"), !isNamed("x-accel-buffering") { return .site }
    if name.hasPrefixIgnoringASCIICase("x-litespeed-") { return .site }
    return name.hasPrefixIgnoringASCIICase("x-belay-") ? .belay : .other
  }

  /// To CGI, and so to WSGI, Rack and PHP, `X_Original_URL` is `X-Original-URL` (RFC 3875 section 4.1.18), to lighttpd's `X.Original.URL` too.
  private static func kind(ofOdd name: String) -> Kind {
    let name = hyphenated(name)
    let saysWhatBodyIs = name.equalsIgnoringASCIICase("content-type") || name.equalsIgnoringASCIICase("content-encoding")
    return saysWhatBodyIs ? .framing : kind(of: name)
  }

  private static func hyphenated(_ name: String) -> String {
    isPlain(name) ? name : String(decoding: name.utf8.map { isPlain($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
  }

  private static func isPlain(_ name: String) -> Bool { name.utf8.allSatisfy { isPlain($0) } }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
    default: false
    }
  }

  private static func namedByConnection(_ headers: some Sequence<(name: String, value: String)>) -> Set<String> {
    var names: Set<String> = []
    for field in headers where field.name.equalsIgnoringASCIICase("connection") {
      for token in field.value.split(separator: ",") {
        let name = token.trimmingSpaces().lowercased()
        if name != "keep-alive" && name != "close" { names.insert(name) }
      }
    }
    return names
  }
}

extension Collection<UInt8> {
  /// Whether the bytes stand in these. As bytes: a combining character behind a key hides it from a comparison of texts.
  func holds(_ bytes: some Collection<UInt8>) -> Bool {
    guard let first = bytes.first else { return false }
    var rest = self[...]
    while rest.count >= bytes.count, let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: bytes) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}

extension String {
  /// Header names are ASCII and compare without case (RFC 9110 section 5.1).
  func equalsIgnoringASCIICase(_ lowercased: String) -> Bool {
    utf8.count == lowercased.utf8.count && hasPrefixIgnoringASCIICase(lowercased)
  }

  func hasPrefixIgnoringASCIICase(_ lowercased: String) -> Bool {
    let (bytes, expected) = (utf8.span, lowercased.utf8.span)
    guard bytes.count >= expected.count else { return false }
    for index in expected.indices {
      let byte = bytes[index]
      if (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) != expected[index] { return false }
    }
    return true
  }
}

extension Substring {
  func trimmingSpaces() -> Substring {
    var text = self
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
    return text
  }
}
