// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing
import Upstream

@Suite("What a vendor sends behind a complete answer", .timeLimit(.minutes(1)))
struct LateBytesTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var method = "GET"
    /// What is sent at once.
    let answer: String
    /// What is sent when the client has seen the answer, or its head.
    let late: String
    /// The answer is complete only with the first of the late bytes.
    var endsLate = false
  }

  private static let other = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nothers"
  private static let whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  static let cases = [
    Case(testDescription: "an answer", answer: whole, late: other),
    Case(
      testDescription: "an answer in the packet of the body's end", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
      late: "ok" + other, endsLate: true),
    Case(
      testDescription: "an answer behind chunks",
      answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", late: other),
    Case(testDescription: "a 408 for the time between two requests", answer: whole, late: "HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"),
    Case(testDescription: "a line end", answer: whole, late: "\r\n"),
    Case(
      testDescription: "the body of an answer to HEAD", method: "HEAD",
      answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n", late: "others"),
    Case(
      testDescription: "an answer in the body of one to HEAD", method: "HEAD",
      answer: "HTTP/1.1 200 OK\r\nContent-Length: \(other.utf8.count)\r\n\r\n", late: other),
    Case(
      testDescription: "the body of a 204", answer: "HTTP/1.1 204 No Content\r\nContent-Length: \(other.utf8.count)\r\n\r\n",
      late: other),
    Case(
      testDescription: "the body of a 304", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: \(other.utf8.count)\r\n\r\n",
      late: other),
  ]

  @Test("A request that waits for the connection does not get what comes behind the answer that it waits for")
  func queued() async throws {
    let (seen, see) = AsyncStream.makeStream(of: Never.self)
    try await ScriptedServer.run { connection in
      guard connection.number == 0 else {
        while try await connection.request() != nil { try await connection.answer("own") }
        return
      }
      _ = try await connection.request()
      try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
      for await _ in seen {}
      try await connection.send("ok" + Self.other)
      _ = await connection.waitForClose()
    } _: { server in
      var options = UpstreamOptions()
      options.connectionsPerHost = 1
      try await withEngine(options) { engine in
        var first = RecordedCall(UpstreamRequest(method: "GET", url: server.url), on: engine)
        guard case .head = await first.next() else {
          Issue.record("no head")
          return
        }
        var second = RecordedCall(UpstreamRequest(method: "POST", url: server.url, body: .bytes(ByteBuffer(string: "body"))), on: engine)
        see.finish()
        let (_, body, error) = await first.rest()
        #expect(error == nil && String(buffer: body) == "ok")
        let (_, own, failure) = await second.rest()
        #expect(failure == nil && String(buffer: own) == "own")
      }
    }
  }

  static let next: [UpstreamRequest.Body] = [.none, .bytes(ByteBuffer(string: "body")), .stream(length: nil)]

  /// The bytes are there before the next request is made: it is up to the client to see them.
  @Test("The next request gets its own answer, on a connection of its own", arguments: cases, next)
  func late(test: Case, body: UpstreamRequest.Body) async throws {
    let (seen, see) = AsyncStream.makeStream(of: Never.self)
    let (sent, send) = AsyncStream.makeStream(of: Never.self)
    try await ScriptedServer.run { connection in
      guard connection.number == 0 else {
        while try await connection.request() != nil { try await connection.answer("own") }
        return
      }
      _ = try await connection.request()
      try await connection.send(test.answer)
      for await _ in seen {}
      try await connection.send(test.late)
      send.finish()
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        var first = RecordedCall(UpstreamRequest(method: test.method, url: server.url), on: engine)
        if test.endsLate {
          guard case .head = await first.next() else {
            Issue.record("no head")
            return
          }
          see.finish()
        }
        let (_, _, error) = await first.rest()
        #expect(error == nil)
        see.finish()
        for await _ in sent {}
        for _ in 0..<2 {
          var call = RecordedCall(UpstreamRequest(method: "POST", url: server.url, body: body), on: engine)
          if case .stream = body {
            call.call.write(ByteBuffer(string: "body"))
            call.call.finishBody()
          }
          let (head, bytes, error) = await call.rest()
          #expect(error == nil && head?.status == 200)
          #expect(String(buffer: bytes) == "own")
        }
      }
      #expect(server.connections.count == 2)
    }
  }

  @Test("However many connections are soiled, none of them is used, and no request fails for it")
  func many() async throws {
    let count = 12
    let served = Counter()
    let (ready, allServed) = AsyncStream.makeStream(of: Never.self)
    let (sent, send) = AsyncStream.makeStream(of: Void.self)
    let (seen, see) = AsyncStream.makeStream(of: Never.self)
    try await ScriptedServer.run { connection in
      guard connection.number < count else {
        while try await connection.request() != nil { try await connection.answer("own") }
        return
      }
      _ = try await connection.request()
      if served.next() == count - 1 { allServed.finish() }
      for await _ in ready {}
      try await connection.send(LateBytesTests.whole)
      for await _ in seen {}
      try await connection.send(LateBytesTests.other)
      send.yield()
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        try await withThrowingTaskGroup(of: String.self) { group in
          for _ in 0..<count {
            group.addTask { String(buffer: try await engine.send(UpstreamRequest(method: "GET", url: server.url)).body) }
          }
          for try await body in group { #expect(body == "ok") }
        }
        see.finish()
        var soiled = sent.makeAsyncIterator()
        for _ in 0..<count { _ = await soiled.next() }
        let response = try await engine.send(UpstreamRequest(method: "GET", url: server.url))
        #expect(String(buffer: response.body) == "own")
      }
    }
  }

  @Test("An answer whose first field is folded, again and again on one engine, ends no more than its own call")
  func foldedFirstField() async throws {
    try await ScriptedServer.run { connection in
      while let request = try await connection.request() {
        if request.target == "/folded" {
          try await connection.send("HTTP/1.1 200 OK\r\n X-Long: \(String(repeating: "a", count: 300))\r\nContent-Length: 2\r\n\r\nok")
        } else {
          try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Last: a\r\n\r\nok")
        }
      }
    } _: { server in
      var options = UpstreamOptions()
      options.pooledHandles = 1
      try await withEngine(options) { engine in
        for _ in 0..<3 {
          let whole = try await engine.send(UpstreamRequest(method: "GET", url: server.url))
          #expect(whole.head.status == 200)
          var call = RecordedCall(UpstreamRequest(method: "GET", url: server.url + "/folded"), on: engine)
          let (head, _, error) = await call.rest()
          #expect(head == nil && error?.kind == .protocol && error?.fault == .vendor)
        }
      }
    }
  }
}
