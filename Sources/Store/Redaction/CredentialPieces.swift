// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What of a credential somebody may repeat alone: of `Bearer KEY, realm=x` the key, of `Basic` the password.
enum CredentialPieces {
  /// None shorter than ``SecretSearch/shortest``; of more than ``Redaction/mostSecrets`` some.
  ///
  /// - Parameter isSure: false where the value may be words that stand anywhere: then only what nobody would write by chance.
  static func all(of value: String, isSure: Bool = true) -> [String] {
    var pieces = Pieces(isSure: isSure)
    if let key = onlyKey(in: value) {
      if key.contains(UInt8(ascii: "%")) { pieces.add(Array(key)[...]) } else if pieces.counts(key) { return [String(Substring(key))] }
      return pieces.found
    }
    let bytes = Array(value.utf8)
    let words = bytes.split(whereSeparator: isBlank)
    guard let first = words.first, let last = words.last else { return [] }
    let hasScheme = words.count > 1 && isScheme(first)
    let whole = bytes[(hasScheme ? words[1].startIndex : first.startIndex)..<last.endIndex]
    // A password may have any of the separators in it; what may be several cookies is none.
    if isSure || !whole.contains(UInt8(ascii: ";")) { pieces.add(whole) }
    for piece in whole.split(whereSeparator: isSeparator) where pieces.found.count <= Redaction.mostSecrets {
      let bare = withoutPadding(piece)
      let isPart = piece.count < whole.count
      if isPart, bare.count < piece.count { pieces.add(piece) }
      // Of an id and a secret, the secret (fal.ai's `Key ID:SECRET`, GoDaddy's `sso-key`).
      if let colon = bare.firstIndex(of: UInt8(ascii: ":")) {
        let secret = bare[(colon + 1)...]
        if isRandom(secret) || isSure && secret.count >= 16 { pieces.add(secret) }
      }
      guard let equals = bare.firstIndex(of: UInt8(ascii: "=")) else {
        if isPart || bare.count < piece.count { pieces.add(bare) }
        continue
      }
      let value = bare[(equals + 1)...]
      // Where its value is found, a cookie's name may stay.
      if isPart, isSure || !pieces.counts(value) { pieces.add(bare) }
      pieces.add(value)
      if isRandom(bare[..<equals]) { pieces.add(bare[..<equals]) }
    }
    // A cookie's value may have any of the others in it, though it should not (RFC 6265 section 4.1.1).
    if !isSure { pieces.add(cookies: whole) }
    if hasScheme, isEqual(first, "basic"), let text = decoded(words[1]) { pieces.add(userAndPassword: text) }
    return pieces.found
  }

  /// What nearly every credential is, `Bearer KEY` or a key alone; nil where there is more to it.
  private static func onlyKey(in value: String) -> Substring.UTF8View? {
    var bytes = value.utf8[...]
    if isEqual(bytes.prefix(7), "bearer ") { bytes = bytes.dropFirst(7) }
    return bytes.contains { isSeparator($0) || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") } ? nil : bytes
  }

  /// Whether more than one word stands there, the first of them a scheme. For most values it is one look.
  static func hasScheme(_ value: String) -> Bool {
    let words = value.utf8.drop(while: isBlank)
    guard let blank = words.firstIndex(where: isBlank), isScheme(words[..<blank]) else { return false }
    return words[blank...].contains { !isBlank($0) }
  }

  private typealias Bytes = ArraySlice<UInt8>

  private struct Pieces {
    let isSure: Bool
    private(set) var found: [String] = []

    init(isSure: Bool) { self.isSure = isSure }

    func counts(_ piece: some Collection<UInt8>) -> Bool {
      piece.count >= SecretSearch.shortest && (isSure || CredentialPieces.isRandom(piece)) && !CredentialPieces.isScheme(piece)
    }

    mutating func add(_ piece: Bytes) {
      guard counts(piece) else { return }
      let text = String(decoding: piece, as: UTF8.self)
      found.append(text)
      // Servers and clients write them as URLs do, and say them as they are.
      if piece.contains(UInt8(ascii: "%")), let decoded = text.removingPercentEncoding { found.append(decoded) }
    }

    mutating func add(cookies: Bytes) {
      for cookie in cookies.split(separator: UInt8(ascii: ";")) where cookie.contains(where: { CredentialPieces.isSeparator($0) }) {
        if found.count > Redaction.mostSecrets { return }
        guard let equals = cookie.firstIndex(of: UInt8(ascii: "=")) else { continue }
        let value = cookie[(equals + 1)...]
        if value.contains(where: { CredentialPieces.isSeparator($0) }) { add(value) }
      }
    }

    /// RFC 7617 section 2. Some take a key for the user, and no password.
    mutating func add(userAndPassword text: String) {
      let bytes = Array(text.utf8)[...]
      add(bytes)
      guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return }
      let (user, password) = (bytes[..<colon], bytes[(colon + 1)...])
      add(password)
      if password.isEmpty || CredentialPieces.isRandom(user) { add(user) }
    }
  }

  /// Names of authentication schemes (IANA's registry of them) and of the parameters that stand beside keys.
  private static let schemes = [
    "basic", "bearer", "digest", "dpop", "gnap", "hoba", "mutual", "negotiate", "ntlm", "oauth", "vapid", "token", "key", "apikey",
    "api-key", "privatetoken", "scram-sha-1", "scram-sha-256", "aws4-hmac-sha256", "credential", "signedheaders", "signature",
  ]

  private static func isScheme(_ word: some Collection<UInt8>) -> Bool {
    (3...16).contains(word.count) && schemes.contains { isEqual(word, $0) }
  }

  private static func isEqual(_ word: some Collection<UInt8>, _ lowercased: String) -> Bool {
    word.count == lowercased.utf8.count
      && zip(word, lowercased.utf8).allSatisfy { ((0x41...0x5A).contains($0) ? $0 | 0x20 : $0) == $1 }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func isSeparator(_ byte: UInt8) -> Bool { isBlank(byte) || byte == 0x2C || byte == 0x3B || byte == 0x22 }

  private static func isRandom(_ piece: some Collection<UInt8>) -> Bool {
    piece.count >= 16 && piece.contains { (0x30...0x39).contains($0) }
  }

  private static func withoutPadding(_ piece: Bytes) -> Bytes {
    var piece = piece
    while piece.last == UInt8(ascii: "=") { piece.removeLast() }
    return piece
  }

  /// base64, with its padding or without, also in the alphabet for URLs.
  private static func decoded(_ word: Bytes) -> String? {
    let standard = withoutPadding(word).map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0 }
    let digits = String(decoding: standard, as: UTF8.self)
    let padding = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
    return Data(base64Encoded: digits + padding).map { String(decoding: $0, as: UTF8.self) }
  }
}
