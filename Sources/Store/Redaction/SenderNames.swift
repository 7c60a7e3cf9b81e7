// SPDX-License-Identifier: Apache-2.0

/// Names of what tells apart who sends: to be compared, not hidden. Runs on every header of a request: no allocation.
extension Redaction {
  /// Whether whoever sends another value in it may be somebody else. Gateways, and proxies in front, invent names for whom they speak for, so
  /// that all count but those that say nothing of who asks, and those whose value is another with each request: by them nobody would be who
  /// he was.
  package static func tellsSender(header name: String) -> Bool {
    let bytes = name.utf8.span
    for begin in ofTheMessage where stands(begin, in: bytes, at: 0) { return false }
    for word in ofTheConnection where bytes.count == word.utf8.count && stands(word, in: bytes, at: 0) { return false }
    return !ends(with: "user-agent", bytes) && !isOfOneRequest(name)
  }

  /// The same of a cookie. Those that do not come with each answer of a load balancer and say where it led.
  package static func tellsSender(cookie name: String) -> Bool {
    let bytes = name.utf8.span
    for begin in ofTheRoute where stands(begin, in: bytes, at: 0) { return false }
    for word in ofTheView where bytes.count == word.utf8.count && stands(word, in: bytes, at: 0) { return false }
    return !isOfOneRequest(name)
  }

  // As all names here in lower case, with `-` for `_`. Google Analytics' are short: sessions may be called `_gateway_session`.
  private static let ofTheRoute = ["awsalb", "gclb", "bigipserver", "arraffinity", "--cf", "incap-ses", "-ga-", "-gac-", "-gat-"]
  private static let ofTheView = ["lang", "language", "locale", "theme", "-ga", "-gat", "-gid"]

  private static let ofTheMessage = ["accept", "content-", "if-", "sec-", "x-belay-", "x-simulate-"]
  private static let ofTheConnection = [
    "host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "range", "cache-control", "pragma", "priority",
    "via", "dnt", "b3", "cf-ray", "x-vercel-id", "sw8", "x-amz-cf-id", "x-azure-ref", "x-arr-log-id", "x-amz-content-sha256",
    "x-client-port", "fly-client-port",
  ]

  /// Of tracing (W3C Trace Context, B3, the big vendors' own), of repetition, of signatures.
  private static func isOfOneRequest(_ name: String) -> Bool {
    let bytes = name.utf8.span
    for start in bytes.indices {
      for word in ofOneRequest where stands(word, in: bytes, at: start) { return true }
      if isWord("date", in: bytes, at: start) || isWord("time", in: bytes, at: start) || isWord("span", in: bytes, at: start) { return true }
    }
    return false
  }

  private static let ofOneRequest = [
    "request-id", "requestid", "request-start", "queue-start", "trace", "instana-", "baggage", "correlation", "x-b3-", "datadog", "newrelic",
    "sentry", "stainless", "amz-sdk", "idempotency", "retry", "attempt", "nonce", "timestamp", "signature", "csrf", "xsrf",
  ]
}
