// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// A thread for tasks that nobody may keep from working: Swift's own are few, and shared with whatever is slow or blocks. To hand over
/// a job allocates nothing.
final class OwnThread: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  /// Once for each job, and for the end.
  private let ready = DispatchSemaphore(value: 0)

  /// Runs `work`, and what it awaits, on a thread of this name that ends with it.
  static func run(_ name: String, _ work: @Sendable () async -> Void) async {
    let own = OwnThread()
    let thread = Thread {
      // From within: what is set before the start, Linux does not show. Foundation may not know the thread yet, and sets nothing then.
      for _ in 0..<1000 where Thread.current.name != name {
        Thread.current.name = name
        sched_yield()
      }
      own.serve()
    }
    thread.start()
    await withTaskExecutorPreference(own) { await work() }
    own.ready.signal()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    ready.signal()
  }

  private func serve() {
    while true {
      ready.wait()
      // Of one task there is one at a time: to take the first moves nothing.
      guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
