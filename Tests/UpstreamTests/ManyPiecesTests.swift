// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization
import Testing
import Upstream

@Suite("Answers in pieces of one byte", .timeLimit(.minutes(1)))
struct ManyPiecesTests {
  private typealias Ending = (name: String, body: ByteBuffer, error: UpstreamError?)

  /// Keeps the body, and says how it ended.
  private final class Reader: UpstreamHandler {
    let name: String
    let ended: AsyncStream<Ending>.Continuation
    let body = Mutex(ByteBuffer())

    init(_ name: String, _ ended: AsyncStream<Ending>.Continuation) { (self.name, self.ended) = (name, ended) }

    func upstreamHead(_ head: UpstreamHead) {}
    func upstreamBody(_ bytes: ByteBuffer) { _ = body.withLock { $0.writeImmutableBuffer(bytes) } }
    func upstreamEnd() { ended.yield((name, body.withLock { $0 }, nil)) }
    func upstreamFailed(_ error: UpstreamError) { ended.yield((name, body.withLock { $0 }, error)) }
  }

  private static func chunks(_ body: some Sequence<UInt8>) -> [UInt8] {
    body.flatMap { Array("1\r\n".utf8) + [$0] + Array("\r\n".utf8) } + Array("0\r\n\r\n".utf8)
  }

  /// More pieces than one turn has room for.
  private static let letters = (0..<10_000).map { UInt8(ascii: "a") + UInt8($0 % 23) }

  /// All answers are there when the engine looks, and the short one came last: without turns it is told behind all of them.
  @Test("keep those of others waiting for a part of each only, and come whole")
  func others() async throws {
    let many = 20
    let (asked, held, sent, allSent) = (Meeting(of: many + 2), Meeting(of: many + 2), Meeting(of: many + 1), Meeting(of: many + 2))
    try await ScriptedServer.run { connection in
      let isShort = try await connection.request()?.target == "/short"
      await asked.arrive()
      await held.arrive()
      if isShort {
        await sent.arrive()
        try await connection.answer("x")
      } else {
        try await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try await connection.send(Self.chunks(Self.letters))
        await sent.arrive()
      }
      await allSent.arrive()
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        let (ended, end) = AsyncStream.makeStream(of: Ending.self)
        // One loop, which is told of all of them in the order in which the engine has them.
        let loop = loops.next()
        for name in Array(repeating: "long", count: many) + ["short"] {
          _ = engine.start(UpstreamRequest(method: "GET", url: "\(server.url)/\(name)"), on: loop, handler: Reader(name, end))
        }
        await asked.arrive()
        let hold = HeldLoop()
        defer { hold.letGo() }
        // Without a URL a call fails at once: who is told of that holds the engine.
        _ = engine.start(UpstreamRequest(method: "GET", url: ""), on: hold, handler: Recorder())
        for await _ in hold.holds.stream {}
        await held.arrive()
        await allSent.arrive()
        hold.letGo()
        var order: [String] = []
        for await (name, body, error) in ended {
          order.append(name)
          #expect(error == nil)
          #expect(body.readableBytesView.elementsEqual(name == "short" ? [UInt8(ascii: "x")] : Self.letters))
          if order.count == many + 1 { break }
        }
        #expect(order.firstIndex(of: "short").map { $0 < many / 2 } == true, "\(order)")
      }
    }
  }
}
