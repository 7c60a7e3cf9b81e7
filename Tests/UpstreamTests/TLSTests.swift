// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization
import Testing
import Upstream

@Suite(
  "TLS and HTTP/2", .serialized, .timeLimit(.minutes(1)),
  .enabled(if: NginxServer.isInstalled, "nginx and openssl are not installed"))
struct TLSTests {
  private func options(_ server: NginxServer) -> UpstreamOptions {
    var options = UpstreamOptions()
    options.certificateAuthorities = server.certificate
    options.offersHTTP2 = true
    return options
  }

  private func url(_ server: NginxServer, _ path: String) -> String { "https://127.0.0.1:\(server.port)\(path)" }

  @Test("A certificate that nobody vouches for is refused")
  func untrusted() async throws {
    try await NginxServer.run(http2: true) { server in
      try await withEngine { engine in
        let error = await engine.failure(of: UpstreamRequest(method: "GET", url: url(server, "/text")))
        #expect(error?.kind == .tls)
        #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
      }
    }
  }

  @Test("A certificate that has expired is refused, and the message says so")
  func expired() async throws {
    try await NginxServer.run(http2: true, days: -1) { server in
      try await withEngine(options(server)) { engine in
        let error = await engine.failure(of: UpstreamRequest(method: "GET", url: url(server, "/text")))
        #expect(error?.kind == .tls)
        #expect(error?.isRetryable == false)
        #expect(error?.message.contains("expired") == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test("A certificate for another name is refused")
  func anotherName() async throws {
    try await NginxServer.run(http2: true) { server in
      try await withEngine(options(server)) { engine in
        let error = await engine.failure(
          of: UpstreamRequest(method: "GET", url: "https://localhost:\(server.port)/text"))
        #expect(error?.kind == .tls)
      }
    }
  }

  @Test("An engine that stood still in the handshake for longer than the limit blames no vendor for it", arguments: [false, true])
  func standstill(http2: Bool) async throws {
    try await NginxServer.run(http2: http2) { server in
      try await withEngine(options(server)) { engine in
        let request = UpstreamRequest(method: "GET", url: url(server, "/text"), limits: UpstreamLimits(connect: .seconds(1)))
        let endings = try await engine.endings(of: request, count: 40, standstill: .seconds(2))
        #expect(endings.allSatisfy { $0 == nil }, "\(endings)")
      }
    }
  }

  @Test("The version follows from what both sides offer", arguments: [(true, true), (true, false), (false, true)])
  func version(serverOffers: Bool, weOffer: Bool) async throws {
    try await NginxServer.run(http2: serverOffers) { server in
      var options = options(server)
      options.offersHTTP2 = weOffer
      try await withEngine(options) { engine in
        let response = try await engine.send(
          UpstreamRequest(
            method: "POST", url: url(server, "/text"),
            headers: [("X-Mixed-Case", "1"), ("Authorization", "Bearer key")],
            body: .bytes(ByteBuffer(string: "{}"))))
        #expect(response.head.status == 200)
        #expect(response.head.version == (serverOffers && weOffer ? .http2 : .http1_1))
        #expect(response.head.headers["content-type"] == "text/plain")
      }
    }
  }

  @Test("A vendor that offers both is spoken to in HTTP/1.1, unless it is to be otherwise")
  func defaultVersion() async throws {
    try await NginxServer.run(http2: true) { server in
      var options = UpstreamOptions()
      options.certificateAuthorities = server.certificate
      try await withEngine(options) { engine in
        let response = try await engine.send(UpstreamRequest(method: "GET", url: url(server, "/text")))
        #expect(response.head.status == 200)
        #expect(response.head.version == .http1_1)
      }
    }
  }

  @Test("Requests share one HTTP/2 connection, from the first on")
  func multiplexing() async throws {
    try await NginxServer.run(http2: true) { server in
      try await withEngine(options(server)) { engine in
        let url = url(server, "/text")
        let connections = try await withThrowingTaskGroup(of: String.self) { group in
          for index in 0..<90 {
            group.addTask {
              let body = ByteBuffer(repeating: 0x78, count: index * 1500)
              return String(
                buffer: try await engine.send(UpstreamRequest(method: "POST", url: url, body: .bytes(body))).body)
            }
          }
          return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(connections.count == 1)
      }
    }
  }

  @Test("A streamed body goes up over HTTP/2")
  func upload() async throws {
    try await NginxServer.run(http2: true) { server in
      try await withEngine(options(server)) { engine in
        var call = RecordedCall(
          UpstreamRequest(method: "POST", url: url(server, "/text"), body: .stream(length: nil)), on: engine)
        for _ in 0..<40 {
          if !call.call.write(ByteBuffer(repeating: 0x78, count: 100_000)) {
            guard case .bodyWanted = await call.next() else { break }
          }
        }
        call.call.finishBody()
        let (head, _, error) = await call.rest()
        #expect(head?.status == 200)
        #expect(error == nil)
      }
    }
  }

  @Test("A vendor that answers without reading the body is heard", arguments: [true, false])
  func early(http2: Bool) async throws {
    try await NginxServer.run(http2: http2) { server in
      try await withEngine(options(server)) { engine in
        for _ in 0..<3 {
          let response = try await engine.send(
            UpstreamRequest(
              method: "POST", url: url(server, "/early"), body: .bytes(ByteBuffer(repeating: 0x78, count: 5_000_000))))
          #expect(String(buffer: response.body) == "early")
        }
      }
    }
  }

  @Test("A paused stream does not hold up the others, and comes whole in the end")
  func paused() async throws {
    try await NginxServer.run(http2: true) { server in
      try await withEngine(options(server)) { engine in
        var big = RecordedCall(UpstreamRequest(method: "GET", url: url(server, "/big")), on: engine)
        _ = await big.next()
        guard case .body(let first) = await big.next() else {
          Issue.record("no body")
          return
        }
        for _ in 0..<20 {
          let response = try await engine.send(UpstreamRequest(method: "GET", url: url(server, "/text")))
          #expect(response.head.status == 200)
        }
        big.call.acknowledge(bytes: first.readableBytes)
        let (_, body, error) = await big.rest()
        #expect(error == nil)
        #expect(first.readableBytes + body.readableBytes == 20 << 20)
      }
    }
  }

  @Test("A cancelled stream leaves its connection to the others")
  func cancelled() async throws {
    try await NginxServer.run(http2: true) { server in
      try await withEngine(options(server)) { engine in
        let before = try await engine.send(UpstreamRequest(method: "GET", url: url(server, "/text")))
        for _ in 0..<5 {
          var big = RecordedCall(UpstreamRequest(method: "GET", url: url(server, "/big")), on: engine)
          _ = await big.next()
          big.call.cancel()
        }
        let after = try await engine.send(UpstreamRequest(method: "GET", url: url(server, "/text")))
        #expect(before.body == after.body)
      }
    }
  }
}
