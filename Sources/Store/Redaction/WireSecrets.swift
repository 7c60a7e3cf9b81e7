// SPDX-License-Identifier: Apache-2.0

extension Redaction {
  /// What of a header that goes to every request of a vendor is a key, by its name or by an authorization scheme in its value: the
  /// value, and what of it somebody may repeat alone. None of any other header: `accept: application/json` stands in every answer.
  package static func wireSecrets(inHeader name: String, _ value: String) -> [String] {
    isCredential(name) || CredentialPieces.hasScheme(value) ? [value] + keys(inHeader: name, value) : []
  }
}
