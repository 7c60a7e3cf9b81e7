// SPDX-License-Identifier: Apache-2.0

extension Redaction {
  /// Whether a header of this name, or a query's parameter, holds a credential. By words rather than by a list: gateways invent names.
  /// Case does not count, and `_` is `-`, as CGI has it (RFC 3875 section 4.1.18). Runs on every header of a request: no allocation.
  package static func isCredential(_ name: String) -> Bool {
    let bytes = name.utf8.span
    // How much may be asked in a minute, whatever the unit is called.
    let isCount = stands("x-ratelimit", in: bytes, at: 0) || stands("anthropic-ratelimit", in: bytes, at: 0) || stands("ratelimit", in: bytes, at: 0)
    if !isCount, ends(with: "key", bytes) { return !isHarmlessKey(bytes) }
    if isHarmless(bytes) { return false }
    for start in bytes.indices {
      switch folded(bytes[start]) {
      case UInt8(ascii: "a"):
        if stands("api-key", in: bytes, at: start) || stands("apikey", in: bytes, at: start) || isAuth(bytes, at: start) { return true }
      // What lets somebody use a thing; the signature that lets somebody have it, in URLs of Azure and others.
      case UInt8(ascii: "b"): if stands("bearer", in: bytes, at: start) { return true }
      case UInt8(ascii: "c"): if stands("cookie", in: bytes, at: start) || stands("credential", in: bytes, at: start) { return true }
      case UInt8(ascii: "j"): if isWord("jwt", in: bytes, at: start) { return true }
      case UInt8(ascii: "l"): if isWord("license", in: bytes, at: start) || isWord("licence", in: bytes, at: start) { return true }
      case UInt8(ascii: "o"): if isWord("otp", in: bytes, at: start) { return true }
      // A personal access token, no path.
      case UInt8(ascii: "p"):
        if stands("passw", in: bytes, at: start) || stands("passphrase", in: bytes, at: start) { return true }
        if ["pwd", "pat", "pin"].contains(where: { isWord($0, in: bytes, at: start) }) { return true }
      case UInt8(ascii: "s"):
        if stands("secret", in: bytes, at: start) || stands("signature", in: bytes, at: start) || isSession(bytes, at: start) { return true }
        // Browsers show OpenAI's keys there: `openai-insecure-api-key.KEY`.
        if isWord("sig", in: bytes, at: start) || stands("sec-websocket-protocol", in: bytes, at: start) { return true }
      case UInt8(ascii: "t"): if !isCount, isToken(bytes, at: start) { return true }
      default: break
      }
    }
    return false
  }

  /// Whether it is a cookie, which is many things in one.
  static func isCookie(_ name: String) -> Bool {
    let bytes = name.utf8.span
    for start in bytes.indices where stands("cookie", in: bytes, at: start) { return true }
    return false
  }

  /// `auth`, but not of an author, nor of an authority.
  private static func isAuth(_ bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
    guard stands("auth", in: bytes, at: start) else { return false }
    return !stands("author", in: bytes, at: start) || stands("authoriz", in: bytes, at: start) || stands("authoris", in: bytes, at: start)
  }

  /// Keys of retries (draft-ietf-httpapi-idempotency-key-header), of the WebSocket handshake (RFC 6455 section 4.1), of caches.
  private static func isHarmlessKey(_ bytes: borrowing Span<UInt8>) -> Bool {
    ends(with: "idempotency-key", bytes) || bytes.count == 17 && stands("sec-websocket-key", in: bytes, at: 0)
      || ends(with: "surrogate-key", bytes) || ends(with: "cache-key", bytes) || ends(with: "routing-key", bytes)
  }

  /// A challenge is what is asked for, not what is shown (RFC 9110 section 11.6.1); CORS says whether, not what.
  private static func isHarmless(_ bytes: borrowing Span<UInt8>) -> Bool {
    ends(with: "-authenticate", bytes) || bytes.count == 32 && stands("access-control-allow-credentials", in: bytes, at: 0)
  }

  /// `session`, but not where it says which conversation a request belongs to: vendors keep its prompt's cache by that.
  private static func isSession(_ bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
    stands("session", in: bytes, at: start) && !ends(with: "session-affinity", bytes) && !ends(with: "session-id", bytes)
  }

  /// `token`, but neither several of them, which are a count (`max-tokens`, `x-tokens-left`), nor how many there may be.
  private static func isToken(_ bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
    guard stands("token", in: bytes, at: start), !stands("tokens", in: bytes, at: start) else { return false }
    return !ends(with: "token-budget", bytes) && !ends(with: "token-limit", bytes) && !ends(with: "token-count", bytes)
  }

  /// Whether the word stands for itself, between hyphens or the name's ends.
  static func isWord(_ word: String, in bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
    let end = start + word.utf8.count
    return stands(word, in: bytes, at: start) && (start == 0 || folded(bytes[start - 1]) == UInt8(ascii: "-"))
      && (end == bytes.count || folded(bytes[end]) == UInt8(ascii: "-"))
  }

  static func ends(with word: String, _ bytes: borrowing Span<UInt8>) -> Bool {
    bytes.count >= word.utf8.count && stands(word, in: bytes, at: bytes.count - word.utf8.count)
  }

  static func stands(_ word: String, in bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
    guard start + word.utf8.count <= bytes.count else { return false }
    var place = start
    for byte in word.utf8 {
      if folded(bytes[place]) != byte { return false }
      place += 1
    }
    return true
  }

  static func folded(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A: byte | 0x20
    case UInt8(ascii: "_"): UInt8(ascii: "-")
    default: byte
    }
  }
}
