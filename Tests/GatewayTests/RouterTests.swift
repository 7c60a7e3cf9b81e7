// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Testing

@Suite struct RouterTests {
  static let router = Router(
    vendors: [
      Vendor(name: "moonshot", baseURL: "https://api.moonshot.ai/v1"),
      Vendor(name: "fireworks", baseURL: "https://api.fireworks.ai/inference/v1"),
      Vendor(name: "bare", baseURL: "http://127.0.0.1:9000"),
    ], defaultVendor: "moonshot")

  @Test(
    "a request goes to the vendor of its base URL, its header, or the default",
    arguments: [
      ("/v1/chat/completions", nil, "https://api.moonshot.ai/v1/chat/completions"),
      ("/v1/models?limit=2", nil, "https://api.moonshot.ai/v1/models?limit=2"),
      ("/fireworks/v1/chat/completions", nil, "https://api.fireworks.ai/inference/v1/chat/completions"),
      ("/fireworks/v1/chat/completions", "moonshot", "https://api.fireworks.ai/inference/v1/chat/completions"),
      ("/v1/chat/completions", "fireworks", "https://api.fireworks.ai/inference/v1/chat/completions"),
      ("/v1/chat/completions", "bare", "http://127.0.0.1:9000/chat/completions"),
      ("/status", nil, "https://api.moonshot.ai/status"),
      ("/fireworks/status", nil, "https://api.fireworks.ai/inference/status"),
      ("/fireworks", nil, "https://api.fireworks.ai/inference/"),
      ("/v1", nil, "https://api.moonshot.ai/v1"),
      ("http://127.0.0.1:8611/fireworks/v1/models", nil, "https://api.fireworks.ai/inference/v1/models"),
      ("/v1/models/moonshotai%2FKimi-K2", nil, "https://api.moonshot.ai/v1/models/moonshotai%2FKimi-K2"),
      ("/v1//files/a..b;v=1/.c/...", nil, "https://api.moonshot.ai/v1//files/a..b;v=1/.c/..."),
      ("/v1/files?path=../x", nil, "https://api.moonshot.ai/v1/files?path=../x"),
    ] as [(String, String?, String)])
  func routes(target: String, header: String?, url: String) throws {
    #expect(try Self.router.route(method: "GET", target: target, named: header).url == url)
  }

  @Test("a client's path names no host, whatever the vendor's own is called")
  func hostCalledV1() throws {
    for base in ["http://v1", "http://v1/"] {
      let router = Router(vendors: [Vendor(name: "a", baseURL: base)], defaultVendor: "a")
      #expect(try router.route(method: "GET", target: "/evil.example/x", named: nil).url == "http://v1/evil.example/x")
      #expect(try router.route(method: "POST", target: "/v1/chat/completions", named: nil).url == "http://v1/chat/completions")
    }
  }

