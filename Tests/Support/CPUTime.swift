// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What `work`, which stays on its thread, takes of a core: what other tests do beside it does not count.
package func cpuTime(_ work: () throws -> Void) rethrows -> Duration {
  let start = cpuTimeOfThread()
  try work()
  return cpuTimeOfThread() - start
}

private func cpuTimeOfThread() -> Duration {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
