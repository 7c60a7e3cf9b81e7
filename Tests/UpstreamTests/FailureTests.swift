// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Testing
import Upstream

@Suite("What goes wrong", .timeLimit(.minutes(1)))
struct FailureTests {
  enum Ending: Sendable { case close, reset }

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let wire: String
    var ending = Ending.close
    let kind: UpstreamError.Kind
    var isRetryable = true
  }

  static let cases = [
    Case(testDescription: "closed before an answer", wire: "", kind: .reset),
    Case(testDescription: "reset before an answer", wire: "", ending: .reset, kind: .reset),
    Case(testDescription: "closed within the head", wire: "HTTP/1.1 200 OK\r\nX-A: b\r\n", kind: .reset),
    Case(testDescription: "reset within the head", wire: "HTTP/1.1 200 OK\r\nX-A: b", ending: .reset, kind: .reset),
    Case(
      testDescription: "closed within the body", wire: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
      kind: .truncated),
    Case(
      testDescription: "reset within the body", wire: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
      ending: .reset, kind: .truncated),
    Case(
      testDescription: "closed within a chunk",
      wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhello", kind: .truncated),
    Case(
      testDescription: "closed before the last chunk",
      wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", kind: .truncated),
    Case(
      testDescription: "a broken chunk size", wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello",
      kind: .truncated),
    Case(testDescription: "not HTTP", wire: "SSH-2.0-OpenSSH_9.2\r\n", kind: .protocol, isRetryable: false),
    Case(testDescription: "HTTP/0.9", wire: "<html>hello</html>", kind: .protocol, isRetryable: false),
    Case(
      testDescription: "no status, and a field that looks like one",
      wire: "HTTP/whatever\r\nTransfer-Encoding: chunked\r\nX: 200\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      kind: .protocol, isRetryable: false),
    Case(
      testDescription: "switching protocols", wire: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      kind: .protocol, isRetryable: false),
    Case(
      testDescription: "a header line without end",
      wire: "HTTP/1.1 200 OK\r\nX-Long: " + String(repeating: "a", count: 150 << 10), kind: .tooLarge,
      isRetryable: false),
    Case(
      testDescription: "headers without end",
      wire: "HTTP/1.1 200 OK\r\n" + String(repeating: "X-More: \(String(repeating: "a", count: 90))\r\n", count: 4000),
      kind: .tooLarge, isRetryable: false),
  ]

  @Test("A vendor that misbehaves", arguments: cases)
  func vendor(test: Case) async throws {
    try await ScriptedServer.run { connection in
      guard try await connection.request() != nil else { return }
      try await connection.send(test.wire)
      switch test.ending {
      case .close: break
      case .reset: try await connection.reset()
      }
    } _: { server in
      let error = try await withEngine { engine in
        await engine.failure(
          of: UpstreamRequest(
            method: "POST", url: server.url + "/v1?key=secret", headers: [("Authorization", "Bearer secret")],
            body: .bytes(ByteBuffer(string: "secret"))))
      }
      #expect(error?.kind == test.kind)
      #expect(error?.fault == .vendor)
      #expect(error?.isRetryable == test.isRetryable)
      #expect(error?.message.contains("secret") == false)
    }
  }

  @Test("What came before the break is delivered")
  func truncatedBody() async throws {
    try await ScriptedServer.run { connection in
      guard try await connection.request() != nil else { return }
      try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    } _: { server in
      try await withEngine { engine in
        var call = RecordedCall(UpstreamRequest(method: "GET", url: server.url), on: engine)
        let (head, body, error) = await call.rest()
        #expect(head?.status == 200)
        #expect(String(buffer: body) == "hello")
        #expect(error?.kind == .truncated)
      }
    }
  }

  @Test("A refused connection says where, why, and what to check")
  func refused() async throws {
    // A port that was free a moment ago.
    let listener = try await ServerBootstrap(group: loops).bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    try await listener.close()
    let error = try await withEngine { engine in
      await engine.failure(of: UpstreamRequest(method: "GET", url: "http://user:secret@127.0.0.1:\(port)/secret"))
    }
    #expect(error?.kind == .connect)
    #expect(error?.isRetryable == true)
    #expect(
      error?.message
        == "could not connect to 127.0.0.1:\(port) (connection refused): is the vendor running, is the port right?")
  }

  @Test("TLS to a port that speaks something else")
  func notTLS() async throws {
    try await ScriptedServer.run { connection in
      _ = try await connection.bytes(1)
      try await connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
      _ = await connection.waitForClose()
    } _: { server in
      let error = try await withEngine { engine in
        await engine.failure(of: UpstreamRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
      }
      #expect(error?.kind == .tls)
      #expect(error?.isRetryable == false)
    }
  }

  @Test("A kept-alive connection that dies is replaced: the request goes out again", arguments: [false, true])
  func staleConnection(streamsBody: Bool) async throws {
    try await ScriptedServer.run { connection in
      guard try await connection.request() != nil else { return }
      try await connection.answer("first")
      // Takes the second request of this connection, and does not answer it.
      _ = try await connection.request()
    } _: { server in
      try await withEngine { engine in
        for _ in 0..<3 {
          let body = UpstreamRequest.Body.bytes(ByteBuffer(string: "body"))
          var call = RecordedCall(
            UpstreamRequest(method: "POST", url: server.url, body: streamsBody ? .stream(length: 4) : body), on: engine)
          if streamsBody {
            call.call.write(ByteBuffer(string: "bo"))
            call.call.write(ByteBuffer(string: "dy"))
            call.call.finishBody()
          }
          let (_, received, error) = await call.rest()
          #expect(error == nil)
          #expect(String(buffer: received) == "first")
        }
      }
      #expect(server.connections.count == 3)
    }
  }

  @Test(
    "No kind is without a fault, and only what may pass by itself is retryable", arguments: UpstreamError.Kind.allCases)
  func kinds(kind: UpstreamError.Kind) {
    let error = UpstreamError(kind, "text")
    #expect(error.description == "\(kind.rawValue): text")
    if error.fault == .client { #expect(!error.isRetryable) }
  }
}