  @Test(
    "only a POST of chat completions is inspected",
    arguments: [
      ("POST", "/v1/chat/completions", true), ("POST", "/fireworks/v1/chat/completions", true),
      ("POST", "/v1/chat/completions?x=1", true), ("GET", "/v1/chat/completions", false),
      ("POST", "/v1/embeddings", false), ("POST", "/v1/chat/completions/9", false), ("POST", "/v1/completions", false),
      ("POST", "/v1/chat//completions", true), ("POST", "/v1/chat/completions/", true), ("POST", "/v1//chat/completions//?x=1", true),
      ("POST", "/v1/chat/%63ompletions", true), ("POST", "/v1/%63%68at%2Fcompletions", true), ("POST", "/v1/chat\\completions", true),
      ("POST", "/v1/chat/completions;x=1", true), ("POST", "/v1/chat;a/;b/completions", true), ("POST", "/v1/Chat/COMPLETIONS", true),
      ("POST", "/fireworks/v1/chat//Completions/", true), ("POST", "/v1/chat/%2563ompletions", true), ("POST", "/v1/chat/%252563ompletions", true),
      ("POST", "/v1/chat/completions%", false), ("POST", "/v1/chat/completions%3Fx=1", true), ("POST", "/v1/chat/completions%253f", true),
      ("POST", "/v1/chat/completions%23x", true), ("POST", "/v1/chat%2Fcompletions%3F/x", true),
      ("POST", "/v1/a%3Fb/chat/completions", true), ("POST", "/v1/chat/completions%250A", true), ("POST", "/v1/chat/completions%2500x", true), ("POST", "/v1/chat/completions/%3Fx/y", true),
      ("POST", "/v1/chat/completions%20", true), ("POST", "/v1/chat/completions.", true), ("POST", "/v1/chat%20./completions%20%2E/", true),
      ("POST", "/v1/xchat/completions", false), ("POST", "/v1/chat/completionsx", false), ("POST", "/v1/chat%3Fcompletions", false),
    ])
  func inspects(method: String, target: String, isInspected: Bool) throws {
    #expect(try Self.router.route(method: method, target: target, named: nil).isInspected == isInspected)
    // With a body the method does not matter.
    let isAtPath = try Self.router.route(method: "POST", target: target, named: nil).isInspected
    for method in ["PUT", "GET", "OPTIONS"] { #expect(try Self.router.route(method: method, target: target, hasBody: true, named: nil).isInspected == isAtPath) }
  }

  @Test(
    "what is forwarded is what came, however it is judged",
    arguments: ["/v1/chat//completions/", "/v1/chat/%63ompletions;x=1?y=%2e%2e/"])
  func unchanged(target: String) throws {
    #expect(try Self.router.route(method: "POST", target: target, named: nil).url == "https://api.moonshot.ai" + target)
  }

  @Test(
    "a path that is another one for some servers is refused",
    arguments: [
      "/v1/../../b/v1/chat/completions", "/fireworks/v1/../../b/v1/models", "/v1/..", "/v1/./models", "/v1/chat/./completions", "/..", "/.",
      "/v1/%2e%2e/x", "/v1/.%2E/x", "/v1/%2e/x", "/v1/..;/x", "/v1/..;a=b/x", "/v1/..%3Ba/x", "/v1/..\\x", "/v1\\..\\x", "/v1/..%5cx",
      "/v1/a%2f..%2fx", "/v1/%2e%2e%2fx", "/v1/files/a%2Fb/../c", "http://127.0.0.1:8611/v1/../x", "/../v1/models?x=1",
      "/v1/..%20/x", "/v1/..%3Fx", "/v1/models/..%23", "/v1/%252e%252e/x", "/v1/..%252fx", "/v1/..%25255Cx", "/v1/chat/completions%0A", "/v1/chat/completions%80", "/v1/chat%ff/completions", "/v1/chat/completions%0a/", "/v1/models%00", "/v1/%7Fmodels", "/fireworks%0a/v1/models",
    ])
  func climbs(target: String) {
    for named in [nil, "fireworks"] {
      let error = #expect(throws: GatewayError.self) { try Self.router.route(method: "POST", target: target, named: named) }
      #expect(error?.status == 400 && error?.code == "malformed_request")
    }
  }

  @Test("an unknown vendor is a 404 that names the known ones", arguments: ["/nosuch/v1/models", "/v1/models"])
  func unknown(target: String) {
    let error = #expect(throws: GatewayError.self) {
      try Self.router.route(method: "GET", target: target, named: "nosuch")
    }
    #expect(error?.status == 404)
    #expect(error?.message == "no vendor is named 'nosuch' (configured: moonshot, fireworks, bare)")
  }

  @Test("a target that is not a path is refused", arguments: ["*", "example.com:443", ""])
  func notAPath(target: String) {
    let error = #expect(throws: GatewayError.self) {
      try Self.router.route(method: "CONNECT", target: target, named: nil)
    }
    #expect(error?.status == 400)
  }
}
