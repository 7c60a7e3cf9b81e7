// SPDX-License-Identifier: Apache-2.0
package import Dispatch
import Foundation

/// Lets one thread sleep until others wake it or a time comes, by a clock that nobody sets. `DispatchSemaphore.wait(timeout:)` will not
/// do: on Linux it waits for a time of the wall clock (sem_timedwait(3)), which a step back puts off.
///
/// Unchecked: all that changes is behind the mutex, which does not move once it is made.
@safe package final class Waker: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Behind the mutex.
  private var isWoken = false

  package init() {
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Ends a sleep, or the next one where nobody sleeps.
  package func wake() {
    unsafe pthread_mutex_lock(mutex)
    isWoken = true
    unsafe pthread_mutex_unlock(mutex)
    unsafe pthread_cond_signal(condition)
  }

  /// Returns at the time, or at once where others have woken it since the last sleep.
  package func sleep(until time: DispatchTime) {
    var end = Self.monotonic(time)
    unsafe pthread_mutex_lock(mutex)
    while !isWoken {
      if unsafe pthread_cond_timedwait(condition, mutex, &end) != 0 { break }
    }
    isWoken = false
    unsafe pthread_mutex_unlock(mutex)
  }

  private static func monotonic(_ time: DispatchTime) -> timespec {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let (left, isPast) = time.uptimeNanoseconds.subtractingReportingOverflow(DispatchTime.now().uptimeNanoseconds)
    let nanoseconds = now.tv_nsec + (isPast ? 0 : Int(left % 1_000_000_000))
    let seconds = isPast ? 0 : Int(left / 1_000_000_000)
    return timespec(tv_sec: now.tv_sec + seconds + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
  }
}
