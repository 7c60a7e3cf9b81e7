// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Store

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
    if Self.hasKey(head.target, key) { throw .keyInTarget }
    return Caller(client: match, key: key)
  }

  /// Whether a text has the key, or one like those that `belay key new` makes, another client's: as it is, or as URLs and JSON may have it.
  static func hasKey(_ text: String, _ key: String) -> Bool {
    if hasKey(text.utf8, key) { return true }
    let isEncoded = text.utf8.contains(UInt8(ascii: "%"))
    guard isEncoded || text.utf8.contains(UInt8(ascii: "\\")) else { return false }
    return isEncoded && hasKey(text.utf8.percentDecoded, key) || SecretSearch([key]).occurs(in: text.utf8.span)
  }

  private static func hasKey(_ bytes: some Collection<UInt8>, _ key: String) -> Bool {
    bytes.holds(key.utf8) || NewKey.stands(in: bytes)
  }

  /// `Authorization: Bearer KEY`, as OpenAI's SDKs send it, else `x-api-key: KEY`.
  private static func key(in headers: [ForwardedHeaders.Field]) -> String? {
    var other: String?
    for field in headers {
      if field.name.equalsIgnoringASCIICase("authorization"), field.value.hasPrefixIgnoringASCIICase("bearer ") {
        return key(behind: 7, in: field.value)
      }
      if other == nil, field.name.equalsIgnoringASCIICase("x-api-key") { other = field.value }
    }
    return other
  }

  /// Bytes are dropped, not characters: a combining one belongs to the blank before it, and would make another credential this key.
  private static func key(behind count: Int, in value: String) -> String {
    var bytes = value.utf8.dropFirst(count).drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return String(Substring(bytes))
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
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

  static let tooManyKeys = GatewayError(
    fault: .client, status: 431, code: "too_many_keys",
    message: "the headers and the URL have more keys, cookies and the like than records are searched for: at most "
      + "\(Redaction.mostSecrets), and none so long with characters that URLs and JSON write otherwise", isRetryable: false)

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
