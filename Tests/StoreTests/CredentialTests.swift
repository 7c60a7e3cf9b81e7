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
  ])
  func aCredentialIsToldByItsName(_ name: String) {
    for name in [name, name.uppercased(), name.lowercased()] { #expect(Redaction.isCredential(name) && Redaction().hides(header: name), "\(name)") }
  }

  @Test(arguments: [
    "", ":authority", "Authority", "X-Author", "Idempotency-Key", "X-Idempotency-Key", "Sec-WebSocket-Key", "Surrogate-Key", "max-tokens",
    "X-RateLimit-Limit-Tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-token-minute", "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-input-token-limit", "openai-processing-ms", "openai-organization", "openai-version", "openai-max-tokens",
    "fireworks-prompt-tokens", "WWW-Authenticate", "Proxy-Authenticate", "Access-Control-Allow-Credentials", "Content-Type", "Accept", "Host",
    "User-Agent", "X-Request-Id", "Content-Security-Policy", "Keyword", "pass",
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
  ])
  func theKeyIsFoundInItsCredential(_ value: String) {
    #expect(Self.secrets("Authorization", value).contains(Self.key), "\(Self.secrets("Authorization", value))")
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
