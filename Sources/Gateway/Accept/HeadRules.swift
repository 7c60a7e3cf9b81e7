// SPDX-License-Identifier: Apache-2.0

/// What a request's head may not say although the parser lets it pass: what two readers could understand differently, so that
/// one of them takes a part of the body for another request.
enum HeadRules {
  /// Those that an API has. TRACE would show a client what Belay adds for the vendor (RFC 9110 section 9.3.8).
  private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  static func problem(with head: Exchange.RequestHead, isVersion11: Bool) -> GatewayError? {
    if !methods.contains(head.method) { return .methodNotAllowed }
    var hosts = 0
    var codings: [String] = []
    for field in head.headers {
      // Of bytes that are no UTF-8, only that is left: the vendor would get a field that nobody has sent.
      if hasReplacement(field.name) || hasReplacement(field.value) { return .malformedRequest("a header is not UTF-8") }
      switch field.name.utf8.count {
      case 4 where field.name.equalsIgnoringASCIICase("host"):
        hosts += 1
        if !isHost(field.value) { return .malformedRequest("Host is no name and no address") }
      case 17 where field.name.equalsIgnoringASCIICase("transfer-encoding"):
        codings.append(field.value)
      default:
        break
      }
    }
    if let problem = problem(withCodings: codings, isVersion11: isVersion11) { return problem }
    // RFC 9112 section 3.2.
    if hosts > 1 { return .malformedRequest("Host stands twice") }
    if hosts == 0, isVersion11 { return .malformedRequest("there is no Host") }
    if hasUser(head.target) { return .malformedRequest("the request target names a user") }
    // A fragment is dropped on the way to the vendor: a path would be judged that is not the one that is asked for.
    let isPlain = head.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
    return isPlain ? nil : .malformedRequest("the request target has a byte that must be percent-encoded")
  }

  /// RFC 9112 section 6.1: chunked once, and never in HTTP/1.0; what a recipient does not understand is a 501.
  ///
  /// - Parameter codings: the values of Transfer-Encoding, one a field.
  static func problem(withCodings codings: [String], isVersion11: Bool) -> GatewayError? {
    if codings.contains(where: { !$0.equalsIgnoringASCIICase("chunked") }) { return .unsupportedCoding }
    if codings.count > 1 { return .malformedRequest("Transfer-Encoding stands twice") }
    if codings.count == 1, !isVersion11 { return .malformedRequest("Transfer-Encoding is not for HTTP/1.0") }
    return nil
  }

  /// U+FFFD, which the parser puts in place of each byte that is no UTF-8.
  private static func hasReplacement(_ text: String) -> Bool {
    let bytes = text.utf8.span
    for index in bytes.indices where bytes[index] == 0xEF {
      if index + 2 < bytes.count, bytes[index + 1] == 0xBF, bytes[index + 2] == 0xBD { return true }
    }
    return false
  }

  /// A name or an address, and a port. RFC 3986 allows more in names, such as commas, that no name has and some readers split at.
  private static func isHost(_ value: String) -> Bool {
    !value.isEmpty
      && value.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: ":"),
          UInt8(ascii: "["), UInt8(ascii: "]"):
          true
        default: false
        }
      }
  }

  /// A user and a password in the authority (RFC 9110 section 4.2.4): logs would show them.
  private static func hasUser(_ target: String) -> Bool {
    guard target.utf8.first != UInt8(ascii: "/") else { return false }
    let scheme = target.utf8.firstRange(of: "://".utf8)
    let rest = target.utf8[(scheme?.upperBound ?? target.startIndex)...]
    return rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }.contains(UInt8(ascii: "@"))
  }
}

extension GatewayError {
  static let methodNotAllowed = GatewayError(
    fault: .client, status: 405, code: "method_not_allowed",
    message: "the method is none that an API has: GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS are passed on", isRetryable: false)

  static let unsupportedCoding = GatewayError(
    fault: .client, status: 501, code: "unsupported_transfer_coding",
    message: "the only Transfer-Encoding that is understood is chunked", isRetryable: false)
}
