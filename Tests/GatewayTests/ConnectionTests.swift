// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import NIOCore
import Simulator
import Testing

/// HTTP as clients speak it, over sockets.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
  static let body = Array(#"{"model":"kimi-k2","messages":[{"role":"user","content":"hi"}]}"#.utf8)

  private func withVendor<Result: Sendable>(
    adjust: @escaping @Sendable (inout BelayConfiguration) -> Void = { _ in },
    _ test: @escaping @Sendable (SimulatorServer, RunningProxy) async throws -> Result
  ) async throws -> Result {
    let vendor = try await SimulatorServer.start()
    let result = try await RunningProxy.with(vendor: vendor, adjust: adjust) { proxy in try await test(vendor, proxy) }
    await vendor.stop()
    return result
  }

  @Test("one connection carries many exchanges, pipelined ones in order")
  func pipelining() async throws {
    try await withVendor { _, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        var message = ByteBuffer()
        for number in 0..<20 {
          let body = Array(#"{"model":"m\#(number)","messages":[{"role":"user","content":"hi"}]}"#.utf8)
          message.writeImmutableBuffer(request(body: body))
        }
        try await writer.write(message)
        for number in 0..<20 {
          let response = try await reader.response()
          #expect(response.status == 200)
          #expect(try JSONValue(parsing: response.body)["model"] == JSONValue("m\(number)"))
          #expect(response["connection"] == nil)
        }
      }
    }
  }

  @Test("of requests without end some are answered, and then the connection ends: what waits is bounded, and has its records")
  func overrun() async throws {
    let lines = try await withVendor { _, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        let one = request(body: Self.body)
        var message = ByteBuffer()
        for _ in 0..<500 { message.writeImmutableBuffer(one) }
        try? await writer.write(message)
        var answers = 0
        while let response = try? await reader.response() {
          #expect(response.status == 200)
          answers += 1
          if response["connection"] == "close" { break }
        }
        #expect(answers >= 1 && answers < 100)
      }
      return proxy.lines
    }
    #expect(lines.all.split(separator: "\n").contains { $0.contains("error=not_begun") })
  }

  @Test("an upload in chunks of a byte reaches the vendor whole")
  func tinyChunks() async throws {
    try await withVendor { vendor, proxy in
      let response = try await RawConnection.with(port: proxy.port) { reader, writer in
        let head = "POST /v1/files HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        try await writer.write(ByteBuffer(string: head + String(repeating: "1\r\nx\r\n", count: 50_000) + "0\r\n\r\n"))
        return try await reader.response()
      }
      #expect(response.status < 500 && vendor.received.first?.bytes.count == 50_000)
    }
  }

  @Test("a request that arrives byte by byte is the same request")
  func byteByByte() async throws {
    try await withVendor { vendor, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        for byte in request(body: Self.body).readableBytesView {
          try await writer.write(ByteBuffer(bytes: [byte]))
        }
        #expect(try await reader.response().status == 200)
      }
      #expect(vendor.received.first?.bytes == Self.body)
    }
  }

  @Test("what stands behind a complete request is no request, however much it is: that one is answered, then the connection ends")
  func rubbishBehind() async throws {
    try await withVendor { vendor, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        var bytes = request(body: Self.body)
        bytes.writeRepeatingByte(UInt8(ascii: "!"), count: 300_000)
        // The proxy may be done with the connection before it has read all of this.
        try? await writer.write(bytes)
        let response = try await reader.response()
        #expect(response.status == 200 && response["connection"] == "close")
      }
      #expect(vendor.received.count == 1)
    }
  }

  @Test("a chunked upload reaches the vendor whole")
  func chunkedUpload() async throws {
    try await withVendor { vendor, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(headers: ["Transfer-Encoding: chunked"]))
        for part in [Self.body[..<10], Self.body[10..<11], Self.body[11...]] {
          try await writer.write(ByteBuffer(string: String(part.count, radix: 16) + "\r\n"))
          try await writer.write(ByteBuffer(bytes: part))
          try await writer.write(ByteBuffer(string: "\r\n"))
        }
        try await writer.write(ByteBuffer(string: "0\r\n\r\n"))
        #expect(try await reader.response().status == 200)
      }
      #expect(vendor.received.first?.bytes == Self.body)
    }
  }

  @Test("100 Continue is sent when the client waits for it, and not before a refusal")
  func expectContinue() async throws {
    try await withVendor(adjust: { $0.limits.requestBytes = 1000 }) { _, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        let whole = request(headers: ["Expect: 100-continue"], body: Self.body)
        try await writer.write(whole.getSlice(at: 0, length: whole.readableBytes - Self.body.count) ?? whole)
        #expect(try await reader.head().status == 100)
        try await writer.write(ByteBuffer(bytes: Self.body))
        #expect(try await reader.response().status == 200)
      }
      try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(headers: ["Expect: 100-continue", "Content-Length: 1001"]))
        let refusal = try await reader.response()
        #expect(refusal.status == 413)
        #expect(refusal["connection"] == "close")
        #expect(try await reader.rest().isEmpty)
      }
    }
  }

  @Test("HEAD has a head and no body, and the connection goes on")
  func head() async throws {
    try await withVendor { _, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request("HEAD", "/v1/models"))
        #expect(try await reader.response(to: "HEAD").status < 500)
        try await writer.write(request("GET", "/v1/models"))
        let models = try await reader.response()
        #expect(models.status == 200)
        #expect(try JSONValue(parsing: models.body)["data"] != nil)
      }
    }
  }

  @Test("HTTP/1.0 and Connection: close end the connection after the answer; HTTP/1.0 keep-alive keeps it")
  func closing() async throws {
    try await withVendor { _, proxy in
      for (version, header, closes) in [
        ("1.0", "X: y", true), ("1.1", "Connection: close", true), ("1.0", "Connection: keep-alive", false),
      ] {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          let message = "GET /v1/models HTTP/\(version)\r\nHost: x\r\n\(header)\r\n\r\n"
          try await writer.write(ByteBuffer(string: message))
          let response = try await reader.response()
          #expect(response.status == 200)
          #expect(response["connection"] == (closes ? "close" : "keep-alive"))
          if closes { #expect(try await reader.rest().isEmpty) }
          if !closes {
            try await writer.write(ByteBuffer(string: message))
            #expect(try await reader.response().status == 200)
          }
        }
      }
    }
  }

  @Test(
    "what is no request is refused in OpenAI's error shape, and the connection is closed",
    arguments: [
      ("GARBAGE\r\n\r\n", 400), ("GET /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
      ("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
      ("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ])
  func malformed(message: String, status: Int) async throws {
    try await withVendor { vendor, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(ByteBuffer(string: message))
        let refusal = try await reader.response()
        #expect(refusal.status == status)
        #expect(try JSONValue(parsing: refusal.body)["error"]?["type"] == "invalid_request_error")
        #expect(try await reader.rest().isEmpty)
      }
      #expect(vendor.received.isEmpty)
    }
  }

  @Test("a body over the limit is refused even while it is being sent")
  func tooLarge() async throws {
    try await withVendor(adjust: { $0.limits.requestBytes = 1 << 20 }) { _, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(headers: ["Transfer-Encoding: chunked"]))
        let chunk = ByteBuffer(string: "10000\r\n" + String(repeating: " ", count: 65536) + "\r\n")
        // The proxy stops reading and closes; a write that fails then is the client's to ignore.
        for _ in 0..<17 { try? await writer.write(chunk) }
        let refusal = try await reader.response()
        #expect(refusal.status == 413)
        #expect(try JSONValue(parsing: refusal.body)["error"]?["code"] == "request_too_large")
      }
    }
  }

  @Test("an upload passes through as it arrives, before it is complete")
  func streamedUpload() async throws {
    try await withVendor { vendor, proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        let part = ByteBuffer(repeating: 0x61, count: 100_000)
        try await writer.write(request("POST", "/v1/files", headers: ["Content-Length: 3000000"]))
        for _ in 0..<30 { try await writer.write(part) }
        _ = try await reader.response()
      }
      #expect(vendor.received.first?.bytes.count == 3_000_000)
    }
  }

  @Test("the console answers health and the tally")
  func console() async throws {
    try await withVendor { _, proxy in
      _ = try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(body: Self.body))
        return try await reader.response()
      }
      try await RawConnection.with(port: proxy.consolePort) { reader, writer in
        for (path, status) in [("/health/live", 200), ("/health/ready", 200), ("/api/tally", 200), ("/nothing", 404)] {
          try await writer.write(request("GET", path))
          let response = try await reader.response()
          #expect(response.status == status)
          _ = try JSONValue(parsing: response.body)
        }
      }
    }
  }
}
