// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import NIOCore
import Testing
import Upstream

/// Keys of the proxy's own, by value: who is let in, where, and how often.
@Suite struct ClientGateTests {
  static func client(_ key: String, _ name: String, vendors: Set<String>? = nil, rate: Client.Rate? = nil) -> Client {
    Client(name: name, keyDigest: SHA256.digest(Array(key.utf8)) ?? [], vendors: vendors, rate: rate)
  }

  static let gate = ClientGate([client("belay_alice", "alice"), client("belay_bob", "bob")])

  static func caller(_ headers: [ForwardedHeaders.Field], target: String = "/v1/models") throws -> ClientGate.Caller? {
    try gate?.caller(of: Exchange.RequestHead(method: "GET", target: target, headers: headers))
  }

  @Test("the digest is SHA-256 (FIPS 180-4's example)")
  func digest() {
    let abc = SHA256.digest(Array("abc".utf8))?.map { String($0, radix: 16) }.joined(separator: " ")
    #expect(abc == "ba 78 16 bf 8f 1 cf ea 41 41 40 de 5d ae 22 23 b0 3 61 a3 96 17 7a 9c b4 10 ff 61 f2 0 15 ad")
    #expect(SHA256.digest([])?.first == 0xE3)
  }

  @Test("without clients there is no gate")
  func open() { #expect(ClientGate([]) == nil) }

  @Test(
    "a key is known as Bearer, whatever the case of the word, and as x-api-key",
    arguments: [
      ([("Authorization", "Bearer belay_alice")], "alice"), ([("authorization", "bearer  belay_bob ")], "bob"),
      ([("X-API-Key", "belay_bob")], "bob"), ([("X-API-Key", "belay_bob"), ("Authorization", "Bearer belay_alice")], "alice"),
      ([("X-API-Key", "belay_bob"), ("Authorization", "Basic eDp5")], "bob"),
    ] as [([ForwardedHeaders.Field], String)])
  func known(headers: [ForwardedHeaders.Field], name: String) throws {
    #expect(try Self.caller(headers)?.client.name == name)
  }

  @Test(
    "without a key, or with one that is not known, it is a 401 that quotes nothing",
    arguments: [
      [], [("Authorization", "")], [("Authorization", "Bearer ")], [("Authorization", "Bearer belay_alic")],
      [("Authorization", "Bearer belay_alice2")], [("Authorization", "Bearer BELAY_ALICE")], [("Authorization", "belay_alice")],
      [("x-api-key", "")], [("Cookie", "belay_alice")], [("Authorization", "Bearer \u{301}belay_alice")],
      [("Authorization", "Bearer  \u{301}belay_alice")], [("Authorization", "Bearer belay_alice\u{301}")],
      [("x-api-key", "\u{301}belay_alice")],
    ] as [[ForwardedHeaders.Field]])
  func unknown(headers: [ForwardedHeaders.Field]) {
    let error = #expect(throws: GatewayError.self) { try Self.caller(headers) }
    #expect(error?.status == 401 && error?.code == "invalid_api_key" && error?.fault == .client && error?.isRetryable == false)
    #expect(error?.message.contains("alic") == false)
  }

  /// Another client's, of which only the digest is known.
  static let strangers = "belay_" + String(repeating: "Ab3", count: 15).prefix(43)

  @Test(
    "a key in the URL is refused, as it would be read and sent on",
    arguments: [
      "/v1/models?key=belay_alice", "/v1/%62elay_alice", "/v1/\(strangers)", "/v1/belay_/\(strangers)", "/v1/x?a=belay_x&b=\(strangers)",
      "/v1/x?a=belay_belay_&b=%62\(strangers.dropFirst())",
    ])
  func inURL(target: String) {
    let error = #expect(throws: GatewayError.self) { try Self.caller([("Authorization", "Bearer belay_alice")], target: target) }
    #expect(error?.status == 400 && error?.code == "key_in_url")
  }

  @Test(
    "what only begins like a key may stand in a URL",
    arguments: ["/v1/belay_models", "/v1/x?a=belay_&b=belay_x", "/v1/%+6", "/v1/%6", "/v1/%"])
  func notInURL(target: String) throws {
    #expect(try Self.caller([("Authorization", "Bearer belay_alice")], target: target)?.client.name == "alice")
  }

  @Test("no field goes to a vendor that has another client's key, wherever in it that stands")
  func otherKeys() {
    let headers: [ForwardedHeaders.Field] = [
      ("User-Agent", "belay_agent/1.0 (\(Self.strangers))"), ("x-note", "belay_x \(Self.strangers)"),
      ("x-two", "belay_belay_\(Self.strangers)"),
      ("belay_-\(Self.strangers)", "1"), ("Referer", "https://app.test/?k=belay%5Falice"), ("x-percent", "%62elay_alice"),
      ("x-json", #"{"k":"belay\u005falice"}"#), ("x-other", "belay%5F\(Self.strangers.dropFirst(6))"),
      ("x-share", #"100% \ %5F"#), ("x-plain", "belay_agent/1.0 belay_"), ("x-short", String(Self.strangers.dropLast())),
    ]
    let vendor = Vendor(name: "v", baseURL: "http://v.test/v1")
    let sent = ForwardedHeaders.toVendor(headers, vendor: vendor, isInspected: false, clientKey: "belay_alice")
    #expect(sent.map(\.name) == ["x-share", "x-plain", "x-short"])
  }

  // MARK: How often

  static let second: UInt64 = 1_000_000_000

  @Test("a bucket is full at the start, gains at its rate, and never more than it holds")
  func bucket() {
    var bucket = TokenBucket()
    let rate = Client.Rate(perMinute: 60, burst: 3)
    let start = 1000 * Self.second
    for _ in 0..<3 { #expect(bucket.take(rate, at: start) == nil) }
    #expect(bucket.take(rate, at: start) == Self.second)
    #expect(bucket.take(rate, at: start + Self.second / 4) == Self.second * 3 / 4)
    #expect(bucket.take(rate, at: start + Self.second) == nil)
    #expect(bucket.take(rate, at: start + Self.second) == Self.second)
    // An hour without a request brings no more than the bucket holds.
    let later = start + 3600 * Self.second
    for _ in 0..<3 { #expect(bucket.take(rate, at: later) == nil) }
    #expect(bucket.take(rate, at: later) != nil)
  }

  @Test("over an hour as many pass as the rate says, however hard the client tries")
  func sustained() {
    var bucket = TokenBucket()
    let rate = Client.Rate(perMinute: 7, burst: 7)
    let passed = stride(from: UInt64(0), to: 3600 * Self.second, by: 50_000_000).count { bucket.take(rate, at: $0) == nil }
    #expect((7 * 60...7 * 61).contains(passed), "\(passed)")
  }

  @Test("a smaller bucket, after a reload, does not remember the greater one's debt")
  func reloaded() {
    var bucket = TokenBucket()
    for _ in 0..<1000 { _ = bucket.take(Client.Rate(perMinute: 1, burst: 1000), at: 0) }
    #expect((bucket.take(Client.Rate(perMinute: 60, burst: 2), at: 0) ?? .max) <= 2 * Self.second)
  }

  // MARK: What the exchange makes of it

  static let context: Exchange.Context = {
    var configuration = BelayConfiguration(vendors: [
      Vendor(name: "one", baseURL: "http://one.test/v1"), Vendor(name: "two", baseURL: "http://two.test/v1", apiKey: Secret("sk-two")),
    ])
    configuration.clients = [
      client("belay_alice", "alice"), client("belay_bob", "bob", vendors: ["two"], rate: Client.Rate(perMinute: 1, burst: 2)),
    ]
    return Exchange.Context(configuration)
  }()

  /// The first action, and the record's client.
  static func ask(_ target: String, key: String?, at now: UInt64 = 0, context: Exchange.Context = context) -> (Exchange.Action, Exchange) {
    let headers: [ForwardedHeaders.Field] = key.map { [("Authorization", "Bearer \($0)"), ("x-echo", "my key is \($0)"), ("x-trace", "7")] } ?? []
    let head = Exchange.RequestHead(method: "GET", target: target, headers: headers)
    var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: now)
    return (exchange.requestHead(head, at: now), exchange)
  }

  @Test("no credential of a client's and no field that its key stands in goes to a vendor; the vendor's own key does")
  func stripped() throws {
    for (target, expected) in [("/one/v1/models", ["x-trace: 7"]), ("/two/v1/models", ["x-trace: 7", "Authorization: Bearer sk-two"])] {
      guard case .call(let request) = Self.ask(target, key: "belay_alice").0 else { throw ExchangeTests.Unexpected() }
      #expect(request.headers.map { "\($0.0): \($0.1)" } == expected)
    }
  }

  @Test("a stranger gets a 401 before anything is told of vendors, and leaves no path in the record")
  func stranger() throws {
    guard case .refuse(let error, let record) = Self.ask("/nosuch/v1/models", key: "sk-else").0 else { throw ExchangeTests.Unexpected() }
    #expect(error.status == 401)
    #expect(record.path.isEmpty && record.client.isEmpty && record.vendor.isEmpty && record.secrets.isEmpty)
  }

  static let keys = "Bearer " + (0..<6000).map { "key-\($0)-" }.joined(separator: ",")

  @Test(
    "more keys than a record would be searched for are refused, clients or not, and cost no time",
    arguments: [
      ([("Authorization", keys)], "/v1/models"), ([("x-title", keys)], "/v1/models?" + String(repeating: "key=12345678;", count: 4000)),
      ((0..<2000).map { ("x-\($0)-key", "abcdefg\($0)") }, "/v1/models"),
      ([("Cookie", (0..<1000).map { "a\($0)=0123456789abcdef\($0)" }.joined(separator: "; "))], "/v1/models"),
      ([("x-api-key", "01234567" + String(repeating: "/~+%", count: 14_000))], "/v1/models"),
      ([("x-key", (0..<250).map { "000001" + String(repeating: "\\", count: 220) + "\($0)" }.joined(separator: ","))], "/v1/models"),
    ] as [([ForwardedHeaders.Field], String)])
  func tooManyKeys(headers: [ForwardedHeaders.Field], target: String) throws {
    for context in [Self.context, Exchange.Context(BelayConfiguration(vendors: Self.context.configuration.vendors))] {
      let head = Exchange.RequestHead(method: "GET", target: target, headers: headers)
      let start = ContinuousClock.now
      var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
      guard case .refuse(let error, let record) = exchange.requestHead(head, at: 0) else { throw ExchangeTests.Unexpected() }
      // Seconds, where each is compared with each.
      #expect(ContinuousClock.now - start < .seconds(1))
      #expect(error.status == 431 && error.code == "too_many_keys" && error.fault == .client)
      #expect(record.secrets.isEmpty && record.path.isEmpty)
    }
  }

  @Test("a client may use its own vendors only, and the refusal costs no token")
  func vendors() throws {
    let context = Exchange.Context(Self.context.configuration)
    for _ in 0..<5 {
      guard case .refuse(let error, let record) = Self.ask("/v1/models", key: "belay_bob", context: context).0 else { throw ExchangeTests.Unexpected() }
      #expect(error.status == 403 && error.code == "vendor_not_allowed")
      #expect(record.client == "bob")
    }
    for _ in 0..<2 {
      guard case .call = Self.ask("/two/v1/models", key: "belay_bob", context: context).0 else { throw ExchangeTests.Unexpected() }
    }
  }

  @Test("too fast is a 429 that says when, for this client only, also after a reload")
  func rate() throws {
    let lasting = Exchange.Lasting()
    let context = Exchange.Context(Self.context.configuration, lasting: lasting)
    for _ in 0..<2 { _ = Self.ask("/two/v1/models", key: "belay_bob", at: 5, context: context) }
    let reloaded = Exchange.Context(Self.context.configuration, lasting: lasting)
    guard case .refuse(let error, let record) = Self.ask("/two/v1/models", key: "belay_bob", at: 10 * Self.second, context: reloaded).0
    else { throw ExchangeTests.Unexpected() }
    #expect(error.status == 429 && error.code == "rate_limit_exceeded" && error.isRetryable)
    #expect(error.retryAfter == 51, "60 s after the bucket began to fill, rounded up")
    #expect(record.client == "bob")
    guard case .call = Self.ask("/two/v1/models", key: "belay_alice", at: 6, context: reloaded).0 else { throw ExchangeTests.Unexpected() }
    guard case .call = Self.ask("/two/v1/models", key: "belay_bob", at: 61 * Self.second, context: reloaded).0 else { throw ExchangeTests.Unexpected() }
  }

  @Test(
    "the key that was shown is in no record, whatever a header is taken apart into",
    arguments: ["k1", "it's, odd; key=x", "belay_bob"])
  func recorded(key: String) throws {
    var configuration = BelayConfiguration(vendors: [Vendor(name: "one", baseURL: "http://one.test/v1")])
    configuration.clients = [Self.client(key, "bob", vendors: ["two"])]
    guard case .refuse(_, let record) = Self.ask("/v1/models", key: key, context: Exchange.Context(configuration)).0
    else { throw ExchangeTests.Unexpected() }
    #expect(record.secrets.count { $0.utf8.elementsEqual(key.utf8) } == 1)
  }

  @Test("new keys differ, are long, and their entry is one that the configuration reads")
  func newKey() throws {
    var random = SystemRandomNumberGenerator()
    let keys = (0..<50).compactMap { _ in NewKey(using: &random) }
    #expect(Set(keys.map(\.text)).count == 50)
    #expect(keys.allSatisfy { $0.text.hasPrefix("belay_") && $0.text.utf8.count == 49 })
    let yaml = "vendors: {a: 'http://127.0.0.1:1/v1'}\n" + keys[0].entry(for: "alice")
    let gate = ClientGate(try BelayConfiguration.load(yaml).clients)
    let head = Exchange.RequestHead(method: "GET", target: "/", headers: [("x-api-key", keys[0].text)])
    let caller = try gate?.caller(of: head)
    #expect(caller?.client.name == "alice")
  }
}
