// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import NIOCore
import Simulator
import Testing

/// What is told of an exchange, and what never is.
@Suite(.timeLimit(.minutes(1))) struct LogAndKeyTests {
  static let question = Array(
    #"""
    {"model":"kimi-k2","messages":[{"role":"user","content":"weather?"},
    {"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"call_1","content":"rain"},{"role":"tool","tool_call_id":"call_9","content":"?"}]}
    """#.utf8)

  private func ask(_ port: Int, headers: [String] = [], target: String = "/v1/chat/completions") async throws
    -> RawConnection.Response
  {
    try await RawConnection.with(port: port) { reader, writer in
      try await writer.write(request("POST", target, headers: headers, body: Self.question))
      return try await reader.response()
    }
  }

  @Test("every exchange has one log line with its id, in text and as JSON", arguments: [Log.Format.text, .json])
  func logLine(format: Log.Format) async throws {
    let vendor = try await SimulatorServer.start()
    let (lines, id) = try await RunningProxy.with(vendor: vendor, adjust: { $0.log.format = format }) { proxy in
      let response = try await ask(proxy.port)
      return (proxy.lines, response["x-belay-exchange-id"] ?? "")
    }
    await vendor.stop()

    #expect(lines.all.split(separator: "\n").count == 1)
    #expect(id.count == 26)
    switch format {
    case .text:
      for field in [
        " info exchange exchange_id=\(id) ", " outcome=completed ", " vendor=vendor ", " status=200 ", " model=kimi-k2 ",
        " ids_rewritten=2 ", " findings=history.orphan_result,history.foreign_id,history.undeclared_tool ", " total_ms=",
      ] { #expect(lines.all.contains(field), "\(field) in \(lines.all)") }
    case .json:
      let line = try JSONValue(parsing: lines.all)
      #expect(line["exchange_id"]?.string == id)
      #expect(line["message"] == "exchange")
      #expect(line["ids_rewritten"] == 2)
      #expect(line["findings"] == ["history.orphan_result", "history.foreign_id", "history.undeclared_tool"])
      #expect(line["total_ms"]?.double ?? 0 > 0)
    }
  }

  @Test("a model name cannot end a log line or forge a field")
  func forgery() async throws {
    let vendor = try await SimulatorServer.start()
    let lines = try await RunningProxy.with(vendor: vendor) { proxy in
      let body: JSONValue = ["model": "x status=200\n2026 info exchange forged=1", "messages": []]
      _ = try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(body: JSONWriter.bytes(of: body)))
        return try await reader.response()
      }
      return proxy.lines
    }
    await vendor.stop()
    #expect(lines.all.split(separator: "\n").count == 1)
    #expect(lines.all.contains(#"model="x status=200\n2026 info exchange forged=1""#))
  }

  @Test("a vendor's key goes to that vendor only, the client's to none that has one, and neither is logged")
  func keys() async throws {
    var options = SimulatorOptions()
    options.key = "sk-vendor-secret"
    let keyed = try await SimulatorServer.start(options)
    let open = try await SimulatorServer.start()
    let vendors = [
      Configuration.Vendor(name: "open", baseURL: open.baseURL),
      Configuration.Vendor(name: "keyed", baseURL: keyed.baseURL, apiKey: Secret("sk-vendor-secret")),
    ]
    let lines = try await RunningProxy.with(vendors: vendors) { proxy in
      for target in ["/keyed/v1/chat/completions", "/open/v1/chat/completions", "/v1/chat/completions?key=sk-query"] {
        let response = try await ask(proxy.port, headers: ["Authorization: Bearer sk-client-4321"], target: target)
        #expect(response.status == 200)
        #expect(!response.text.contains("secret"))
      }
      #expect(try await ask(proxy.port, headers: ["x-belay-vendor: keyed"]).status == 200)
      #expect(try await ask(proxy.port, target: "/nosuch/v1/chat/completions").status == 404)
      return proxy.lines
    }
    // The simulator masks what it keeps, and shows the last four characters of a long secret.
    #expect(keyed.received.allSatisfy { $0.header("authorization")?.hasSuffix("cret") == true })
    #expect(keyed.received.count == 2)
    #expect(open.received.count == 2)
    #expect(open.received.allSatisfy { $0.header("authorization")?.hasSuffix("4321") == true })
    #expect(open.received.allSatisfy { $0.header("x-belay-vendor") == nil })
    #expect(!lines.all.contains("sk-"))
    await keyed.stop()
    await open.stop()
  }

  @Test("a head or a body that does not arrive in time is a 408, and the connection is closed")
  func slowRequests() async throws {
    let vendor = try await SimulatorServer.start()
    try await RunningProxy.with(vendor: vendor, adjust: { $0.limits.headerTimeout = .milliseconds(100) }) { proxy in
      for part in ["POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Half: ", "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"] {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(ByteBuffer(string: part))
          let response = try await reader.response()
          #expect(response.status == 408)
          #expect(response["connection"] == "close")
          #expect(try await reader.rest().isEmpty)
        }
      }
    }
    #expect(vendor.received.isEmpty)
    await vendor.stop()
  }

  @Test("a header over the limit is a 431")
  func largeHeader() async throws {
    let vendor = try await SimulatorServer.start()
    try await RunningProxy.with(vendor: vendor, adjust: { $0.limits.headerBytes = 4096 }) { proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(headers: ["X-Large: " + String(repeating: "x", count: 5000)], body: Self.question))
        #expect(try await reader.response().status == 431)
      }
    }
    await vendor.stop()
  }

  @Test("what a vendor does wrong has the status, the fault and the advice of its kind")
  func vendorFaults() async throws {
    let vendor = try await SimulatorServer.start()
    let adjust: (inout BelayConfiguration) -> Void = { $0.limits.firstByte = .seconds(2) }
    try await RunningProxy.with(vendor: vendor, adjust: adjust) { proxy in
      for (fault, status, code) in [
        ("reset-before-headers", 502, "vendor_unreachable"), ("close-before-headers", 502, "vendor_unreachable"),
        ("garbage", 502, "vendor_unreachable"), ("stall-before-headers", 504, "vendor_timeout"),
      ] {
        let body: JSONValue = ["model": JSONValue("kimi-k2@\(fault)"), "messages": [["role": "user", "content": "hi"]]]
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request(body: JSONWriter.bytes(of: body)))
          let response = try await reader.response()
          #expect(response.status == status, "\(fault)")
          let error = try JSONValue(parsing: response.body)["error"]
          #expect(error?["type"] == "vendor_error", "\(fault)")
          #expect(error?["code"]?.string == code, "\(fault)")
          // The client's connection is none of the vendor's: it goes on.
          try await writer.write(request("GET", "/v1/models"))
          #expect(try await reader.response().status == 200)
        }
      }
      for fault in ["reset-mid-stream", "close-mid-stream", "unfinished-chunks"] {
        let body: JSONValue = [
          "model": JSONValue("kimi-k2@\(fault)"), "stream": true, "messages": [["role": "user", "content": "hi"]],
        ]
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request(body: JSONWriter.bytes(of: body)))
          #expect(try await reader.head().status == 200)
          let rest = try await reader.rest()
          #expect(!rest.suffix(5).elementsEqual("0\r\n\r\n".utf8), "\(fault) must not look like a whole answer")
        }
      }
    }
    await vendor.stop()
  }
}
