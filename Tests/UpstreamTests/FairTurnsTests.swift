// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Upstream

@Suite("Turns of one event loop", .timeLimit(.minutes(1)))
struct FairTurnsTests {
  /// Takes its time at the end, and says whose it was.
  private final class Judge: UpstreamHandler {
    let name: String
    let work: Duration
    let ended: AsyncStream<String>.Continuation

    init(_ name: String, _ work: Duration, _ ended: AsyncStream<String>.Continuation) { (self.name, self.work, self.ended) = (name, work, ended) }

    func upstreamHead(_ head: UpstreamHead) {}
    func upstreamBody(_ bytes: ByteBuffer) {}
    func upstreamFailed(_ error: UpstreamError) { ended.yield("failed") }

    func upstreamEnd() {
      let start = ContinuousClock.now
      while .now - start < work {}
      ended.yield(name)
    }
  }

  enum Crowd: CaseIterable { case ofOneHolder, ofOneVendor, ofManyAtTheSameVendor }

  /// The last one's answer comes while the first is judged: without turns it is told behind all of them.
  @Test("Answers that take long to judge, and end together, keep others' waiting for one of them, not for all", arguments: Crowd.allCases)
  func answersOfOthers(crowd: Crowd) async throws {
    let many = 20
    let (ended, end) = AsyncStream.makeStream(of: String.self)
    let (asked, answered) = (Meeting(of: many + 1), Meeting(of: many + 1))
    try await ScriptedServer.run { connection in
      let isShort = try await connection.request()?.target == "/short"
      await asked.arrive()
      if isShort { await answered.arrive() }
      try await connection.answer("x")
      if !isShort { await answered.arrive() }
      _ = await connection.waitForClose()
    } _: { server in
      let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
      try await withEngine { engine in
        for number in 0...many {
          let (name, work) = number < many ? ("long", Duration.milliseconds(20)) : ("short", .zero)
          let whose: UInt64 = number < many ? 1 : 2
          let holder = crowd == .ofOneHolder ? whose : UInt64(crowd == .ofOneVendor ? number : number % 4)
          let request = UpstreamRequest(
            method: "GET", url: "\(server.url)/\(name)", holder: number < many ? holder : 99, vendor: crowd == .ofOneVendor ? whose : 0)
          _ = engine.start(request, on: group.next(), handler: Judge(name, work, end))
        }
        var order: [String] = []
        for await name in ended {
          order.append(name)
          if order.count == many + 1 { break }
        }
        #expect(order.count { $0 == "long" } == many)
        #expect(order.firstIndex(of: "short").map { $0 < many / 2 } == true, "\(order)")
      }
      try await group.shutdownGracefully()
    }
  }
}
