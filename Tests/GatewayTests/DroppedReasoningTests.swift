// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import NIOCore
import Testing
import Upstream

/// A thinking model wants its reasoning back with each turn of calls, and most clients drop it (Q4).
@Suite struct DroppedReasoningTests {
  typealias Script = EnforcementTests.Script

  private static let tools = #""tools":[{"type":"function","function":{"name":"list_files","parameters":{"type":"object","properties":{}}}}]"#
  private static let question = #"{"role":"user","content":"list them"}"#

  private static func run(
    _ messages: String, stream: Bool, _ lasting: Exchange.Lasting, _ mode: Mode, extra: String = "", headers: [ForwardedHeaders.Field] = [],
    target: String = "/v1/chat/completions", clients: [Client] = []
  ) throws -> Run {
    let body = #"{"model":"kimi-k2-thinking",\#(extra)"stream":\#(stream),\#(tools),"messages":[\#(messages)]}"#
    return try Run(body, headers: headers, target: target, lasting: lasting) {
      $0.settings.mode = mode
      $0.vendors[0].profile.normalize = [.reasoning]
      let profile = $0.vendors[0].profile
      $0.vendors += ["ann", "bob"].map { Vendor(name: $0, baseURL: "http://\($0).test/v1", profile: profile) }
      $0.clients = clients
    }
  }

