// SPDX-License-Identifier: Apache-2.0
import Dispatch
import NIOCore

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
