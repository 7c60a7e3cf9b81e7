// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import NIOCore
import Testing

/// What a page of another site may do with the data port.
@Suite(.timeLimit(.minutes(1))) struct PageGuardFlowTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var headers: [String] = []
    var host = "127.0.0.1:8611"
    var method = "POST"
    var target = "/v1/chat/completions"
    var code: String?
  }

  static let cases = [
    Case(testDescription: "a program", headers: ["sec-fetch-mode: cors"]),
    Case(testDescription: "a simple POST of a page", headers: ["Origin: https://evil.example"], code: "foreign_page"),
    Case(testDescription: "a page without an origin", headers: ["Origin: null"], code: "foreign_page"),
    Case(testDescription: "a preflight", headers: ["Origin: https://evil.example", "Access-Control-Request-Method: DELETE"], method: "OPTIONS", code: "foreign_page"),
    Case(testDescription: "an image", headers: ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"], method: "GET", code: "foreign_page"),
    Case(testDescription: "another port of this machine", headers: ["Sec-Fetch-Site: same-site"], method: "GET", code: "foreign_page"),
    Case(testDescription: "a vendor's page at this port", headers: ["Sec-Fetch-Site: same-origin"], method: "GET", code: "foreign_page"),
    Case(
      testDescription: "a service worker of a vendor's page", headers: ["Sec-Fetch-Site: same-origin", "Service-Worker: script"], host: "localhost:8611",
      method: "GET", target: "/v1/worker.js", code: "foreign_page"),
    Case(testDescription: "a page behind the proxy in front, GET", headers: ["Sec-Fetch-Site: same-origin"], host: "chat.example", method: "GET"),
    Case(
      testDescription: "a page at another port of the proxy in front", headers: ["Sec-Fetch-Site: same-origin"], host: "chat.example:8443", method: "GET",
      code: "foreign_page"),
    Case(
      testDescription: "a link in a mail, whose site sends the browser here", headers: ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"], method: "GET",
      code: "foreign_page"),
    Case(testDescription: "an extension of the browser", headers: ["Sec-Fetch-Site: none"], method: "GET"),
    Case(testDescription: "a page that is allowed", headers: ["Origin: HTTPS://chat.example", "Sec-Fetch-Site: cross-site"]),
    Case(testDescription: "a rebound name, POST", headers: ["Origin: http://evil.example", "Sec-Fetch-Site: same-origin"], host: "evil.example", code: "foreign_page"),
    Case(testDescription: "a rebound name, GET", host: "evil.example:8611", method: "GET", code: "foreign_name"),
    Case(testDescription: "a rebound name of digits", host: "1.evil.example", method: "GET", code: "foreign_name"),
    Case(testDescription: "a name that begins like localhost", host: "localhost.evil.example", method: "GET", code: "foreign_name"),
    Case(testDescription: "the unspecified address, of which browsers say nothing", host: "0.0.0.0:8611", method: "GET", code: "foreign_name"),
    Case(testDescription: "an address of IPv4 within IPv6", host: "[::FFFF:127.0.0.1]:8611", method: "GET", code: "foreign_name"),
    Case(testDescription: "a rebound name like an address", host: "127.evil.example", method: "GET", code: "foreign_name"),
    Case(testDescription: "a rebound name with an address in it", host: "127.0.0.1.nip.io:8611", method: "GET", code: "foreign_name"),
    Case(testDescription: "a rebound name with a private address in it", host: "10.0.0.1.nip.io", method: "GET", code: "foreign_name"),
    Case(testDescription: "an absolute name", host: "localhost.:8611", method: "GET"),
    Case(testDescription: "an absolute name below localhost", host: "belay.localhost.", method: "GET"),
    Case(testDescription: "an absolute name that is allowed", host: "chat.example.", method: "GET"),
    Case(testDescription: "an address", host: "127.0.0.1", method: "GET"),
    Case(testDescription: "localhost", host: "LOCALHOST:1", method: "GET"), Case(testDescription: "IPv6", host: "[::1]:8611", method: "GET"),
    Case(testDescription: "a container's name", host: "belay:8611", method: "GET"),
    Case(testDescription: "a name of hosts files", headers: ["User-Agent: Mozilla/5.0"], host: "localhost.localdomain:8611", method: "GET", code: "foreign_name"),
    Case(testDescription: "an address that browsers do not trust", headers: ["User-Agent: Mozilla/5.0"], host: "172.18.0.2:8611", method: "GET", code: "foreign_name"),
    Case(testDescription: "a browser's extension", headers: ["User-Agent: Mozilla/5.0", "Sec-Fetch-Site: none"], host: "belay:8611", method: "GET"),
    Case(testDescription: "an old browser", headers: ["User-Agent: Mozilla/5.0"], host: "127.0.0.1:8611", method: "GET"),
    Case(testDescription: "the host of a container", host: "host.docker.internal:8611", method: "GET"),
    Case(testDescription: "a proxy in front that is allowed", host: "chat.example", method: "GET"),
  ]

  private static func send(_ test: Case, to port: Int) async throws -> RawConnection.Response {
    try await RawConnection.with(port: port) { reader, writer in
      try await writer.write(bytes(of: test))
      return try await reader.response(to: test.method)
    }
  }

  private static func bytes(of test: Case) -> ByteBuffer {
    let body = test.method == "POST" ? FlowTests.body("hello") : []
    var text = "\(test.method) \(test.target) HTTP/1.1\r\nHost: \(test.host)\r\nContent-Length: \(body.count)\r\n"
    for header in test.headers { text += header + "\r\n" }
    var message = ByteBuffer(string: text + "\r\n")
    message.writeBytes(body)
    return message
  }

  private static func allowed(_ origin: String) throws -> [Origin] {
    try BelayConfiguration.load("vendors: {v: http://v.example/v1}\nallowed_origins: [\"\(origin)\"]").allowedOrigins
  }

  @Test("pages of other sites, and names that point here, spend no key", arguments: cases)
  func pages(test: Case) async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL, apiKey: Secret("sk-vendor-key"))]
    let origins = try Self.allowed("https://chat.example")
    try await RunningProxy.with(vendors: vendors, adjust: { $0.allowedOrigins = origins }) { proxy in
      let response = try await Self.send(test, to: proxy.port)
      guard let code = test.code else {
        #expect(response.status == 200)
        return
      }
      #expect(response.status == 403 && response["access-control-allow-origin"] == nil)
      #expect(try JSONValue(parsing: response.body)["error"]?["code"]?.string == code)
    }
    #expect(vendor.requests == (test.code == nil ? 1 : 0))
    await vendor.stop()
  }

  /// A container's port, say, that is published on loopback only.
  @Test(
    "off loopback programs may ask by a public name, and a browser by one that is allowed or loopback's",
    arguments: [
      ("Mozilla/5.0 (X11)", "evil.example:8611", true), ("Mozilla/5.0 (X11)", "127.0.0.1:8611", false), ("Mozilla/5.0 (X11)", "belay:8611", true),
      ("Mozilla/5.0 (X11)", "chat.example", false), ("Mozilla/5.0 (X11)", "192.168.1.5", false), ("Mozilla/5.0 (X11)", "192.168.1.6", true), ("OpenAI/Python 1.0", "belay.example:8611", false),
    ])
  func publicName(agent: String, host: String, isRefused: Bool) throws {
    var configuration = BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://v.example/v1")])
    configuration.listen.host = "0.0.0.0"
    configuration.allowedOrigins = try Self.allowed("https://chat.example") + Self.allowed("http://192.168.1.5")
    let context = Exchange.Context(configuration)
    let head = Exchange.RequestHead(method: "GET", target: "/v1/files", headers: [("Host", host), ("User-Agent", agent)])
    var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
    var code: String?
    if case .refuse(let error, _) = exchange.requestHead(head, at: 0) { code = error.code }
    #expect(code == (isRefused ? "foreign_name" : nil))
  }

  @Test(
    "an answer that a browser may show is a page of no origin there, whose scripts do not run",
    arguments: [
      ("Content-Type: text/html\r\n", true), ("", true), ("content-type: image/svg+xml\r\n", true), ("Content-Type: application/json, text/html\r\n", true),
      ("Content-Type: application/json\r\ncontent-type: text/html\r\n", true), ("Content-Type: application/jsonx\r\n", true),
      ("Content-Type: application/json\r\n", false), ("CONTENT-TYPE:Application/JSON; charset=utf-8\r\n", false),
      ("Content-Type: text/event-stream;charset=utf-8\r\n", false), ("Content-Type: text/plain \r\n", false),
    ])
  func sandbox(fields: String, isSandboxed: Bool) async throws {
    let policy = "Content-Security-Policy: script-src *\r\n"
    let vendor = try await FaultVendor.start { _ in [.send("HTTP/1.1 404 Not Found\r\n\(policy)\(fields)Content-Length: 2\r\n\r\n{}")] }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL, apiKey: Secret("sk-vendor-key"))]
    try await RunningProxy.with(vendors: vendors) { proxy in
      for (method, target, isVendors) in [("GET", "/", true), ("GET", "/v1/models", true), ("POST", "/v1/chat/completions", true), ("GET", "/nosuch/v1/models", false)] {
        let response = try await Self.send(Case(testDescription: target, method: method, target: target), to: proxy.port)
        let policies = response.headers.filter { $0.name == "content-security-policy" }.map(\.value)
        #expect(policies == (isVendors ? ["script-src *"] : []) + (isVendors && isSandboxed ? ["sandbox"] : []), "\(method) \(target)")
      }
    }
    await vendor.stop()
  }

  /// What a browser sends before the page's request.
  static func preflight(_ origin: String) -> Case {
    Case(
      testDescription: "a preflight",
      headers: [
        "Origin: \(origin)", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,content-type",
        "Access-Control-Request-Private-Network: true", "Sec-Fetch-Site: cross-site",
      ], method: "OPTIONS")
  }

  @Test("a page that is allowed gets from Belay what its browser asks for, with clients and without", arguments: [false, true])
  func allowedPage(hasClients: Bool) async throws {
    let vendor = try await FaultVendor.start { _ in
      [
        .send(
          "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nACCESS-CONTROL-ALLOW-CREDENTIALS: true\r\nVary: Accept\r\n"
            + "CACHE-CONTROL: public, max-age=3600\r\nETag: \"1\"\r\nCDN-Cache-Control: max-age=3600\r\nLast-Modified: now\r\nExpires: later\r\nPragma: x\r\nAge: 1\r\nX-Age: 2\r\n"
            + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
      ]
    }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL, apiKey: Secret("sk-vendor-key"))]
    let origins = try Self.allowed("https://chat.example")
    let adjust: @Sendable (inout BelayConfiguration) -> Void = {
      $0.allowedOrigins = origins
      if hasClients { $0.clients = [ClientGateTests.client(ClientKeyFlowTests.key, "alice")] }
    }
    try await RunningProxy.with(vendors: vendors, adjust: adjust) { proxy in
      let page = ["Origin: https://chat.example", "Sec-Fetch-Site: cross-site"]
      let key = page + ["Authorization: Bearer \(ClientKeyFlowTests.key)"]
      // The connection serves on after a preflight.
      var answers = try await RawConnection.with(port: proxy.port) { reader, writer in
        var answers: [RawConnection.Response] = []
        for test in [
          Self.preflight("https://chat.example"), Case(testDescription: "inspected", headers: key),
          Case(testDescription: "passing", headers: key, method: "GET", target: "/v1/models"),
        ] {
          try await writer.write(Self.bytes(of: test))
          answers.append(try await reader.response(to: test.method))
        }
        return answers
      }
      for headers in [key, page] {
        let target = headers == key ? "/nosuch/v1/models" : "/v1/models"
        let test = Case(testDescription: target, headers: headers, method: "GET", target: target)
        answers.append(try await Self.send(test, to: proxy.port))
      }
      #expect(answers.map(\.status) == [204, 200, 200, 404, hasClients ? 401 : 200])
      for answer in answers {
        #expect(answer.headers.filter { $0.name == "access-control-allow-origin" }.map(\.value) == ["https://chat.example"])
        #expect(answer.headers.contains { $0.name == "vary" && $0.value == "Origin" })
        #expect(answer["access-control-allow-credentials"] == nil)
        // Nor does its cache keep what another vendor, or another client, might seem to have said.
        #expect(answer.headers.filter { $0.name == "cache-control" }.map(\.value) == ["no-store"])
        #expect(!answer.headers.contains { ["etag", "last-modified", "expires", "pragma", "age"].contains($0.name) })
      }
      #expect(answers.dropFirst().allSatisfy { $0["access-control-expose-headers"] == "*" })
      #expect(answers[1].headers.contains { $0.name == "vary" && $0.value == "Accept" } && answers[1].text == "{}" && answers[1]["x-age"] == "2")
      // Nor does a program's, or one in front. What they are told of an answer to a POST is the vendor's.
      for method in ["GET", "POST"] {
        let program = Case(
          testDescription: "a program", headers: Array(key.dropFirst(2)) + ["If-None-Match: \"1\"", "If-Modified-Since: now", "If-Range: \"1\"", "Range: bytes=1-"],
          method: method, target: "/v1/files")
        let kept = try await Self.send(program, to: proxy.port)
        let marks = kept.headers.map(\.name).filter { ["cache-control", "cdn-cache-control", "etag", "last-modified", "expires", "pragma", "age"].contains($0) }
        #expect(marks.count == (method == "POST" ? 7 : 1) && kept["cache-control"] == (method == "POST" ? "public, max-age=3600" : "no-store"), "\(method)")
      }
      #expect(["If-None-Match", "If-Modified-Since", "If-Range", "Range"].map { vendor.text.ranges(of: "\r\n\($0): ").count } == [1, 1, 1, 1])
      let permission = try #require(answers.first)
      #expect(permission["access-control-allow-methods"] == "POST")
      #expect(permission["access-control-allow-headers"] == "authorization,content-type")
      #expect(permission["access-control-allow-private-network"] == "true" && permission["access-control-max-age"] == "7200")
      #expect(permission["x-belay-exchange-id"] != nil)
    }
    #expect(vendor.requests == (hasClients ? 4 : 5) && !vendor.text.contains("OPTIONS"))
    await vendor.stop()
  }

  @Test("a preflight of another site's page is refused, with clients and without", arguments: [false, true])
  func foreignPreflight(hasClients: Bool) async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let origins = try Self.allowed("https://chat.example")
    let adjust: @Sendable (inout BelayConfiguration) -> Void = {
      $0.allowedOrigins = origins
      if hasClients { $0.clients = [ClientGateTests.client(ClientKeyFlowTests.key, "alice")] }
    }
    try await RunningProxy.with(vendors: vendors, adjust: adjust) { proxy in
      for origin in ["https://chat.example.evil.example", "http://chat.example", "https://chat.example:8443", "null"] {
        let answer = try await Self.send(Self.preflight(origin), to: proxy.port)
        #expect(answer.status == 403 && !answer.headers.contains { $0.name.hasPrefix("access-control-") }, "\(origin)")
      }
    }
    #expect(vendor.requests == 0)
    await vendor.stop()
  }

  /// Sites, files and sandboxed frames, extensions of browsers, apps that are browsers.
  static let origins = [
    "https://chat.example:8443", "null", "chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai",
    "moz-extension://0f3c8d9e-1b7a-4c55-9f64-2d1f6a7c1e02",
    "file://", "app://obsidian.md", "vscode-webview://1a2b3c", "tauri://localhost", "capacitor://localhost",
  ]

  @Test("a refusal says what lets the page in, and that does", arguments: origins)
  func advice(origin: String) async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let page = Case(testDescription: origin, headers: ["Origin: \(origin)"])
    try await RunningProxy.with(vendors: vendors) { proxy in
      let answer = try await Self.send(page, to: proxy.port)
      let message = try JSONValue(parsing: answer.body)["error"]?["message"]?.string ?? ""
      #expect(answer.status == 403 && message.contains("allowed_origins: [\"\(origin)\"]"), "\(message)")
    }
    let origins = try Self.allowed(origin)
    try await RunningProxy.with(vendors: vendors, adjust: { $0.allowedOrigins = origins }) { proxy in
      let answer = try await Self.send(page, to: proxy.port)
      #expect(answer.status == 200 && answer["access-control-allow-origin"] == origin)
    }
    await vendor.stop()
  }

  @Test("a refused name's advice is an origin, which a name alone is not")
  func namesAdvice() async throws {
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: "http://127.0.0.1:9/v1")]
    try await RunningProxy.with(vendors: vendors) { proxy in
      let test = Case(testDescription: "a name", host: "belay.example:8611", method: "GET")
      let answer = try await Self.send(test, to: proxy.port)
      let message = try JSONValue(parsing: answer.body)["error"]?["message"]?.string ?? ""
      #expect(answer.status == 403 && message.contains("list https://belay.example in allowed_origins"), "\(message)")
    }
    #expect(try !Self.allowed("https://belay.example").isEmpty)
  }

  @Test("where clients have keys, whoever names an origin and shows one is as good as anybody")
  func keys() async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    try await RunningProxy.with(vendors: vendors, adjust: { $0.clients = [ClientGateTests.client(ClientKeyFlowTests.key, "alice")] }) { proxy in
      var test = Case(testDescription: "a page", headers: ["Origin: https://chat.example"], host: "evil.example")
      let stranger = try await Self.send(test, to: proxy.port)
      test.headers.append("Authorization: Bearer \(ClientKeyFlowTests.key)")
      let alice = try await Self.send(test, to: proxy.port)
      #expect(stranger.status == 401 && alice.status == 200)
    }
    await vendor.stop()
  }
}
