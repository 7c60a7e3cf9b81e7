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

  @Test("one connection too many is told so and closed; those that have a request under way are served, and one that closes makes room")
  func tooMany() async throws {
    try await withProxy({ $0.limits.connections = 2 }) { proxy in
      // All but its last byte: a request under way.
      let whole = request(body: Self.body)
      let begun = try #require(whole.getSlice(at: whole.readerIndex, length: whole.readableBytes - 1))
      let rest = try #require(whole.getSlice(at: whole.writerIndex - 1, length: 1))
      try await RawConnection.with(port: proxy.port) { first, firstWriter in
        try await firstWriter.write(begun)
        try await RawConnection.with(port: proxy.port) { second, secondWriter in
          try await secondWriter.write(begun)
          try await RawConnection.with(port: proxy.port) { third, _ in
            // Before it has said anything.
            let response = try await third.response()
            #expect(response.status == 503 && response["connection"] == "close" && response["retry-after"] == "1")
            #expect(try JSONValue(parsing: response.body)["error"]?["code"] == "too_many_connections")
            #expect(try await third.rest().isEmpty)
          }
          try await firstWriter.write(rest)
          #expect(try await first.response().status == 200)
          try await secondWriter.write(rest)
          #expect(try await second.response().status == 200)
        }
        // The second is gone, once the proxy has seen that.
        #expect(try await ask(proxy) == 200)
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

  /// Asks until it is answered: a connection gives its place away only once it has waited for a second.
  private func ask(_ proxy: RunningProxy) async throws -> Int {
    while true {
      let status = try? await RawConnection.with(port: proxy.port) { reader, writer in
        try? await writer.write(request(body: Self.body))
        return try await reader.response().status
      }
      if let status, status != 503 { return status }
    }
  }

  @Test("a newcomer takes the place of who has waited longest: for a head to end, or for something to be said at all, then of an answered one")
  func room() async throws {
    try await withProxy({ $0.limits.connections = 3 }) { proxy in
      try await RawConnection.with(port: proxy.port) { answered, answeredWriter in
        try await answeredWriter.write(request(body: Self.body))
        #expect(try await answered.response().status == 200)
        try await RawConnection.with(port: proxy.port) { slow, slowWriter in
          try await slowWriter.write(ByteBuffer(string: "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n"))
          try await RawConnection.with(port: proxy.port) { silent, silentWriter in
            let statuses = [try await ask(proxy), try await ask(proxy)]
            #expect(statuses == [200, 200])
            // One of the two that said too little is gone, or both are; who was answered is not.
            try await answeredWriter.write(request(body: Self.body))
            #expect(try await answered.response().status == 200)
          }
        }
      }
    }
  }

  @Test("idle connections of one event loop give their places to newcomers of all of them", arguments: [2, 4])
  func otherLoops(loops: Int) async throws {
    // A stream of some seconds.
    var options = SimulatorOptions()
    options.pace = .milliseconds(200)
    let clock = try await SimulatorServer.start(options)
    try await withProxy({ ($0.limits.connections, $0.loops) = (4, loops) }) { proxy in
      try await hold(4, of: loops, at: proxy) {
        _ = try await RawConnection.with(port: clock.port) { reader, writer in
          try await writer.write(request(body: FlowTests.body("hello", stream: true)))
          return try await reader.response()
        }
        try await newcomers(4, at: proxy)
      }
    }
    await clock.stop()
  }

  /// Has connections on one loop, answered and idle, while `body` runs: they go to the loops in turn.
  private func hold(_ count: Int, of loops: Int, at proxy: RunningProxy, _ body: () async throws -> Void) async throws {
    guard count > 0 else { return try await body() }
    try await RawConnection.with(port: proxy.port) { reader, writer in
      try? await writer.write(request(body: Self.body))
      let status = try? await reader.response().status
      for _ in 1..<loops { try await RawConnection.with(port: proxy.port) { _, _ in } }
      // The place of one that has just gone may not be free yet.
      try await hold(status == 200 ? count - 1 : count, of: loops, at: proxy, body)
    }
  }

  /// All of whom stay.
  private func newcomers(_ count: Int, at proxy: RunningProxy) async throws {
    guard count > 0 else { return }
    try await RawConnection.with(port: proxy.port) { reader, writer in
      try? await writer.write(request(body: Self.body))
      #expect(try await reader.response().status == 200)
      try await newcomers(count - 1, at: proxy)
    }
  }

  @Test("an exchange under way gives its place to nobody; the last connections that only wait do")
  func busy() async throws {
    var options = SimulatorOptions()
    options.pace = .milliseconds(200)
    let vendor = try await SimulatorServer.start(options)
    try await RunningProxy.with(vendor: vendor, adjust: { $0.limits.connections = 2 }) { proxy in
      try await RawConnection.with(port: proxy.port) { busy, busyWriter in
        try await busyWriter.write(request(body: FlowTests.body("hello", stream: true)))
        try await RawConnection.with(port: proxy.port) { silent, _ in
          let (status, rest) = (try await ask(proxy), try await silent.rest())
          #expect(status == 200 && rest.isEmpty, "closed without a word")
        }
        let text = try await busy.response().text
        #expect(text.contains("data: [DONE]"))
      }
    }
    await vendor.stop()
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

  @Test(
    "a limit that the descriptors do not suffice for is told, with what they suffice for",
    arguments: [
      (68, 300, false), (99, 300, false), (100, 300, true), (250, 300, true), (2000, 1024, true), (2000, 20_000, false), (.max, 1 << 18, true),
    ])
  func shortage(connections: Int, descriptors: Int, isTold: Bool) {
    let problem = Descriptors.shortage(for: connections, of: descriptors)
    #expect((problem != nil) == isTold)
    if let problem { #expect(problem.contains("no more than \(Descriptors.connections(of: descriptors))")) }
  }

  @Test("the default follows from the descriptors that the process may have", arguments: [(1024, 384), (64, 16), (1 << 18, 114_528), (20_000, 8590)])
  func descriptors(count: Int, connections: Int) {
    #expect(Descriptors.connections(of: count) == connections)
  }
}
