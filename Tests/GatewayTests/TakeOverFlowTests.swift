// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import NIOCore
import Simulator
import Synchronization
import Testing

/// An upgrade under load: a second instance listens at the same port, one of the two is asked to stop, and no client notices.
@Suite(.timeLimit(.minutes(2))) struct TakeOverFlowTests {
  /// What clients counted.
  struct Counts: Sendable {
    var whole = 0
    var broken = 0
    /// The connection could not be made, or ended before a byte of an answer.
    var unanswered = 0
  }

  /// A stream on a connection of its own, again and again.
  private static func freshClient(_ port: Int, until stop: StopFlag, _ counts: Tally) async {
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

  /// Streams on one connection, without a pause, until an answer says that the connection ends.
  private static func keptClient(_ port: Int, until stop: StopFlag, _ counts: Tally) async {
    while !stop.isSet {
      do {
        try await RawConnection.with(port: port) { reader, writer in
          while !stop.isSet {
            try await writer.write(request(body: FlowTests.body("hello", stream: true)))
            var response = try await reader.head()
            let isLast = response["connection"] == "close"
            guard let body = try? await reader.chunks() else { return counts.add { $0.broken += 1 } }
            response.body = body
            let isWhole = response.status == 200 && response.text.hasSuffix("data: [DONE]\n\n")
            counts.add { if isWhole { $0.whole += 1 } else { $0.broken += 1 } }
            if isLast { return }
          }
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

  /// A proxy that serves until it is told to stop.
  private struct Instance {
    let port: Int
    let lines: RunningProxy.Lines
    private let running: Task<Void, any Error>
    private let stopping: AsyncStream<Void>.Continuation

    static func start(_ vendors: [Configuration.Vendor], port: Int = 0) async throws -> Instance {
      let lines = RunningProxy.Lines(keeps: false)
      let (ports, tellPort) = AsyncStream<Int>.makeStream()
      let (stops, stopping) = AsyncStream<Void>.makeStream()
      let running = Task {
        defer { tellPort.finish() }
        try await RunningProxy.with(
          vendors: vendors, lines: lines,
          adjust: {
            $0.reusesPort = true
            $0.listen.port = port
          },
          { proxy in
            tellPort.yield(proxy.port)
            for await _ in stops {}
          })
      }
      guard let bound = await ports.first(where: { _ in true }) else {
        try await running.value
        throw CancellationError()
      }
      return Instance(port: bound, lines: lines, running: running, stopping: stopping)
    }

    func stop() async throws {
      stopping.finish()
      try await running.value
    }
  }

  @Test(
    "one of two instances stops, the older or the newer: the other takes the port, every exchange is whole and has its record",
    arguments: [0, 1])
  func takeOver(stops: Int) async throws {
    var options = SimulatorOptions()
    options.pace = .milliseconds(2)
    let vendor = try await SimulatorServer.start(options)
    let (counts, stop) = (Tally(), StopFlag())
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let older = try await Instance.start(vendors)
    let port = older.port
    let clients = Task {
      await withDiscardingTaskGroup { tasks in
        for _ in 0..<12 {
          tasks.addTask { await Self.freshClient(port, until: stop, counts) }
          tasks.addTask { await Self.keptClient(port, until: stop, counts) }
        }
      }
    }
    await counts.wait(for: 50)
    let newer = try await Instance.start(vendors, port: port)
    #expect(newer.port == port)
    // Both serve.
    while newer.lines.count < 20 { await Task.yield() }

    let (stopped, staying) = stops == 0 ? (older, newer) : (newer, older)
    try await stopped.stop()
    let before = staying.lines.count
    await counts.wait(for: 50)
    stop.set()
    await clients.value
    try await staying.stop()
    #expect(staying.lines.count > before, "the other serves alone")

    let seen = counts.value
    #expect(seen.broken == 0 && seen.unanswered == 0, "\(seen)")
    let records = [older, newer].map(\.lines.count)
    #expect(records.allSatisfy { $0 > 0 } && records.reduce(0, +) == seen.whole, "\(records) records for \(seen)")
    await vendor.stop()
  }

  @Test("one of three instances stops: both others go on to get connections, and no client notices", arguments: 0..<3)
  func threeInstances(stops: Int) async throws {
    let vendor = try await SimulatorServer.start()
    let (counts, stop) = (Tally(), StopFlag())
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    var staying = [try await Instance.start(vendors)]
    let port = staying[0].port
    for _ in 1..<3 { staying.append(try await Instance.start(vendors, port: port)) }
    let all = staying
    let clients = Task {
      await withDiscardingTaskGroup { tasks in
        for _ in 0..<12 { tasks.addTask { await Self.freshClient(port, until: stop, counts) } }
      }
    }
    for instance in all {
      while instance.lines.count < 20 { await Task.yield() }
    }
    try await staying.remove(at: stops).stop()
    let before = staying.map(\.lines.count)
    await counts.wait(for: 400)
    stop.set()
    await clients.value
    for instance in staying { try await instance.stop() }
    let more = zip(staying, before).map { $0.lines.count - $1 }
    #expect(more.allSatisfy { $0 > 50 }, "\(more) of 400")

    let seen = counts.value
    #expect(seen.broken == 0 && seen.unanswered == 0, "\(seen)")
    #expect(all.map(\.lines.count).reduce(0, +) == seen.whole, "\(all.map(\.lines.count)) records for \(seen)")
    await vendor.stop()
  }

  @Test("an instance that cannot start takes no connection of the one that serves")
  func failedStart() async throws {
    let vendor = try await SimulatorServer.start()
    let (counts, stop) = (Tally(), StopFlag())
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let serving = try await Instance.start(vendors)
    let port = serving.port
    let clients = Task {
      await withDiscardingTaskGroup { tasks in
        for _ in 0..<12 { tasks.addTask { await Self.freshClient(port, until: stop, counts) } }
      }
    }
    await counts.wait(for: 20)
    let lines = RunningProxy.Lines(keeps: false)
    for _ in 0..<10 {
      let error = await #expect(throws: ListenError.self) {
        try await RunningProxy.with(
          vendors: vendors, lines: lines,
          adjust: {
            $0.reusesPort = true
            $0.listen.port = port
            // Taken, by somebody who does not share it.
            $0.console?.port = vendor.port
          }, { _ in })
      }
      #expect(error?.option == "--console")
      await counts.wait(for: 20)
    }
    stop.set()
    await clients.value
    try await serving.stop()
    let seen = counts.value
    #expect(seen.broken == 0 && seen.unanswered == 0, "\(seen)")
    #expect(serving.lines.count == seen.whole && lines.count == 0, "\(serving.lines.count) and \(lines.count) records for \(seen)")
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
