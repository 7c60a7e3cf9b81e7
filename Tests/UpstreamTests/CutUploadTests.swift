// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing
import Upstream

/// A vendor closes an idle connection in the moment in which a request sets out on it, and resets it for the bytes that come.
@Suite("Request bodies that a dead connection cuts off", .timeLimit(.minutes(1)))
struct CutUploadTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The connection has answered another request before.
    var isKept = true
    /// The second half of the body is written once the connection is dead.
    var isStreamed = false
    /// What the vendor sends before it closes.
    var wire = ""
    /// How long it takes for that.
    var delay = Duration.zero
    /// How many connections end so.
    var cuts = 1
    let requests: Int
    var isAnswered = false
  }

  static let cases = [
    Case(testDescription: "a kept connection", requests: 3, isAnswered: true),
    Case(testDescription: "a kept connection, a streamed body", isStreamed: true, requests: 3, isAnswered: true),
    Case(testDescription: "the second one too", cuts: 2, requests: 3),
    Case(testDescription: "a new connection", isKept: false, requests: 1),
    Case(testDescription: "a kept connection, after more than a second", delay: .milliseconds(1200), requests: 2),
    Case(testDescription: "a kept connection, after a 1xx answer", wire: "HTTP/1.1 102 Processing\r\n\r\n", requests: 2),
  ]

  @Test("Once more where a kept connection turns out to be dead, and else not", arguments: cases)
  func cut(test: Case) async throws {
    let requests = Counter()
    let (dead, die) = AsyncStream.makeStream(of: Never.self)
    let clock = try UpstreamEngine(UpstreamOptions())
    defer { clock.shutdown() }
    // More than the buffers of both sockets hold.
    let length = test.isStreamed ? 20 : 32 << 20
    try await ScriptedServer.run { connection in
      if test.isKept, connection.number == 0 {
        guard try await connection.request() != nil else { return }
        _ = requests.next()
        try await connection.answer("first")
      }
      guard try await connection.head() != nil else { return }
      _ = requests.next()
      if connection.number < test.cuts {
        defer { die.finish() }
        if test.delay > .zero { try await clock.passTime(test.delay) }
        try await connection.send(test.wire)
        try await connection.finish()
        // libcurl has read the end by then, and goes on sending.
        try await clock.passTime(.milliseconds(50))
        try await connection.reset()
      } else {
        var left = length
        while left > 0 { left -= try await connection.bytes(min(left, 1 << 20)).count }
        try await connection.answer("second")
      }
    } _: { server in
      try await withEngine { engine in
        if test.isKept {
          let first = try await engine.send(UpstreamRequest(method: "GET", url: server.url))
          #expect(first.head.status == 200)
        }
        let body = ByteBuffer(repeating: 0x78, count: length)
        var call = RecordedCall(
          UpstreamRequest(method: "POST", url: server.url, body: test.isStreamed ? .stream(length: length) : .bytes(body)), on: engine)
        if test.isStreamed {
          let half = ByteBuffer(repeating: 0x78, count: length / 2)
          call.call.write(half)
          for await _ in dead {}
          call.call.write(half)
          call.call.finishBody()
        }
        let (_, answer, error) = await call.rest()
        #expect(String(buffer: answer) == (test.isAnswered ? "second" : ""))
        #expect(error?.kind == (test.isAnswered ? nil : .reset) && error?.fault == (test.isAnswered ? nil : .vendor))
      }
      #expect(requests.count == test.requests)
    }
  }
}
