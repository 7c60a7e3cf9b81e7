// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing
import Upstream

@Suite("Limits", .timeLimit(.minutes(1)))
struct LimitTests {
  /// Runs a call to a server with `script` and returns how it failed, and after how long.
  private func failure(
    _ limits: UpstreamLimits, scheme: String = "http", body: UpstreamRequest.Body = .none,
    _ script: @escaping @Sendable (ServerConnection) async throws -> Void
  ) async throws -> (error: UpstreamError?, after: Duration) {
    try await ScriptedServer.run(script) { server in
      try await withEngine { engine in
        let start = ContinuousClock.now
        let error = await engine.failure(
          of: UpstreamRequest(
            method: "POST", url: "\(scheme)://127.0.0.1:\(server.port)/", body: body, limits: limits))
        return (error, .now - start)
      }
    }
  }

  @Test(
    "A vendor that accepts and says nothing",
    arguments: [
      UpstreamRequest.Body.none, .bytes(ByteBuffer(string: "{}")), .bytes(ByteBuffer(repeating: 0, count: 99_999)),
    ])
  func firstByte(body: UpstreamRequest.Body) async throws {
    let (error, time) = try await failure(UpstreamLimits(firstByte: .milliseconds(150)), body: body) { connection in
      _ = await connection.waitForClose()
    }
    #expect(error?.kind == .firstByteTimeout)
    #expect(error?.isRetryable == true)
    #expect(error?.message.contains("within 150 ms") == true)
    #expect(time >= .milliseconds(150))
    #expect(time < .seconds(5))
  }

  @Test("A head that stops half way has not answered")
  func slowHead() async throws {
    let (error, _) = try await failure(UpstreamLimits(firstByte: .milliseconds(150), idle: .seconds(600))) {
      connection in
      try await connection.send("HTTP/1.1 200 OK\r\nX-A: b\r\n")
      _ = await connection.waitForClose()
    }
    #expect(error?.kind == .firstByteTimeout)
  }

  @Test("A head that comes line by line has one time for all of them")
  func drippedHead() async throws {
    let (error, time) = try await failure(UpstreamLimits(firstByte: .milliseconds(300), idle: .seconds(600))) { connection in
      try await connection.send("HTTP/1.1 200 OK\r\n")
      for _ in 0..<200 {
        try await withEngine { try await $0.passTime(.milliseconds(50)) }
        do { try await connection.send("X-A: b\r\n") } catch { return }
      }
    }
    #expect(error?.kind == .firstByteTimeout)
    #expect(time < .seconds(5))
  }

  @Test("A body that stops")
  func idle() async throws {
    let limits = UpstreamLimits(firstByte: .seconds(600), idle: .milliseconds(150))
    let (error, time) = try await failure(limits) { connection in
      try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
      _ = await connection.waitForClose()
    }
    #expect(error?.kind == .idleTimeout)
    #expect(error?.message.contains("for 150 ms") == true)
    #expect(time >= .milliseconds(150))
  }

