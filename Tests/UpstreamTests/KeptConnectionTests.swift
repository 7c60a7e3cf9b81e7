// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization
import Testing
import Upstream

/// Connections that are kept for the next request.
@Suite("Kept connections", .timeLimit(.minutes(1)))
struct KeptConnectionTests {
  @Test("A request that the vendor had for a while is not sent again when the connection then ends without an answer")
  func sentOnce() async throws {
    let requests = Counter()
    let clock = try UpstreamEngine(UpstreamOptions())
    defer { clock.shutdown() }
    try await ScriptedServer.run { connection in
      // libcurl may connect once more before it is told not to send.
      guard try await connection.request() != nil else { return }
      _ = requests.next()
      try await connection.answer("first")
      guard try await connection.request() != nil else { return }
      _ = requests.next()
      try await clock.passTime(.milliseconds(1200))
    } _: { server in
      try await withEngine { engine in
        let request = UpstreamRequest(method: "POST", url: server.url, body: .bytes(ByteBuffer(string: "body")))
        let first = try await engine.send(request)
        #expect(first.head.status == 200)
        let error = await engine.failure(of: request)
        #expect(error?.kind == .reset && error?.fault == .vendor)
      }
      #expect(requests.count == 2)
    }
  }

  @Test("A connection that a client has authenticated is no other request's", arguments: ["NTLM TlRMTVNT", " negotiate YII=", "Bearer key"])
  func authenticated(credential: String) async throws {
    try await ScriptedServer.run { connection in
      while try await connection.request() != nil { try await connection.answer("\(connection.number)") }
    } _: { server in
      try await withEngine { engine in
        let plain = UpstreamRequest(method: "GET", url: server.url)
        var own = plain
        own.headers = [("Authorization", credential)]
        var connections: [ByteBuffer] = []
        for request in [plain, own, plain] { connections.append(try await engine.send(request).body) }
        #expect(connections[2] == connections[0] && (connections[1] == connections[0]) == credential.hasPrefix("Bearer"))
      }
    }
  }

  @Test("Beyond a total, the one that was idle for longest makes room: vendors in turn use up no descriptors")
  func total() async throws {
    let open = Mutex((now: 0, most: 0))
    let count = 12
    try await Self.servers(count) { connection in
      open.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      defer { open.withLock { $0.now -= 1 } }
      while try await connection.request() != nil { try await connection.answer("ok") }
    } _: { servers in
      var options = UpstreamOptions()
      options.idleConnections = 3
      try await withEngine(options) { engine in
        for _ in 0..<2 {
          for server in servers {
            let response = try await engine.send(UpstreamRequest(method: "GET", url: server.url))
            #expect(response.head.status == 200)
          }
        }
      }
    }
    // A server may hear of a close only after the next connection came.
    let most = open.withLock { $0.most }
    #expect(most <= 6, "\(most) of \(count)")
  }

  @Test("However few idle ones are kept, a request waits for none that is in use; afterwards so few are left")
  func inUse() async throws {
    let calls = 8
    // None is answered before all have come.
    let meeting = Meeting(of: calls)
    let connections = try await ScriptedServer.run { connection in
      while try await connection.request() != nil {
        await meeting.arrive()
        try await connection.answer("ok")
      }
    } _: { server in
      var options = UpstreamOptions()
      options.idleConnections = 2
      try await withEngine(options) { engine in
        for _ in 0..<2 {
          try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<calls {
              tasks.addTask {
                let response = try await engine.send(UpstreamRequest(method: "GET", url: server.url))
                #expect(response.head.status == 200)
              }
            }
            try await tasks.waitForAll()
          }
        }
      }
      return server.connections.count
    }
    // libcurl may end several at once, before it is told that fewer are in use.
    #expect(connections >= 2 * calls - 4, "\(connections)")
  }

  @Test("An answer that is paused, on a connection that was used before, is no byte that came unasked")
  func paused() async throws {
    let text = String(repeating: "x", count: 300_000)
    try await ScriptedServer.run { connection in
      while try await connection.request() != nil { try await connection.answer(text) }
    } _: { server in
      var options = UpstreamOptions()
      options.window = 16 << 10
      try await withEngine(options) { engine in
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          for _ in 0..<4 {
            tasks.addTask {
              for _ in 0..<150 {
                let response = try await engine.send(UpstreamRequest(method: "GET", url: server.url))
                #expect(response.body.readableBytes == text.utf8.count)
              }
            }
          }
          try await tasks.waitForAll()
        }
      }
    }
  }

  /// So many servers that do the same.
  private static func servers(
    _ count: Int, _ script: @escaping @Sendable (ServerConnection) async throws -> Void, started: [ScriptedServer] = [],
    _ body: @escaping @Sendable ([ScriptedServer]) async throws -> Void
  ) async throws {
    guard started.count < count else { return try await body(started) }
    try await ScriptedServer.run(script) { server in try await servers(count, script, started: started + [server], body) }
  }
}

/// All go on once so many have come.
actor Meeting {
  private let count: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(of count: Int) { self.count = count }

  func arrive() async {
    await withCheckedContinuation { continuation in
      waiting.append(continuation)
      guard waiting.count == count else { return }
      for continuation in waiting { continuation.resume() }
      waiting = []
    }
  }
}
