// SPDX-License-Identifier: Apache-2.0

/// What a request's head may not say although the parser lets it pass: what two readers could understand differently, so that
/// one of them takes a part of the body for another request.
enum HeadRules {
  /// Those that an API has. TRACE would show a client what Belay adds for the vendor (RFC 9110 section 9.3.8).
  private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  static func problem(with head: Exchange.RequestHead, isVersion11: Bool) -> GatewayError? {
    if !methods.contains(head.method) { return .methodNotAllowed }
    var hosts = 0
    var codings = 0
    for field in head.headers {
      switch field.name.utf8.count {
      case 4 where field.name.equalsIgnoringASCIICase("host"):
        hosts += 1
      case 17 where field.name.equalsIgnoringASCIICase("transfer-encoding"):
        codings += 1
        // RFC 9112 section 6.1: what a recipient does not understand is a 501.
        if !field.value.equalsIgnoringASCIICase("chunked") { return .unsupportedCoding }
      default:
        break
      }
    }
    // RFC 9112 section 6.1: chunked once, and never in HTTP/1.0.
    if codings > 1 { return .malformedRequest("Transfer-Encoding stands twice") }
    if codings == 1, !isVersion11 { return .malformedRequest("Transfer-Encoding is not for HTTP/1.0") }
    // RFC 9112 section 3.2.
    if hosts > 1 { return .malformedRequest("Host stands twice") }
    if hosts == 0, isVersion11 { return .malformedRequest("there is no Host") }
    // A fragment is dropped on the way to the vendor: a path would be judged that is not the one that is asked for.
    let isPlain = head.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
    return isPlain ? nil : .malformedRequest("the request target has a byte that must be percent-encoded")
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
