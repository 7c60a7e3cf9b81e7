// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import NIOCore
import Simulator
import Synchronization
import Testing

/// An upgrade under load: a second instance listens at the same port, the first is asked to stop, and no exchange is lost.
@Suite(.timeLimit(.minutes(2))) struct TakeOverFlowTests {
  /// What clients counted.
  struct Counts: Sendable {
    var whole = 0
    var broken = 0
    /// The connection ended before a byte of an answer: it had not been taken over by anybody yet.
    var unanswered = 0
  }

  /// One client: a stream on a connection of its own, again and again.
  private static func client(_ port: Int, until stop: StopFlag, _ counts: Tally) async {
    while !stop.isSet {
      do {
        try await RawConnection.with(port: port) { reader, writer in
          try await writer.write(request(headers: ["Connection: close"], body: FlowTests.body("hello", stream: true)))
          guard let head = try? await reader.head() else { return counts.add { $0.unanswered += 1 } }
          let rest = (try? await reader.rest()) ?? []
          let isWhole = head.status == 200 && rest.suffix(5).elementsEqual("0\r\n\r\n".utf8)
          counts.add { if isWhole { $0.whole += 1 } else { $0.broken += 1 } }
        }
      } catch {
        counts.add { $0.unanswered += 1 }
      }
    }
  }

  final class StopFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
  }

  final class Tally: Sendable {
    private let counts = Mutex(Counts())
    var value: Counts { counts.withLock { $0 } }
    func add(_ change: (inout Counts) -> Void) { counts.withLock { change(&$0) } }

    /// Waits for so many more whole answers.
    func wait(for more: Int) async {
      let goal = value.whole + more
      while value.whole < goal { await Task.yield() }
    }
  }

  @Test("the second instance takes the port, the first ends what it has: every exchange that began is whole and has its record")
  func takeOver() async throws {
    var options = SimulatorOptions()
    options.pace = .milliseconds(2)
    let vendor = try await SimulatorServer.start(options)
    let (counts, stop) = (Tally(), StopFlag())
    let lines = [RunningProxy.Lines(keeps: false), RunningProxy.Lines(keeps: false)]
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let (ports, tellPort) = AsyncStream<Int>.makeStream()
    let (stops, stopFirst) = AsyncStream<Void>.makeStream()
    let first = Task {
      try await RunningProxy.with(vendors: vendors, lines: lines[0], adjust: { $0.reusesPort = true }) { proxy in
        tellPort.yield(proxy.port)
        for await _ in stops { break }
      }
    }
    let port = try #require(await ports.first { _ in true })
    let clients = Task {
      await withDiscardingTaskGroup { tasks in
        for _ in 0..<16 { tasks.addTask { await Self.client(port, until: stop, counts) } }
      }
    }
    await counts.wait(for: 50)
    let adjust: @Sendable (inout BelayConfiguration) -> Void = {
      $0.reusesPort = true
      $0.listen.port = port
    }
    try await RunningProxy.with(vendors: vendors, lines: lines[1], adjust: adjust) { second in
      #expect(second.port == port)
      await counts.wait(for: 50)
      stopFirst.finish()
      try await first.value
      let before = lines[1].count
      await counts.wait(for: 50)
      #expect(lines[1].count > before, "the second serves alone")
      stop.set()
      await clients.value
    }
    let seen = counts.value
    #expect(seen.broken == 0, "\(seen)")
    #expect(lines[0].count > 0 && lines[0].count + lines[1].count == seen.whole, "\(lines.map(\.count)) records for \(seen)")
    // What stood in the first one's queue when it closed: the kernel resets it, unless tcp_migrate_req is on.
    #expect(seen.unanswered <= 16, "\(seen)")
    await vendor.stop()
  }

  @Test("without the setting, a second instance is told that the port is in use")
  func taken() async throws {
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: "http://127.0.0.1:1/v1")]
    try await RunningProxy.with(vendors: vendors) { first in
      let error = await #expect(throws: ListenError.self) {
        try await RunningProxy.with(vendors: vendors, adjust: { $0.listen.port = first.port }) { _ in }
      }
      #expect(error?.description.contains("the port is in use") == true)
    }
  }
}
