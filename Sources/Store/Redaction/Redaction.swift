// SPDX-License-Identifier: Apache-2.0

/// What is taken out of an exchange before it is stored. Keys always are: the values of ``alwaysRedacted`` headers, wherever
/// else in the exchange they appear, and the ``secrets`` that the caller knows of.
package struct Redaction: Sendable {
  /// More header names, case ignored; a trailing `*` matches any rest.
  package var headers: [String]
  /// Values in JSON bodies, requests and responses alike, and in each event of a stream.
  package var paths: [JSONPath]
  /// The vendors' own keys.
  package var secrets: [String]

  package init(headers: [String] = [], paths: [JSONPath] = [], secrets: [String] = []) {
    self.headers = headers
    self.paths = paths
    self.secrets = secrets
  }

  package static let mark = "[redacted]"

  package static let alwaysRedacted = [
    "authorization", "proxy-authorization", "api-key", "apikey", "x-api-key", "x-goog-api-key", "x-auth-token",
    "x-amz-security-token", "cookie", "set-cookie", "x-csrf-token", "openai-api-key", "anthropic-api-key",
  ]

  /// Query parameters whose values are keys.
  static let keyParameters = ["key", "api_key", "api-key", "apikey", "token", "access_token", "auth"]

  package func hides(header name: String) -> Bool {
    let name = name.lowercased()
    if Self.alwaysRedacted.contains(name) || name.hasSuffix("-api-key") || name.hasSuffix("-token") { return true }
    return headers.contains { rule in
      let rule = rule.lowercased()
      return rule.hasSuffix("*") ? name.hasPrefix(rule.dropLast()) : name == rule
    }
  }
}
