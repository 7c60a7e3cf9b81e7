// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Clients with keys of the proxy's own")
struct ClientTests {
  static let hash = String(repeating: "0a", count: 32)
  static let other = String(repeating: "F1", count: 32)

  @Test("without the section, whoever reaches the proxy may use it")
  func none() throws {
    #expect(try BelayConfiguration.load(withVendor("")).clients.isEmpty)
  }

  @Test("every key arrives where it belongs")
  func everything() throws {
    let yaml = """
      vendors:
        a: http://127.0.0.1:1/v1
        b: http://127.0.0.1:2/v1
      clients:
        alice: { key_sha256: \(Self.hash) }
        bob:
          key_sha256: \(Self.other)
          vendors: [b]
          requests_per_minute: 90
          burst: 3
        carol: { key_sha256: \(String(repeating: "7", count: 64)), vendors: b, requests_per_minute: 4 }
      """
    let clients = try BelayConfiguration.load(yaml).clients
    #expect(
      clients == [
        Client(name: "alice", keyDigest: Array(repeating: 0x0A, count: 32)),
        Client(
          name: "bob", keyDigest: Array(repeating: 0xF1, count: 32), vendors: ["b"],
          rate: Client.Rate(perMinute: 90, burst: 3)),
        Client(
          name: "carol", keyDigest: Array(repeating: 0x77, count: 32), vendors: ["b"],
          rate: Client.Rate(perMinute: 4, burst: 4)),
      ])
  }

  static let mistakes: [(line: String, problem: String)] = [
    ("clients:", "3:9: `clients` has no client, so that nobody could call"),
    ("clients: {}", "3:10: `clients` has no client, so that nobody could call"),
    ("clients: {a: {}}", "3:14: `clients.a` has no `key_sha256`"),
    ("clients: {a: {key_sha256: belay_0123456789}}", "3:27: `clients.a.key_sha256` is not a SHA-256: it must have 64 hexadecimal digits"),
    ("clients: {a: {key_sha256: \(hash)0}}", "3:27: `clients.a.key_sha256` is not a SHA-256: it must have 64 hexadecimal digits"),
    ("clients: {a b: {key_sha256: \(hash)}}", "3:11: `clients.a b` is not a client's name"),
    ("clients: {\(String(repeating: "a", count: 65)): {key_sha256: \(hash)}}", "3:11: `clients.***` is not a client's name"),
    ("clients: {a: {key_sha256: \(hash), vendors: []}}", "3:102: `clients.a.vendors` names no vendor"),
    ("clients: {a: {key_sha256: \(hash), vendors: [b]}}", "3:103: `clients.a.vendors[0]` names the vendor `b`, and there is none"),
    ("clients: {a: {key_sha256: \(hash), requests_per_minute: 0}}", "3:114: `clients.a.requests_per_minute` is not a whole number from 1 to 1000000: \"0\""),
    ("clients: {a: {key_sha256: \(hash), rate: 5}}", "3:93: unknown key `rate` in `clients.a`"),
    ("clients: {a: {key_sha256: \(hash)}, b: {key_sha256: \(hash)}}", "3:94: the clients `a` and `b` have the same key"),
  ]

  @Test("a mistake is told with its place, and what may be a key is not quoted", arguments: mistakes)
  func told(_ line: String, _ problem: String) {
    let yaml = "vendors:\n  a: http://127.0.0.1:1/v1\n" + line
    #expect(headlines(problems(yaml)) == ["belay.yaml:\(problem)"])
    #expect(!headlines(problems(yaml)).joined().contains("belay_"))
  }

  /// As when what follows is commented out.
  static let empty: [(line: String, problem: String)] = [
    ("vendors:", "6:13: `clients.a.vendors` names no vendor"),
    ("vendors:\n    # - a", "6:13: `clients.a.vendors` names no vendor"),
    ("vendors: null", "6:14: `clients.a.vendors` names no vendor"),
    ("vendors: ${ABSENT:-}", "6:14: `clients.a.vendors` names no vendor"),
    ("requests_per_minute:", "6:25: `clients.a.requests_per_minute` says no number"),
    ("requests_per_minute: ~", "6:26: `clients.a.requests_per_minute` says no number"),
    ("requests_per_minute: ${ABSENT:-}", "6:26: `clients.a.requests_per_minute` says no number"),
  ]

  @Test("a restriction that says nothing is a mistake, no open door", arguments: empty)
  func emptied(_ line: String, _ problem: String) {
    let found = problems("vendors:\n  a: http://127.0.0.1:1/v1\nclients:\n  a:\n    key_sha256: \(Self.hash)\n    \(line)\n")
    #expect(headlines(found).contains("belay.yaml:\(problem)"))
    #expect(found.allSatisfy { !$0.advice.isEmpty })
  }

  @Test("a burst without a rate, and a vendor that would get no key, are worth a word")
  func warnings() throws {
    let keyless = try BelayConfiguration.load(withVendor("clients: {a: {key_sha256: \(Self.hash), burst: 2}}"))
    #expect(
      headlines(keyless.warnings) == [
        "belay.yaml:2:3: warning: `a` has no key of its own, and with `clients` no client's key passes through",
        "belay.yaml:3:100: warning: `clients.a.burst` has no `requests_per_minute` to go with",
      ])
  }

  @Test("with clients, other machines may reach the proxy: what is warned of is that keys can be read on the way")
  func open() throws {
    let yaml = "vendors:\n  a: {base_url: https://a.example/v1, api_key: '${K}'}\nlisten: :8611\n"
    let environment = ["K": "key"]
    #expect(try BelayConfiguration.load(yaml, environment: environment).warnings.count == 1)
    let guarded = yaml + "clients: {a: {key_sha256: \(Self.hash)}}\n"
    #expect(
      headlines(try BelayConfiguration.load(guarded, environment: environment).warnings) == [
        "belay.yaml:3:9: warning: belay listens at 0.0.0.0:8611 without TLS: the keys of `clients` can be read on the way"
      ])
  }
}
