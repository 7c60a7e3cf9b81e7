// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import NIOCore
import Testing

/// Keys of the proxy's own, over sockets.
@Suite(.timeLimit(.minutes(1))) struct ClientKeyFlowTests {
  static let key = "belay_planted0123456789"

  private static func ask(
    _ port: Int, _ headers: [String], method: String = "POST", target: String = "/v1/chat/completions"
  ) async throws -> RawConnection.Response {
    try await RawConnection.with(port: port) { reader, writer in
      let body = method == "POST" ? FlowTests.body("hello") : nil
      try await writer.write(request(method, target, headers: headers, body: body))
      return try await reader.response()
    }
  }

  @Test("a Belay key opens the proxy and reaches no vendor, not even when enforce goes on to another")
  func noKeyLeaves() async throws {
    let failing = try await FaultVendor.start { _ in .answer("{}", status: 500) }
    let good = try await FaultVendor.start { _ in .completion }
    let vendors = [
      Configuration.Vendor(name: "failing", baseURL: failing.baseURL),
      Configuration.Vendor(name: "good", baseURL: good.baseURL, apiKey: Secret("sk-good")),
    ]
    let adjust: @Sendable (inout BelayConfiguration) -> Void = {
      $0.clients = [ClientGateTests.client(Self.key, "alice")]
      $0.settings.mode = .enforce
      $0.settings.enforce.failover = ["good"]
      $0.settings.enforce.ladder = [.otherVendor]
    }
    let lines = try await RunningProxy.with(vendors: vendors, adjust: adjust) { proxy in
      for header in ["Authorization: Bearer \(Self.key)", "x-api-key: \(Self.key)"] {
        let inspected = try await Self.ask(proxy.port, [header, "x-note: \(Self.key)", "Cookie: k=\(Self.key)"])
        let passing = try await Self.ask(proxy.port, [header], method: "GET", target: "/good/v1/models")
        #expect(inspected.status == 200 && passing.status == 200)
      }
      return proxy.lines
    }
    #expect(failing.requests == 2 && good.requests == 4)
    #expect(!failing.text.contains("planted") && !good.text.contains("planted"))
    #expect(good.text.contains("Authorization: Bearer sk-good") && !failing.text.contains("sk-good"))
    #expect(lines.all.split(separator: "\n").count { $0.contains(" client=alice ") } == 4)
    #expect(!lines.all.contains("planted"))
    await failing.stop()
    await good.stop()
  }

  @Test("what is refused has OpenAI's error form, the status and the headers of its kind, and calls no vendor")
  func refusals() async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let other = try await FaultVendor.start { _ in .completion }
    let vendors = [
      Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL), Configuration.Vendor(name: "other", baseURL: other.baseURL),
    ]
    let rate = Client.Rate(perMinute: 1, burst: 1)
    let adjust: @Sendable (inout BelayConfiguration) -> Void = {
      $0.clients = [ClientGateTests.client(Self.key, "alice", vendors: ["vendor"], rate: rate)]
    }
    try await RunningProxy.with(vendors: vendors, adjust: adjust) { proxy in
      let bearer = "Authorization: Bearer \(Self.key)"
      let cases: [(headers: [String], target: String, status: Int, code: String)] = [
        ([], "/v1/chat/completions", 401, "invalid_api_key"),
        (["Authorization: Bearer sk-other"], "/v1/chat/completions", 401, "invalid_api_key"),
        ([], "/v1/embeddings", 401, "invalid_api_key"),
        ([bearer], "/other/v1/chat/completions", 403, "vendor_not_allowed"),
        ([bearer], "/v1/chat/completions?k=\(Self.key)", 400, "key_in_url"),
        ([bearer], "/v1/chat/completions", 200, ""),
        ([bearer], "/v1/chat/completions", 429, "rate_limit_exceeded"),
      ]
      for test in cases {
        let response = try await Self.ask(proxy.port, test.headers, target: test.target)
        #expect(response.status == test.status, "\(test)")
        guard test.status != 200 else { continue }
        let error = try JSONValue(parsing: response.body)["error"]
        #expect(error?["code"]?.string == test.code && error?["type"] == "invalid_request_error", "\(test)")
        #expect(response["x-should-retry"] == (test.status == 429 ? "true" : "false"))
        #expect((response["www-authenticate"] != nil) == (test.status == 401))
        #expect((1...60).contains(Int(response["retry-after"] ?? "") ?? 0) == (test.status == 429))
        #expect(!response.text.contains("planted"))
      }
      #expect(!proxy.lines.all.contains("planted"))
    }
    #expect(vendor.requests == 1 && other.requests == 0)
    await vendor.stop()
    await other.stop()
  }
}