  private static let call =
    #"{"role":"assistant","content":"","tool_calls":[{"id":"functions.list_files:0","type":"function","function":{"name":"list_files","arguments":"{}"}}]}"#
  private static let result = #"{"role":"tool","tool_call_id":"functions.list_files:0","content":"a b"}"#
  private static let thought = Script().adding(Script.chunk(#"{"reasoning_content":"hm"}"#)).call("list_files", "{}", id: "functions.list_files:0").finish().bytes

  /// Whether what it thought for the one is in the other's next request.
  private static func isTold(_ one: Sender, _ other: Sender) throws -> Bool {
    let lasting = Exchange.Lasting()
    var first = try run(question, stream: true, lasting, .observe, headers: one.headers, target: one.target, clients: one.clients)
    first.answer(thought)
    let second = try run(
      [question, call, result].joined(separator: ","), stream: true, lasting, .observe, headers: other.headers, target: other.target,
      clients: other.clients)
    guard case .bytes(let sent) = second.calls.first?.body else { throw ExchangeTests.Unexpected() }
    return String(buffer: sent).contains("hm")
  }

  /// `Name: value` of a header, or a target, with who it is for `%`.
  private struct Sender {
    var headers: [ForwardedHeaders.Field] = []
    var target = "/v1/chat/completions"
    var clients: [Client] = []

    init(_ text: String, _ name: String) {
      let text = text.replacing("%", with: name)
      if let colon = text.firstRange(of: ": ") {
        headers = [(String(text[..<colon.lowerBound]), String(text[colon.upperBound...]))]
      } else {
        target = text
      }
    }

    func showing(_ key: String) -> Sender {
      var sender = self
      sender.headers.append((key, key == "x-api-key" ? ClientKeyFlowTests.key : "Bearer \(ClientKeyFlowTests.key)"))
      return sender
    }
  }

  @Test(
    "what it thought for one is in no other's request, by whatever tells them apart",
    arguments: [
      "Authorization: Bearer %", "x-portkey-api-key: %", "Helicone-Auth: Bearer %", "Ocp-Apim-Subscription-Key: %", "x-goog-api-key: %", "x-auth-token: %",
      "X-Access-Token: %", "Cookie: session=%", "cookie: theme=dark; connect.sid=%", "OpenAI-Organization: %", "openai-project: %",
      "X-MS-CLIENT-PRINCIPAL-NAME: %", "X-Amzn-Oidc-Identity: %", "X-SSL-Client-S-DN: CN=%", "From: %@corp.example", "x-portkey-metadata: {\"_user\":\"%\"}",
      "X-Session-Id: %", "X-Forwarded-For: 10.0.0.%", "Cookie: uid=%; theme=dark", "Cookie: remember_me=%",
      "Cookie: KEYCLOAK_IDENTITY=%", "Cookie: .AspNetCore.Identity.Application=%", "Cookie: email=%", "Cookie: %",
      "X-Client-Portal-User: %", "X-Hispanic-User: %", "Digest: %", "Cookie: langflow_session=%", "Cookie: theme_user=%",
      "X-OpenWebUI-User-Email: %", "Remote-User: %", "X-Forwarded-Client-Cert: %", "x-anything: Bearer %", "/v1/chat/completions?key=%",
      "/v1/chat/completions?for=%", "/v1/%/chat/completions", "/v1/chat/completions;of=%", "/%/v1/chat/completions",
    ])
  func othersThoughts(text: String) throws {
    var (ann, bob) = (Sender(text, "ann"), Sender(text, "bob"))
    #expect(try Self.isTold(ann, ann) && !Self.isTold(ann, bob))
    if text.hasPrefix("Authorization") { return }
    // Nor where all of them show one key: an application's, be it the proxy's own.
    for clients in [[], [ClientGateTests.client(ClientKeyFlowTests.key, "app")]] {
      for key in ["Authorization", "x-api-key"] {
        (ann.clients, bob.clients) = (clients, clients)
        let (one, other) = (ann.showing(key), bob.showing(key))
        #expect(try Self.isTold(one, one) && !Self.isTold(one, other), "\(key) \(clients.count)")
      }
    }
  }

  @Test(
    "what is another with each request tells nobody apart",
    arguments: [
      "x-request-id: %", "traceparent: 00-%", "Cookie: AWSALB=%; theme=dark", "User-Agent: sdk/%", "X-Amz-User-Agent: sdk/%", "X-CSRF-Token: %",
      "Idempotency-Key: %", "X-Signature: %", "x-stainless-retry-count: %", "X-Amz-Cf-Id: %", "X-Azure-Ref: %", "X-ARR-LOG-ID: %", "sw8: %",
      "sw8-correlation: %", "X-Instana-T: %", "X-OT-Span-Context: %", "Fly-Client-Port: %", "X-Amz-Content-Sha256: %",
    ])
  func sameThoughts(text: String) throws {
    #expect(try Self.isTold(Sender(text, "1"), Sender(text, "2")))
  }

  @Test("names that Unicode takes for the same are those of two people", arguments: [("Kim", "\u{212A}im"), ("a;b", "a\u{37E}b"), ("\u{E9}", "e\u{301}")])
  func alikeNames(one: String, other: String) throws {
    #expect(one == other)
    #expect(try !Self.isTold(Sender("X-User: %", one), Sender("X-User: %", other)))
  }

  @Test("what it thought comes back with the next turn, in each mode", arguments: [Mode.observe, .annotate, .enforce], [false, true])
  func comesBack(mode: Mode, stream: Bool) throws {
    let lasting = Exchange.Lasting()
    var first = try Self.run(Self.question, stream: stream, lasting, mode)
    if stream {
      first.answer(Self.thought)
    } else {
      let call = #"{"id":"functions.list_files:0","type":"function","function":{"name":"list_files","arguments":"{}"}}"#
      first.head([("Content-Type", "application/json")])
      first.body(
        #"{"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"","reasoning_content":"hm","tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#)
      first.end()
    }
    #expect(first.record?.outcome == .completed)
    let second = try Self.run([Self.question, Self.call, Self.result].joined(separator: ","), stream: stream, lasting, mode)
    guard case .bytes(let sent) = second.calls.first?.body else { throw ExchangeTests.Unexpected() }
    let message = try JSONValue(parsing: Array(sent.readableBytesView))["messages"]?[1]
    #expect(message?["reasoning_content"] == "hm")

    let other = try Self.run([Self.question, Self.call, Self.result].joined(separator: ","), stream: stream, lasting, mode, extra: #""user":"bob","#)
    guard case .bytes(let sent) = other.calls.first?.body else { throw ExchangeTests.Unexpected() }
    #expect(!String(buffer: sent).contains("hm"))
  }
}
