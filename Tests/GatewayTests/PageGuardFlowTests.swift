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
    var code: String?
  }

  static let cases = [
    Case(testDescription: "a program", headers: ["sec-fetch-mode: cors"]),
    Case(testDescription: "a simple POST of a page", headers: ["Origin: https://evil.example"], code: "foreign_page"),
    Case(testDescription: "a page without an origin", headers: ["Origin: null"], code: "foreign_page"),
    Case(testDescription: "a preflight", headers: ["Origin: https://evil.example", "Access-Control-Request-Method: DELETE"], method: "OPTIONS", code: "foreign_page"),
    Case(testDescription: "an image", headers: ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"], method: "GET", code: "foreign_page"),
    Case(testDescription: "another port of this machine", headers: ["Sec-Fetch-Site: same-site"], method: "GET", code: "foreign_page"),
    Case(testDescription: "an address that was typed", headers: ["Sec-Fetch-Site: none"], method: "GET"),
    Case(testDescription: "a page that is allowed", headers: ["Origin: HTTPS://chat.example", "Sec-Fetch-Site: cross-site"]),
    Case(testDescription: "a rebound name, POST", headers: ["Origin: http://evil.example", "Sec-Fetch-Site: same-origin"], host: "evil.example", code: "foreign_page"),
    Case(testDescription: "a rebound name, GET", host: "evil.example:8611", method: "GET", code: "foreign_name"),
    Case(testDescription: "a rebound name of digits", host: "1.evil.example", method: "GET", code: "foreign_name"),
    Case(testDescription: "a name that begins like localhost", host: "localhost.evil.example", method: "GET", code: "foreign_name"),
    Case(testDescription: "localhost", host: "LOCALHOST:1", method: "GET"), Case(testDescription: "IPv6", host: "[::1]:8611", method: "GET"),
    Case(testDescription: "a container's name", host: "belay:8611", method: "GET"),
    Case(testDescription: "the host of a container", host: "host.docker.internal:8611", method: "GET"),
    Case(testDescription: "a proxy in front that is allowed", host: "chat.example", method: "GET"),
  ]

  private static func send(_ test: Case, to port: Int) async throws -> RawConnection.Response {
    try await RawConnection.with(port: port) { reader, writer in
      let body = test.method == "POST" ? FlowTests.body("hello") : []
      var text = "\(test.method) /v1/chat/completions HTTP/1.1\r\nHost: \(test.host)\r\nContent-Length: \(body.count)\r\n"
      for header in test.headers { text += header + "\r\n" }
      var message = ByteBuffer(string: text + "\r\n")
      message.writeBytes(body)
      try await writer.write(message)
      return try await reader.response(to: test.method)
    }
  }

  @Test("pages of other sites, and names that point here, spend no key", arguments: cases)
  func pages(test: Case) async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL, apiKey: Secret("sk-vendor-key"))]
    let origin = try #require(try BelayConfiguration.load("vendors: {v: http://v.example/v1}\nallowed_origins: https://chat.example").allowedOrigins.first)
    try await RunningProxy.with(vendors: vendors, adjust: { $0.allowedOrigins = [origin] }) { proxy in
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

  @Test("where clients have keys a page needs one too, and is as good as anybody with it")
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
