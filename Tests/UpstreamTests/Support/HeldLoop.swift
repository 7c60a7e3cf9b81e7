// SPDX-License-Identifier: Apache-2.0
import Dispatch
import NIOCore
import Upstream

/// An event loop that holds whoever hands it a task, until it is let go: an engine whose call is on it stands still with all its others, as
/// a process that is stopped.
final class HeldLoop: EventLoop {
  let holds = AsyncStream<Void>.makeStream()
  private let base = loops.next()
  private let gate = DispatchSemaphore(value: 0)

  /// Once for all.
  func letGo() { gate.signal() }

  func execute(_ task: @escaping @Sendable () -> Void) {
    holds.continuation.finish()
    gate.wait()
    gate.signal()
    base.execute(task)
  }

  var inEventLoop: Bool { base.inEventLoop }
  func submit<T>(_ task: @escaping @Sendable () throws -> T) -> EventLoopFuture<T> { base.submit(task) }
  func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) { callback(nil) }

  @discardableResult
  func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
    base.scheduleTask(deadline: deadline, task)
  }

  @discardableResult
  func scheduleTask<T>(in time: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
    base.scheduleTask(in: time, task)
  }
}

extension UpstreamEngine {
  /// Begins so many calls in one turn of the engine, which then stands still, and says how each ended.
  func endings(of request: UpstreamRequest, count: Int, standstill time: Duration) async throws -> [UpstreamError?] {
    let (first, second) = (HeldLoop(), HeldLoop())
    defer {
      first.letGo()
      second.letGo()
    }
    // Without a URL a call fails at once: who is told of that holds the engine.
    let nothing = UpstreamRequest(method: "GET", url: "")
    _ = start(nothing, on: first, handler: Recorder())
    for await _ in first.holds.stream {}
    var calls = (0..<count).map { _ in RecordedCall(request, on: self) }
    _ = start(nothing, on: second, handler: Recorder())
    first.letGo()
    for await _ in second.holds.stream {}
    try await withEngine { try await $0.passTime(time) }
    second.letGo()
    var endings: [UpstreamError?] = []
    for index in calls.indices { endings.append(await calls[index].rest().error) }
    return endings
  }
}
