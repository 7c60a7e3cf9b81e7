// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import NIOCore
import Simulator
import Testing

/// What happens when one side is slow, gone, or many.
@Suite(.timeLimit(.minutes(2))) struct FlowTests {
  static func body(_ content: String, model: String = "kimi-k2", stream: Bool = false) -> [UInt8] {
    let value: JSONValue = [
      "model": JSONValue(model), "stream": JSONValue(stream),
      "messages": [["role": "user", "content": JSONValue(content)]],
    ]
    return JSONWriter.bytes(of: value)
  }

  @Test("a client that leaves is seen by the vendor within 100 ms")
  func clientGone() async throws {
    var options = SimulatorOptions()
    options.faults = [try FaultUse("stall-mid-stream")]
    let vendor = try await SimulatorServer.start(options)
    let delays = try await RunningProxy.with(vendor: vendor) { proxy in
      var delays: [Duration] = []
      for count in 1...5 {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request(body: Self.body("hello", stream: true)))
          #expect(try await reader.head().status == 200)
          _ = try await reader.take(1)
        }
        let left = ContinuousClock.now
        let received = await vendor.journal.received { $0.count == count && $0.last?.ending == .clientClosed }
        delays.append(try #require(received.last?.endingTime) - left)
      }
      return delays
    }
    // The best of five: other tests keep this machine busy, and a delay that is the proxy's own shows in each.
    #expect(try #require(delays.min()) < .milliseconds(100), "\(delays)")
    await vendor.stop()
  }

  @Test("a client that reads nothing pauses the vendor: memory stays bounded, and every byte arrives later")
  func slowClient() async throws {
    let bytes = 3200 * FloodingVendor.event.readableBytes
    #expect(bytes > 200_000_000)
    let vendor = try await FloodingVendor.start(events: 3200)
    let other = try await SimulatorServer.start()
    let vendors = [
      Configuration.Vendor(name: "flooding", baseURL: "http://127.0.0.1:\(vendor.port)/v1"),
      Configuration.Vendor(name: "other", baseURL: other.baseURL),
    ]
    try await RunningProxy.with(vendors: vendors) { proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        let before = residentBytes()
        try await writer.write(request(headers: ["Connection: close"], body: Self.body("hello", stream: true)))
        #expect(try await reader.head().status == 200)
        // Time for the vendor to send as much as it can: 300 exchanges of another client, on the same event loop.
        try await RawConnection.with(port: proxy.port) { reader, writer in
          for _ in 0..<300 {
            try await writer.write(request(headers: ["x-belay-vendor: other"], body: Self.body("hello")))
            #expect(try await reader.response().status == 200)
          }
        }
        #expect(vendor.written < 32 << 20, "the vendor wrote \(vendor.written) bytes that nobody reads")

        var total = reader.drop()
        var peak = 0
        var tail: [UInt8] = []
        while try await reader.more() {
          tail = (tail + reader.last(5)).suffix(5)
          total += reader.drop()
          peak = max(peak, residentBytes())
        }
        #expect(tail.elementsEqual("0\r\n\r\n".utf8), "the end of the answer must outlive the close of the connection")
        #expect(total >= bytes)
        #expect(peak - before < 64 << 20, "resident memory grew by \((peak - before) >> 20) MiB")
      }
    }
    await vendor.stop()
    await other.stop()
  }

  @Test("vendors that send faster than it is judged keep no other client waiting", .timeLimit(.minutes(1)))
  func floods() async throws {
    let small = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n"
    let vendor = try await FloodingVendor.start(events: .max, event: ByteBuffer(string: String(repeating: small, count: 1000)))
    let other = try await SimulatorServer.start()
    let vendors = [
      Configuration.Vendor(name: "flooding", baseURL: "http://127.0.0.1:\(vendor.port)/v1"),
      Configuration.Vendor(name: "other", baseURL: other.baseURL),
    ]
    try await RunningProxy.with(vendors: vendors, adjust: { $0.settings.mode = .enforce }) { proxy in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        let (begun, continuation) = AsyncStream<Void>.makeStream()
        for _ in 0..<6 {
          tasks.addTask {
            try? await RawConnection.with(port: proxy.port) { reader, writer in
              try await writer.write(request(body: Self.body("hello", stream: true)))
              while try await reader.more() { if reader.drop() > 0 { continuation.yield() } }
            }
          }
        }
        var pieces = begun.makeAsyncIterator()
        for _ in 0..<100 { await pieces.next() }
        continuation.finish()
        var longest = Duration.zero
        try await RawConnection.with(port: proxy.port) { reader, writer in
          for _ in 0..<10 {
            let start = ContinuousClock.now
            try await writer.write(request(headers: ["x-belay-vendor: other"], body: Self.body("hello")))
            #expect(try await reader.response().status == 200)
            longest = max(longest, ContinuousClock.now - start)
          }
        }
        // For as long as they send, where the loop does not look up.
        #expect(longest < .seconds(5), "\(longest)")
        tasks.cancelAll()
      }
    }
    await vendor.stop()
    await other.stop()
  }

  @Test(
    "connections full of what is small and costs time keep no newcomer waiting", .timeLimit(.minutes(1)),
    arguments: [
      ("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
      ("POST /v1/embeddings HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
      ("", "GET / HTTP/1.1\r\nHost:a\r\n\r\n"),
      ("", "POST /v1/chat/completions HTTP/1.1\r\nHost:a\r\nContent-Length: 1\r\n\r\n{"),
    ])
  func crowds(first: String, unit: String) async throws {
    let vendor = try await SimulatorServer.start()
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    try await RunningProxy.with(vendors: vendors, lines: .init(keeps: false)) { proxy in
      let longest = try await FloodingClients.with(40, from: "127.0.0.2", port: proxy.port, first: first, sending: unit) {
        var longest = Duration.zero
        for number in 0..<6 {
          let start = ContinuousClock.now
          try await RawConnection.with(port: proxy.port) { reader, writer in
            let isOwn = number % 2 == 0
            let refused = request("GET", "/v1/models", headers: ["x-belay-vendor: none"])
            try await writer.write(isOwn ? refused : request(body: Self.body("hello")))
            #expect(try await reader.response().status == (isOwn ? 404 : 200))
          }
          longest = max(longest, ContinuousClock.now - start)
        }
        return longest
      }
      // Each look of the loop took longer than that.
      #expect(longest < .seconds(5), "\(longest)")
    }
    await vendor.stop()
  }

  @Test("large requests that become whole in one moment keep nobody waiting for all of them, not even who comes from the same address")
  func large() async throws {
    let vendor = try await SimulatorServer.start()
    let tools = (0..<30_000).map { #"{"role":"system","tools":[{"type":"function","function":{"name":"f\#($0)"}}]},"# }.joined()
    let body = Array(#"{"model":"kimi-k2","messages":[\#(tools){"role":"user","content":"hi"}]}"#.utf8)
    let whole = request(body: body)
    let begun = try #require(whole.getSlice(at: whole.readerIndex, length: whole.readableBytes - 1))
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    try await RunningProxy.with(vendors: vendors, lines: .init(keeps: false), adjust: { $0.limits.drain = .seconds(60) }) { proxy in
      let begins = (0..<8).map { _ in AsyncStream<Void>.makeStream() }
      let ends = (0..<8).map { _ in AsyncStream<Void>.makeStream() }
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for (begin, end) in zip(begins, ends) {
          tasks.addTask {
            try await RawConnection.with(port: proxy.port) { reader, writer in
              try await writer.write(begun)
              begin.continuation.finish()
              for await _ in end.stream {}
              try await writer.write(ByteBuffer(string: "}"))
              #expect(try await reader.response().status == 200)
            }
          }
        }
        for begin in begins { for await _ in begin.stream {} }
        func askShort() async throws {
          try await RawConnection.with(port: proxy.port) { reader, writer in
            try await writer.write(request("GET", "/v1/models", headers: ["x-belay-vendor: none"]))
            #expect(try await reader.response().status == 404)
          }
        }
        // The loop has read all that was begun.
        for _ in 0..<3 { try await askShort() }
        for end in ends { end.continuation.finish() }
        try await askShort()
        #expect(vendor.journal.count < 7, "it waited for all of them")
        try await tasks.waitForAll()
      }
    }
    #expect(vendor.journal.count == 8)
    await vendor.stop()
  }

  @Test("1,000 exchanges at 64 connections: none lost, none mixed up")
  func many() async throws {
    let vendor = try await SimulatorServer.start()
    try await RunningProxy.with(vendor: vendor) { proxy in
      try await withThrowingTaskGroup(of: Int.self) { tasks in
        for connection in 0..<64 {
          tasks.addTask {
            try await RawConnection.with(port: proxy.port) { reader, writer in
              var done = 0
              for number in stride(from: connection, to: 1000, by: 64) {
                let model = "model-\(number)"
                try await writer.write(request(body: Self.body("n \(number)", model: model, stream: number % 2 == 0)))
                let response = try await reader.response()
                #expect(response.status == 200)
                #expect(response.text.contains("\"model\":\"\(model)\""))
                done += 1
              }
              return done
            }
          }
        }
        let done = try await tasks.reduce(0, +)
        #expect(done == 1000)
      }
    }
    #expect(vendor.journal.count == 1000)
    await vendor.stop()
  }

  @Test("a stop lets an exchange under way end, then the proxy is gone")
  func drains() async throws {
    var options = SimulatorOptions()
    options.pace = .milliseconds(5)
    let vendor = try await SimulatorServer.start(options)
    let reading = try await RunningProxy.with(vendor: vendor) { proxy in
      let (begun, continuation) = AsyncStream<Void>.makeStream()
      let reading = Task {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request(body: Self.body("hello", stream: true)))
          var response = try await reader.head()
          continuation.finish()
          response.body = try await reader.rest()
          return response
        }
      }
      for await _ in begun {}
      return reading
    }
    // The gateway has returned; the exchange that was under way has its whole answer.
    let response = try await reading.value
    #expect(response["connection"] == nil || response["connection"] == "close")
    #expect(response.text.contains("data: [DONE]"))
    #expect(response.text.hasSuffix("0\r\n\r\n"))
    await vendor.stop()
  }

  @Test("a stop resets no connection that is in use: its last answer says that it ends, and then it does")
  func lastAnswers() async throws {
    let vendor = try await SimulatorServer.start()
    let (asked, hasAsked) = AsyncStream<Int>.makeStream()
    let clients = try await RunningProxy.with(vendor: vendor) { proxy in
      let clients = (0..<16).map { number in
        Task {
          try await RawConnection.with(port: proxy.port) { reader, writer in
            while true {
              try await writer.write(request(body: Self.body("hello")))
              let response = try await reader.response()
              #expect(response.status == 200)
              if response["connection"] == "close" { break }
              hasAsked.yield(number)
            }
            #expect(try await reader.rest().isEmpty)
          }
        }
      }
      // Who is not accepted yet has no connection that is in use.
      var (count, answered) = (0, Set<Int>())
      for await number in asked {
        count += 1
        answered.insert(number)
        if count >= 200, answered.count == 16 { break }
      }
      return clients
    }
    for client in clients { try await client.value }
    await vendor.stop()
  }
}
