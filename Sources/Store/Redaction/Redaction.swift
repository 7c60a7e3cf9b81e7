// SPDX-License-Identifier: Apache-2.0

/// What is taken out of an exchange before it is stored. Keys always are: the values of headers that hold one, wherever else in
/// the exchange they appear, and the ``secrets`` that the caller knows of.
package struct Redaction: Sendable {
  /// More names of headers that hold keys, case ignored; a trailing `*` matches any rest.
  package var headers: [String]
  /// Names, in the same way, of headers that say who a client is, and where. Their values are words that may stand anywhere, such
  /// as a host's name: they are looked for nowhere else.
  package var senders: [String]
  /// Values in JSON bodies, requests and responses alike, and in each event of a stream.
  package var paths: [JSONPath]
  /// The vendors' own keys.
  package var secrets: [String]

  package init(headers: [String] = [], senders: [String] = [], paths: [JSONPath] = [], secrets: [String] = []) {
    self.headers = headers
    self.senders = senders
    self.paths = paths
    self.secrets = secrets
  }

  package static let mark = "[redacted]"

  /// More secrets that the caller knows of.
  package mutating func hide(_ secrets: [String]) {
    for secret in secrets where !self.secrets.contains(secret) { self.secrets.append(secret) }
  }

  package static let alwaysRedacted = [
    "authorization", "proxy-authorization", "api-key", "apikey", "x-api-key", "x-goog-api-key", "x-auth-token",
    "x-amz-security-token", "cookie", "set-cookie", "x-csrf-token", "openai-api-key", "anthropic-api-key",
  ]

  package func hides(header name: String) -> Bool {
    let name = name.lowercased()
    return Self.isCredential(name) || Self.matches(name, headers) || Self.matches(name, senders)
  }

  /// Whether a hidden header's value is looked for elsewhere. A cookie's is many things in one, and `*`, which hides all headers,
  /// says of none that it is a key.
  func holdsKey(header name: String) -> Bool {
    let name = name.lowercased()
    return !name.hasSuffix("cookie") && (Self.isCredential(name) || Self.matches(name, headers.filter { $0 != "*" }))
  }

  /// The keys that a request shows, without a scheme: in its headers, and in its path's query.
  package func keys(headers: [StoredMessage.Header], path: String) -> [String] {
    headers.filter { holdsKey(header: $0.name) }.compactMap { Self.key(in: $0.value) } + QueryKeys.values(in: path)
  }

  /// `Bearer KEY`
  static func key(in value: String) -> String? { value.split(separator: " ").last.map { String($0) } }

  private static func isCredential(_ name: String) -> Bool {
    alwaysRedacted.contains(name) || name.hasSuffix("-api-key") || name.hasSuffix("-token")
  }

  private static func matches(_ name: String, _ rules: [String]) -> Bool {
    rules.contains { rule in
      let rule = rule.lowercased()
      return rule.hasSuffix("*") ? name.hasPrefix(rule.dropLast()) : name == rule
    }
  }
}
