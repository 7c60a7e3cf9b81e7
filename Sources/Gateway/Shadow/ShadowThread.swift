// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Upstream

/// The shadow's own event loop, which its tasks run on too: none of them takes a turn that a client's could have had. Its
/// thread, and that of its engine, stand back where others want the processor.
final class ShadowThread: TaskExecutor {
  /// Where both cores are wanted the shadow gets about a tenth.
  static let niceness: Int32 = 10

  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let loop: any EventLoop

  init() {
    loop = group.next()
    loop.execute { ThreadPriority.standBack(niceness: Self.niceness) }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  func stop() async { try? await group.shutdownGracefully() }
}
