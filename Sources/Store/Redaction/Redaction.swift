// SPDX-License-Identifier: Apache-2.0

/// What is taken out of an exchange before it is stored. Keys always are: the values of headers that hold one, wherever else in
/// the exchange they appear, and the ``secrets`` that the caller knows of.
package struct Redaction: Sendable {
  /// More names of headers that hold keys, case ignored; a trailing `*` matches any rest.
  package var headers: [String]
  /// Names, in the same way, of headers that say who a client is, and where. Their values are words that may stand anywhere, such
  /// as a host's name: they are looked for nowhere else.
  package var senders: [String]
  /// Values in JSON bodies, requests and responses alike, and in each event of a stream. What is said of bodies loses its quotations and
  /// the places within arguments with any path. Names stay, whatever the paths say: of models, tools and calls, finish reasons, and the
  /// codes of findings.
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

  /// More than any request shows: each is looked for in all of it. Some dozens stand in a browser's cookies.
  package static let mostSecrets = 512

  /// The bytes of them in each way that they may be written, about: as many as those of a dozen kilobytes of base64, or of all headers
  /// where these are letters and digits. A millisecond's work.
  static let mostBytes = 256 << 10

  /// Whether these are more than any text is looked through for.
  package static func areTooMany(_ secrets: [String]) -> Bool {
    if secrets.count > mostSecrets { return true }
    var bytes = 0
    for secret in secrets where bytes <= mostBytes { bytes += SecretForms.cost(of: secret) }
    return bytes > mostBytes
  }

  /// More secrets that the caller knows of.
  package mutating func hide(_ secrets: [String]) {
    for secret in secrets where !self.secrets.contains(where: { $0.utf8.elementsEqual(secret.utf8) }) { self.secrets.append(secret) }
  }

  package func hides(header name: String) -> Bool {
    Self.isCredential(name) || Self.matches(name, headers) || Self.matches(name, senders)
  }

  /// Whether a hidden header's value is looked for elsewhere. `*`, which hides all headers, says of none that it is a key.
  func holdsKey(header name: String) -> Bool {
    Self.isCredential(name) || !headers.isEmpty && Self.matches(name, headers.filter { $0 != "*" })
  }

  /// What a request shows that may be kept nowhere: of its headers, and of its target's query. Empty, and for nothing, where there
  /// is none. Of more than ``mostSecrets`` it is some, but more than that.
  package func secrets(headers: [(name: String, value: String)], target: String) -> [String] {
    var secrets = QueryKeys.values(in: target)
    for header in headers where secrets.count <= Self.mostSecrets {
      let keys = holdsKey(header: header.name) ? Self.keys(inHeader: header.name, header.value) : Self.keys(inValue: header.value)
      if secrets.isEmpty { secrets = keys } else { secrets += keys }
    }
    return secrets
  }

  /// What a header holds that somebody may repeat. A cookie, and what a vendor says, may be words that stand anywhere: of them only
  /// what nobody writes by chance counts.
  static func keys(inHeader name: String, _ value: String, isAnswer: Bool = false) -> [String] {
    CredentialPieces.all(of: value, isSure: !isAnswer && !isCookie(name))
  }

  /// What of the value of a header that is no credential by its name is one all the same: behind a scheme what nobody writes by chance,
  /// and keys in the query of an address. Empty, and for nothing, where there is none.
  static func keys(inValue value: String) -> [String] {
    let keys = QueryKeys.values(in: value)
    return CredentialPieces.hasScheme(value) ? keys + CredentialPieces.all(of: value, isSure: false) : keys
  }

  /// What of a header that goes to every request of a vendor must be in no record: its value and, where that is a credential, its parts.
  package static func secrets(inHeader name: String, _ value: String) -> [String] {
    isCredential(name) || CredentialPieces.hasScheme(value) ? [value] + keys(inHeader: name, value) : [value]
  }

  private static func matches(_ name: String, _ rules: [String]) -> Bool {
    if rules.isEmpty { return false }
    let name = name.lowercased()
    return rules.contains { rule in
      let rule = rule.lowercased()
      return rule.hasSuffix("*") ? name.hasPrefix(rule.dropLast()) : name == rule
    }
  }
}
