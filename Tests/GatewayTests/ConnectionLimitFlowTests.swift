// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import NIOCore
import Simulator
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConnectionLimitFlowTests {
  private static let body = FlowTests.body("hello")

  private func withProxy(_ adjust: @escaping @Sendable (inout BelayConfiguration) -> Void, _ test: @escaping @Sendable (RunningProxy) async throws -> Void) async throws {
    let vendor = try await SimulatorServer.start()
    try await RunningProxy.with(vendor: vendor, adjust: { $0.log.format = .json; adjust(&$0) }, test)
    await vendor.stop()
  }

  @Test("one connection too many is told so and closed; those that are open are served, and one that closes makes room")
  func tooMany() async throws {
    try await withProxy({ $0.limits.connections = 2 }) { proxy in
      try await RawConnection.with(port: proxy.port) { first, firstWriter in
        try await firstWriter.write(request(body: Self.body))
        #expect(try await first.response().status == 200)
        try await RawConnection.with(port: proxy.port) { second, secondWriter in
          try await secondWriter.write(request(body: Self.body))
          #expect(try await second.response().status == 200)
          try await RawConnection.with(port: proxy.port) { third, _ in
            // Before it has said anything.
            let response = try await third.response()
            #expect(response.status == 503 && response["connection"] == "close" && response["retry-after"] == "1")
            #expect(try JSONValue(parsing: response.body)["error"]?["code"] == "too_many_connections")
            #expect(try await third.rest().isEmpty)
          }
          for _ in 0..<3 {
            try await firstWriter.write(request(body: Self.body))
            #expect(try await first.response().status == 200)
          }
          try await secondWriter.write(request(body: Self.body))
          #expect(try await second.response().status == 200)
        }
        // The second is gone, once the proxy has seen that.
        var status = 503
        while status == 503 {
          status = try await RawConnection.with(port: proxy.port) { reader, writer in
            try? await writer.write(request(body: Self.body))
            return try await reader.response().status
          }
        }
        #expect(status == 200)
      }
      // Records are written some 50 ms later.
      while !proxy.lines.all.contains(#""error":"too_many_connections""#) { await Task.yield() }
    }
  }

  @Test("a connection that waits too long for its next request is closed; one with an exchange under way is not")
  func idle() async throws {
    var options = SimulatorOptions()
    options.pace = .milliseconds(200)
    let slow = try await SimulatorServer.start(options)
    try await RunningProxy.with(vendor: slow, adjust: { $0.limits.keepAlive = .milliseconds(100) }) { proxy in
      async let stream = RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(body: FlowTests.body("hello", stream: true)))
        return try await reader.response().text
      }
      try await RawConnection.with(port: proxy.port) { reader, writer in
        let rest = try await reader.rest()
        #expect(rest.isEmpty, "closed without a word")
      }
      let text = try await stream
      #expect(text.contains("data: [DONE]"))
    }
    await slow.stop()
  }

  @Test("where connections are scarce, idle ones are closed long before their time")
  func scarce() async throws {
    try await withProxy({ $0.limits.connections = 4 }) { proxy in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<4 {
          group.addTask { try await RawConnection.with(port: proxy.port) { reader, _ in try await reader.rest().isEmpty } }
        }
        // One at least; those that are left are not scarce any more.
        let isClosed = try await group.next()
        #expect(isClosed == true)
        group.cancelAll()
      }
    }
  }

  @Test(
    "a client is known by its address; of IPv6 by its network",
    arguments: [
      ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"), ("2001:db8::6", "2001:db8:0:0"),
      ("2001:db8:1::2:3:4:5", "2001:db8:1:0"), ("1::2:3:4:5:6:7", "1:0:2:3"), ("::1", "0:0:0:0"), ("fe80::", "fe80:0:0:0"),
    ])
  func addresses(address: String, client: String) {
    #expect(subscriber(address) == client)
  }

  @Test("the default follows from the descriptors that the process may have", arguments: [(1024, 384), (64, 16), (1 << 18, 114_624), (20_000, 8686)])
  func descriptors(count: Int, connections: Int) {
    #expect(Descriptors.connections(of: count) == connections)
  }
}
