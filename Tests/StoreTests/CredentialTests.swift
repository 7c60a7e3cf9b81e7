// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

/// Which headers hold keys, and what of their values is one.
@Suite struct CredentialTests {
  @Test(arguments: [
    "Authorization", "X-Goog-Api-Key", "X-Auth-Token", "Proxy-Authorization", "Cookie", "Set-Cookie", "Cookie2", "Helicone-Auth",
    "cf-aig-authorization", "Ocp-Apim-Subscription-Key", "X-Functions-Key", "X-Authorization", "Authentication", "X-Auth-Key", "X-Access-Key",
    "X-Secret-Key", "X-Secret", "X-Password", "X-Session", "X-Amz-Signature", "X-Api-Key-Id", "X-Litellm-Key", "x_api_key", "X_AUTH",
    "X-Forwarded-Authorization", "X-Amz-Security-Token", "X-CSRF-Token", "X-Amz-Credential", "apikey", "key", "X-Ratelimit-Auth", "passwd",
    "X-JWT", "x-pat", "X-Bearer", "x_pwd", "jwt-assertion", "x-session-token", "Session", "X-Auth-Session-Id", "x-token", "x-secret-token-count",
    "x-sig", "sig", "X-License", "Sec-WebSocket-Protocol", "OK-ACCESS-PASSPHRASE", "x-otp", "X_Pin",
  ])
  func aCredentialIsToldByItsName(_ name: String) {
    for name in [name, name.uppercased(), name.lowercased()] { #expect(Redaction.isCredential(name) && Redaction().hides(header: name), "\(name)") }
  }

  @Test(arguments: [
    "", ":authority", "Authority", "X-Author", "Idempotency-Key", "X-Idempotency-Key", "Sec-WebSocket-Key", "Surrogate-Key", "max-tokens",
    "X-RateLimit-Limit-Tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-token-minute", "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-input-token-limit", "openai-processing-ms", "openai-organization", "openai-version", "openai-max-tokens",
    "fireworks-prompt-tokens", "WWW-Authenticate", "Proxy-Authenticate", "Access-Control-Allow-Credentials", "Content-Type", "Accept", "Host",
    "User-Agent", "X-Request-Id", "Content-Security-Policy", "Keyword", "pass", "x-session-affinity", "X-Session-Id", "Mcp-Session-Id",
    "X-Routing-Key", "x-token-budget", "x-token-limit", "x-path", "x-pattern", "x-ajwt2", "X-Signal", "x-design",
    "x-pinned", "Public-Key-Pins", "x-options",
  ])
  func aHarmlessNameIsNone(_ name: String) {
    for name in [name, name.uppercased(), name.lowercased()] { #expect(!Redaction.isCredential(name) && !Redaction().hides(header: name), "\(name)") }
  }

  private static let key = "sk-planted-0123456789abcdef"

  private static func secrets(_ name: String, _ value: String) -> [String] {
    Redaction().secrets(headers: [(name: name, value: value)], target: "/v1/chat/completions")
  }

  @Test(arguments: [
    "Bearer \(key)", "bearer\t\(key)", "Bearer  \(key) ", "\(key)", "Bearer \(key), x", "Bearer \(key) extra", "Bearer \(key);x=1", "Key=\(key)",
    "Digest username=\"me\", response=\"\(key)\"", "Bearer \(key)==",
    // u:sk-planted-0123456789abcdef, with padding and without; the key as the user.
    "Basic dTpzay1wbGFudGVkLTAxMjM0NTY3ODlhYmNkZWY=", "basic dTpzay1wbGFudGVkLTAxMjM0NTY3ODlhYmNkZWY",
    "Basic c2stcGxhbnRlZC0wMTIzNDU2Nzg5YWJjZGVmOg==",
    // An id and its secret; `ü~ÿ:` and the key in the alphabet for URLs.
    "Key id-1:\(key)", "sso-key 0123:\(key)", "id-1:\(key)", "Basic w7x-w7_Dvzpzay1wbGFudGVkLTAxMjM0NTY3ODlhYmNkZWY=",
  ])
  func theKeyIsFoundInItsCredential(_ value: String) {
    #expect(Self.secrets("Authorization", value).contains(Self.key), "\(Self.secrets("Authorization", value))")
  }

  @Test(arguments: [
    ("x-upstream", "Bearer \(key)"), ("X-Forwarded-Access", "basic dTpzay1wbGFudGVkLTAxMjM0NTY3ODlhYmNkZWY="), ("Referer", "http://a.example/?x=1&api_key=\(key)"),
    ("X-Original-URL", "/v1?a=1;key=\(key)"), ("x-original-uri", "/v1?api%5Fkey=\(key)#top"),
  ])
  func aKeyIsFoundInAHeaderOfAnyName(_ name: String, _ value: String) {
    #expect(!Redaction.isCredential(name) && Self.secrets(name, value).contains(Self.key), "\(Self.secrets(name, value))")
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(headers: [.init(name, value)], body: Array("it is \(Self.key)".utf8))
    }
    #expect(exchange.redacted(Redaction()).request?.body == Array("it is [redacted]".utf8))
  }

  @Test(arguments: [("x-title", "Basic tutorial of everything"), ("x-title", "token budgets"), ("x-a", "Bearer"), ("Referer", "http://a.example/?page=12345678")])
  func wordsInAHeaderAreNoKey(_ name: String, _ value: String) {
    #expect(Self.secrets(name, value) == [])
  }

  @Test(arguments: [
    ("?a=1;key=\(key)&b=2", "?a=1;key=[redacted]&b=2"), ("?key=\(key);x=1&b=2", "?key=[redacted]&b=2"), ("?session_id=\(key)", "?session_id=[redacted]"),
    ("?pat=\(key)", "?pat=[redacted]"), ("?path=a;b&x", "?path=a;b&x"), ("?key=1&key=2&", "?key=[redacted]&key=[redacted]&"),
    ("?key=a;key=b&c", "?key=[redacted]&c"), ("?next=/cb?token=\(key)&b=2", "?next=/cb?token=[redacted]&b=2"),
    ("?next=https://h/a?b=1?key=\(key)?x=1", "?next=https://h/a?b=1?key=[redacted]"),
    ("%3Fkey=\(key)", "%3Fkey=[redacted]"), ("%2f%3fa=1&key=\(key)&b", "%2f%3fa=1&key=[redacted]&b"), ("%3", "%3"), ("%2F?key=\(key)", "%2F?key=[redacted]"),
  ])
  func aQuerysKeysAreTakenOut(_ query: String, _ kept: String) {
    let path = "/v1/chat/completions"
    #expect(Sample.exchange(1) { $0.path = path + query }.redacted(Redaction()).path == path + kept)
    if query.contains(Self.key) { #expect(Redaction().secrets(headers: [], target: path + query).contains(Self.key)) }
  }

  @Test func aCookieCountsOnce() {
    #expect(Self.secrets("Cookie", "a=0123456789abcdef; b=short; c=fedcba9876543210") == ["0123456789abcdef", "fedcba9876543210"])
    #expect(Self.secrets("Cookie", "0123456789abcdef=b") == ["0123456789abcdef=b", "0123456789abcdef"])
    // With what cookies should not have in them.
    #expect(Self.secrets("Cookie", "a=Zq8Wv5Tn2R,Lm4Xc7P b1Jd6; lang=en, de") == ["Zq8Wv5Tn2R,Lm4Xc7P b1Jd6"])
    #expect(Set(Self.secrets("Cookie", "sid=s%3AZq8Wv5Tn2R%2Bk9Lm4X")).isSuperset(of: ["s%3AZq8Wv5Tn2R%2Bk9Lm4X", "s:Zq8Wv5Tn2R+k9Lm4X"]))
  }

  @Test(arguments: ["Zq8%2FWv5Tn2R%3Dk9Lm4X", "Bearer Zq8%2FWv5Tn2R%3Dk9Lm4X", "Key id:Zq8%2FWv5Tn2R%3Dk9Lm4X", "Basic dTpacTglMkZXdjVUbjJSJTNEazlMbTRY"])
  func aKeyThatIsWrittenAsInAURLIsKnownAsItIsToo(_ value: String) {
    #expect(Set(Self.secrets("x-api-key", value)).isSuperset(of: ["Zq8%2FWv5Tn2R%3Dk9Lm4X", "Zq8/Wv5Tn2R=k9Lm4X"]), "\(Self.secrets("x-api-key", value))")
  }

  @Test func wordsBesideAKeyAreNone() {
    #expect(Self.secrets("Authorization", "Bearer \(Self.key)") == [Self.key])
    #expect(Self.secrets("Authorization", "Negotiate") == [])
    #expect(Self.secrets("Cookie", "theme=dark-mode; lang=en; sid=\(Self.key)").contains(Self.key))
    #expect(!Self.secrets("Cookie", "theme=dark-mode; lang=en; sid=\(Self.key)").contains("dark-mode"))
    #expect(Redaction.secrets(inHeader: "x-gateway-auth", "Bearer \(Self.key)").contains(Self.key))
    #expect(Redaction.secrets(inHeader: "x-title", "My wonderful application") == ["My wonderful application"])
  }
}