  @Test("A body that goes on outlives the idle limit")
  func notIdle() async throws {
    let (longestGap, gaps) = AsyncStream.makeStream(of: Duration.self)
    try await ScriptedServer.run { connection in
      guard try await connection.request() != nil else { return }
      try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
      var longest = Duration.zero
      for _ in 0..<8 {
        let start = ContinuousClock.now
        try await withEngine { try await $0.passTime(.milliseconds(100)) }
        longest = max(longest, .now - start)
        try? await connection.send("x")
      }
      gaps.yield(longest)
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        let limits = UpstreamLimits(firstByte: .seconds(5), idle: .milliseconds(500))
        var call = RecordedCall(UpstreamRequest(method: "GET", url: server.url, limits: limits), on: engine)
        let (_, body, error) = await call.rest()
        // On a busy machine the server itself may have been too slow.
        let gap = await longestGap.first { _ in true } ?? .zero
        if gap < .milliseconds(400) {
          #expect(error == nil)
          #expect(body.readableBytes == 8)
        }
      }
    }
  }

  @Test("A TLS handshake that does not come counts as connecting")
  func connect() async throws {
    let (error, _) = try await failure(UpstreamLimits(connect: .milliseconds(150)), scheme: "https") { connection in
      _ = await connection.waitForClose()
    }
    #expect(error?.kind == .connectTimeout)
    #expect(error?.message.contains("within 150 ms") == true)
  }

  @Test("A reader who pauses does not run into the idle limit")
  func paused() async throws {
    try await ScriptedServer.run { connection in
      guard try await connection.request() != nil else { return }
      try await connection.answer(String(repeating: "x", count: 200_000))
      _ = await connection.waitForClose()
    } _: { server in
      var options = UpstreamOptions()
      options.window = 1024
      try await withEngine(options) { engine in
        let limits = UpstreamLimits(idle: .milliseconds(700))
        var call = RecordedCall(UpstreamRequest(method: "GET", url: server.url, limits: limits), on: engine)
        _ = await call.next()
        guard case .body(let bytes) = await call.next() else {
          Issue.record("no body")
          return
        }
        try await engine.passTime(.milliseconds(1000))
        call.call.acknowledge(bytes: bytes.readableBytes)
        let (_, body, error) = await call.rest()
        #expect(error == nil)
        #expect(bytes.readableBytes + body.readableBytes == 200_000)
      }
    }
  }

  @Test("The vendor's time begins once it has all of a long body")
  func longUpload() async throws {
    let (waits, wait) = AsyncStream.makeStream(of: Duration.self)
    let count = 24 << 20
    try await ScriptedServer.run { connection in
      defer { wait.finish() }
      guard try await connection.head() != nil else { return }
      for _ in 0..<8 {
        try await withEngine { try await $0.passTime(.milliseconds(150)) }
        _ = try await connection.bytes(count / 8)
      }
      let start = ContinuousClock.now
      try await withEngine { try await $0.passTime(.milliseconds(750)) }
      wait.yield(.now - start)
      try? await connection.answer("ok")
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        let limits = UpstreamLimits(firstByte: .milliseconds(1500))
        var call = RecordedCall(
          UpstreamRequest(method: "POST", url: server.url, body: .bytes(ByteBuffer(repeating: 0x20, count: count)), limits: limits), on: engine)
        let (_, body, error) = await call.rest()
        // On a busy machine the server itself may have been too slow.
        let waited = await waits.first { _ in true } ?? .zero
        if waited < .milliseconds(1300) { #expect(error == nil && String(buffer: body) == "ok") }
      }
    }
  }

  @Test("A client who is slow to write its body does not run into the first-byte limit")
  func slowUpload() async throws {
    try await ScriptedServer.run { connection in
      while try await connection.request() != nil { try await connection.answer("ok") }
    } _: { server in
      try await withEngine { engine in
        let limits = UpstreamLimits(firstByte: .milliseconds(700))
        var call = RecordedCall(
          UpstreamRequest(method: "POST", url: server.url, body: .stream(length: nil), limits: limits), on: engine)
        call.call.write(ByteBuffer(string: "part"))
        try await engine.passTime(.milliseconds(1000))
        call.call.finishBody()
        let (_, body, error) = await call.rest()
        #expect(error == nil)
        #expect(String(buffer: body) == "ok")
      }
    }
  }

  @Test("An engine that stood still for longer than the limit ends no call whose vendor went on, however many there are")
  func standstill() async throws {
    let goesOn = loops.next().makePromise(of: Void.self)
    let sent = Counter()
    let count = 300
    try await ScriptedServer.run { connection in
      guard let request = try await connection.request() else { return }
      if request.target == "/hold" { return try await connection.answer("ok") }
      try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
      try await goesOn.futureResult.get()
      try await connection.send("x")
      _ = sent.next()
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        let limits = UpstreamLimits(idle: .seconds(3))
        var calls = (0..<count).map { _ in RecordedCall(UpstreamRequest(method: "GET", url: server.url, limits: limits), on: engine) }
        for index in calls.indices {
          if case .head = await calls[index].next() {} else { Issue.record("no head") }
        }
        let loop = HeldLoop()
        defer { loop.letGo() }
        let holder = engine.start(UpstreamRequest(method: "GET", url: server.url + "/hold"), on: loop, handler: Recorder())
        for await _ in loop.holds.stream {}
        goesOn.succeed()
        try await withEngine { try await $0.passTime(.seconds(4)) }
        while sent.count < count { await Task.yield() }
        loop.letGo()
        for index in calls.indices {
          let (_, body, error) = await calls[index].rest()
          #expect(error == nil && body.readableBytes == 1)
        }
        holder.cancel()
      }
    }
  }

  @Test("An engine that stood still while connections were being made ends those that nobody completes, as ever")
  func standstillConnecting() async throws {
    try await ScriptedServer.run({ connection in _ = await connection.waitForClose() }) { server in
      try await withEngine { engine in
        let request = UpstreamRequest(
          method: "GET", url: "https://127.0.0.1:\(server.port)/", limits: UpstreamLimits(connect: .seconds(1)))
        let start = ContinuousClock.now
        let endings = try await engine.endings(of: request, count: 40, standstill: .seconds(2))
        #expect(endings.allSatisfy { $0?.kind == .connectTimeout })
        #expect(.now - start < .seconds(30))
      }
    }
  }

  @Test("Many calls with their own limits each end at theirs")
  func many() async throws {
    try await ScriptedServer.run({ connection in _ = await connection.waitForClose() }) { server in
      try await withEngine { engine in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for index in 0..<50 {
            group.addTask {
              let limit = Duration.milliseconds(50 + index * 5)
              let start = ContinuousClock.now
              let error = await engine.failure(
                of: UpstreamRequest(method: "GET", url: server.url, limits: UpstreamLimits(firstByte: limit)))
              #expect(error?.kind == .firstByteTimeout)
              #expect(.now - start >= limit)
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }
}
