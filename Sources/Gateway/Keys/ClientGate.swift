// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// Who may use the proxy, where it has keys of its own.
package struct ClientGate: Sendable {
  private let clients: [Client]

  /// Nil where whoever reaches the proxy may use it.
  package init?(_ clients: [Client]) {
    guard !clients.isEmpty else { return nil }
    self.clients = clients
  }

  /// A client, and the key that it showed.
  package struct Caller: Sendable {
    package let client: Client
    package let key: String
  }

  /// Every entry is compared, each in a time that tells nothing: neither which key it is nor how near a wrong one came shows.
  package func caller(of head: Exchange.RequestHead) throws(GatewayError) -> Caller {
    guard let key = Self.key(in: head.headers) else { throw .missingKey }
    guard let digest = SHA256.digest(Array(key.utf8)) else { throw .broken("libcrypto cannot hash") }
    var match: Client?
    for client in clients where ConsoleGuard.isEqual(client.keyDigest, digest) { match = client }
    guard let match else { throw .unknownKey }
    // There it would be logged on its way, and sent on.
    if Self.hasKey(head.target, key) || Self.hasKey(Self.decoded(head.target), key) { throw .keyInTarget }
    return Caller(client: match, key: key)
  }

  /// A target without its percent-encoding (RFC 3986 section 2.1).
  private static func decoded(_ target: String) -> String {
    guard target.utf8.contains(UInt8(ascii: "%")) else { return target }
    var bytes: [UInt8] = []
    var rest = Substring(target).utf8
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(rest.prefix(2).map { String(UnicodeScalar($0)) }.joined(), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a text has the key, or one like those that `belay key new` makes: another client's.
  static func hasKey(_ text: String, _ key: String) -> Bool {
    let bytes = text.utf8
    if bytes.count >= key.utf8.count, bytes.holds(key.utf8) { return true }
    guard bytes.count >= NewKey.prefix.utf8.count + NewKey.letters, let start = bytes.firstRange(of: NewKey.prefix.utf8)?.upperBound else { return false }
    return bytes[start...].prefix { NewKey.isLetter($0) }.count >= NewKey.letters
  }

  /// `Authorization: Bearer KEY`, as OpenAI's SDKs send it, else `x-api-key: KEY`.
  private static func key(in headers: [ForwardedHeaders.Field]) -> String? {
    var other: String?
    for field in headers {
      if field.name.equalsIgnoringASCIICase("authorization"), field.value.hasPrefixIgnoringASCIICase("bearer ") {
        return String(field.value.dropFirst(7).trimmingSpaces())
      }
      if other == nil, field.name.equalsIgnoringASCIICase("x-api-key") { other = field.value }
    }
    return other
  }
}

extension GatewayError {
  static let missingKey = GatewayError(
    fault: .client, status: 401, code: "invalid_api_key",
    message: "this proxy asks for a key of its own: send it as Authorization: Bearer KEY, or as x-api-key", isRetryable: false)

  static let unknownKey = GatewayError(
    fault: .client, status: 401, code: "invalid_api_key",
    message: "this proxy does not know the key: it must be one of the proxy's own (belay key new), not a vendor's", isRetryable: false)

  static let keyInTarget = GatewayError(
    fault: .client, status: 400, code: "key_in_url",
    message: "the key stands in the URL, where others would read it: send it as a header only, and have it replaced", isRetryable: false)

  static func notAllowed(_ client: Client, _ vendor: Vendor) -> GatewayError {
    GatewayError(
      fault: .client, status: 403, code: "vendor_not_allowed",
      message: "client '\(client.name)' may not use vendor '\(vendor.name)'", isRetryable: false)
  }

  static func tooFast(_ client: Client, _ rate: Client.Rate, nanoseconds: UInt64) -> GatewayError {
    var error = GatewayError(
      fault: .client, status: 429, code: "rate_limit_exceeded",
      message: "client '\(client.name)' may send \(rate.perMinute) requests a minute", isRetryable: true)
    error.retryAfter = Int(clamping: (nanoseconds + 999_999_999) / 1_000_000_000)
    return error
  }
}
