// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import NIOCore
import Testing

/// What a client may not send, over a raw socket: each is refused with a status of its own, and no byte of it reaches a vendor.
@Suite("Bad input", .timeLimit(.minutes(2))) struct BadInputFlowTests {
  static func refusal(of test: BadInput.Case, _ proxy: RunningProxy) async throws {
    try await RawConnection.with(port: proxy.port) { reader, writer in
      // The proxy may close before it has read all: a write that fails then is the client's to ignore.
      try? await writer.write(ByteBuffer(bytes: test.bytes))
      let response = try await reader.response()
      #expect(response.status == test.status, "\(test.name): \(response.text)")
      let error = try JSONValue(parsing: response.body)["error"]
      #expect(error?["type"] == "invalid_request_error", "\(test.name)")
      #expect(error?["message"]?.string?.contains(test.says) == true, "\(test.name): \(response.text)")
    }
  }

  @Test("no framing that two readers could read differently, and no broken head, gets past the listener")
  func framing() async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      for test in BadInput.framing + BadInput.heads {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try? await writer.write(ByteBuffer(bytes: test.bytes))
          let response = try await reader.response()
          #expect(response.status == test.status, "\(test.name): \(response.text)")
          let error = try JSONValue(parsing: response.body)["error"]
          #expect(error?["type"] == "invalid_request_error", "\(test.name)")
          #expect(error?["message"]?.string?.contains(test.says) == true, "\(test.name): \(response.text)")
          // One answer, and the connection ends: nothing behind it is read as a request.
          #expect(response["connection"] == "close", "\(test.name)")
          #expect((try? await reader.rest())?.isEmpty != false, "\(test.name)")
        }
        #expect(vendor.received.isEmpty, "\(test.name): \(vendor.text.prefix(500))")
      }
    }
    await vendor.stop()
  }

  @Test("behind the answer to a HEAD, what is no request is told so as behind any other")
  func behindHead() async throws {
    let vendor = try await FaultVendor.start { _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")] }
    try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      for (index, test) in BadInput.heads.enumerated() {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request("HEAD", "/v1/models"))
          #expect(try await reader.response(to: "HEAD").status == 200)
          // It is over here too, as that of each before it and what stood behind.
          while proxy.lines.count < 2 * index + 1 { await Task.yield() }
          try? await writer.write(ByteBuffer(bytes: test.bytes))
          let response = try await reader.response()
          #expect(response.status == test.status && response.text.contains(test.says), "\(test.name): \(response.text)")
          #expect(try JSONValue(parsing: response.body)["error"]?["type"] == "invalid_request_error", "\(test.name)")
        }
      }
    }
    await vendor.stop()
  }

  @Test("a body that is no JSON object is a 400 with the offset of the byte, and stays here")
  func bodies() async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let lines = try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      for test in BadInput.bodies { try await Self.refusal(of: test, proxy) }
      return proxy.lines
    }
    #expect(lines.count == BadInput.bodies.count, "one record each")
    #expect(vendor.received.isEmpty)
    await vendor.stop()
  }

  @Test("ten million keys are refused with the offset, in bounded time and memory, however often")
  func manyKeys() async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let keys = Array(("{" + String(repeating: "\"\":0,", count: 10_000_000) + "\"\":0}").utf8)
    let test = BadInput.json("ten million keys", keys, at: 1 + 5 * (1 << 19) - 2)
    try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      try await Self.refusal(of: test, proxy)
      let before = residentBytes()
      let clock = ContinuousClock.now
      for _ in 0..<5 { try await Self.refusal(of: test, proxy) }
      #expect((ContinuousClock.now - clock) / 5 < .seconds(2))
      #expect(residentBytes() - before < 200 << 20, "\((residentBytes() - before) >> 20) MiB for bodies of 48 MiB")
    }
    #expect(vendor.received.isEmpty)
    await vendor.stop()
  }

  // MARK: What is odd and allowed

  @Test("chunk extensions and trailers are legal: they are read, and end here; huge numbers pass as they are spelled")
  func legal() async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let body = #"{"model":"k","messages":[],"n":1e999999,"m":-0.0000000000000000000000000001,"x":123456789012345678901234567890}"#
    try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        let size = String(body.utf8.count, radix: 16)
        let chunk = "\(size);smuggled=\"1\"\r\n\(body)\r\n0\r\nX-Smuggled: 1\r\n\r\n"
        try await writer.write(ByteBuffer(string: BadInput.chunked + chunk))
        #expect(try await reader.response().status == 200)
        // The connection goes on.
        try await writer.write(request(body: Array(body.utf8)))
        #expect(try await reader.response().status == 200)
      }
    }
    #expect(vendor.requests == 2)
    #expect(vendor.text.contains(body) && vendor.text.contains("Content-Length: \(body.utf8.count)\r\n"))
    #expect(!vendor.text.lowercased().contains("smuggled") && !vendor.text.lowercased().contains("transfer-encoding"))
    await vendor.stop()
  }

  @Test("an offer to speak h2c is declined by answering, and the connection ends there", arguments: ["GET", "POST"])
  func upgrade(method: String) async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        let headers = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"]
        let body = method == "POST" ? FlowTests.body("hello") : nil
        try await writer.write(request(method, method == "POST" ? "/v1/chat/completions" : "/v1/models", headers: headers, body: body))
        let response = try await reader.response()
        #expect(response.status == 200)
        #expect(response["connection"] == "close")
        #expect(try await reader.rest().isEmpty)
      }
    }
    #expect(!vendor.text.lowercased().contains("h2c"))
    await vendor.stop()
  }

  @Test("a model's name, a path and findings of any length leave a record of bounded length")
  func boundedRecord() async throws {
    let vendor = try await FaultVendor.start { _ in .completion }
    let lines = try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      let name = String(repeating: "k", count: 4 << 20)
      let orphans = String(repeating: #"{"role":"tool","tool_call_id":"x","content":""},"#, count: 20_000)
      for body in [
        #"{"model":"\#(name)","messages":[]}"#, #"{"model":"k","messages":[\#(orphans){"role":"user","content":""}]}"#,
      ] {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request(body: Array(body.utf8)))
          #expect(try await reader.response().status == 200)
          try await writer.write(request("GET", "/v1/" + String(repeating: "p", count: 50_000)))
          #expect(try await reader.response().status == 200)
        }
      }
      #expect(vendor.text.contains(name), "the vendor gets it whole")
      return proxy.lines
    }
    #expect(lines.count == 4)
    #expect(lines.all.split(separator: "\n").allSatisfy { $0.utf8.count < 4096 })
    await vendor.stop()
  }

  @Test("bodies held at once, of all clients together, are bounded: one too many is a 503 that says to try again")
  func budget() throws {
    var configuration = BelayConfiguration(vendors: [Configuration.Vendor(name: "v", baseURL: "http://vendor.test/v1")])
    configuration.limits.bufferedBytes = 1200
    let context = Exchange.Context(configuration)
    func start(_ peer: UInt64) -> Exchange {
      let head = Exchange.RequestHead(method: "POST", target: "/v1/chat/completions", headers: [])
      var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), peer: peer, at: 0)
      _ = exchange.requestHead(head, at: 0)
      return exchange
    }
    let part = ByteBuffer(repeating: 0x20, count: 400)
    var (one, two, three) = (start(1), start(2), start(3))
    #expect(one.requestBody(part, at: 1).name == "none")
    #expect(two.requestBody(part, at: 1).name == "none")
    guard case .refuse(let error, _) = three.requestBody(part, at: 1) else { throw ExchangeTests.Unexpected() }
    #expect(error.status == 503 && error.code == "overloaded" && error.isRetryable && error.retryAfter == 1 && error.fault == .belay)
    // What an exchange held is free when it ends, however it ends.
    guard case .abandon = one.clientGone(at: 2) else { throw ExchangeTests.Unexpected() }
    var four = start(4)
    #expect(four.requestBody(part, at: 3).name == "none")
    guard case .refuse = two.requestEnd(at: 4) else { throw ExchangeTests.Unexpected() }
    // 600 alone is half.
    #expect(four.requestBody(ByteBuffer(repeating: 0x20, count: 200), at: 5).name == "none")
    var five = start(4)
    guard case .refuse = five.requestBody(ByteBuffer(repeating: 0x20, count: 1), at: 6) else { throw ExchangeTests.Unexpected() }
    var six = start(6)
    #expect(six.requestBody(ByteBuffer(repeating: 0x20, count: 300), at: 7).name == "none")
  }
}
