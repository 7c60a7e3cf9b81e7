// SPDX-License-Identifier: Apache-2.0
import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Upstream

@Suite("Answers that wait for a busy event loop", .timeLimit(.minutes(1)))
struct WaitingAnswersTests {
  private typealias Ending = (name: String, pieces: [ByteBuffer], error: UpstreamError?)

  /// Keeps the pieces in which the body is told.
  private final class Reader: UpstreamHandler {
    let name: String
    let ended: AsyncStream<Ending>.Continuation
    let pieces = Mutex<[ByteBuffer]>([])

    init(_ name: String, _ ended: AsyncStream<Ending>.Continuation) { (self.name, self.ended) = (name, ended) }

    func upstreamHead(_ head: UpstreamHead) {}
    func upstreamBody(_ bytes: ByteBuffer) { pieces.withLock { $0.append(bytes) } }
    func upstreamEnd() { ended.yield((name, pieces.withLock { $0 }, nil)) }
    func upstreamFailed(_ error: UpstreamError) { ended.yield((name, pieces.withLock { $0 }, error)) }
  }

  private static func letters(of name: String) -> [UInt8] { (0..<1_000).map { UInt8(ascii: "a") + UInt8(($0 + name.utf8.count) % 23) } }

  /// An event for each would be as many as their bytes: memory, and time for whoever puts them in their order.
  @Test("which come byte by byte, and meanwhile, are told in one piece each, and come whole")
  func joined() async throws {
    let names = ["/1", "/22", "/333"]
    let read = Meeting(of: names.count + 1)
    try await ScriptedServer.run { connection in
      guard let name = try await connection.request()?.target else { return }
      try await connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
      for letter in Self.letters(of: name) { try await connection.send(Array("1\r\n".utf8) + [letter] + Array("\r\n".utf8)) }
      try await connection.send("0\r\n\r\n")
      _ = await connection.waitForClose()
      await read.arrive()
    } _: { server in
      let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
      try await withEngine { engine in
        let (ended, end) = AsyncStream.makeStream(of: Ending.self)
        let gate = DispatchSemaphore(value: 0)
        group.next().execute { gate.wait() }
        for name in names { _ = engine.start(UpstreamRequest(method: "GET", url: server.url + name), on: group.next(), handler: Reader(name, end)) }
        await read.arrive()
        gate.signal()
        var left = names.count
        for await (name, pieces, error) in ended {
          #expect(error == nil)
          #expect(pieces.count == 1)
          #expect(pieces.flatMap(\.readableBytesView) == Self.letters(of: name))
          left -= 1
          if left == 0 { break }
        }
      }
      try await group.shutdownGracefully()
    }
  }
}
