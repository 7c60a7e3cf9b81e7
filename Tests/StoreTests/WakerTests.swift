// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Store
import Testing

@Suite struct WakerTests {
  /// Longer than any test: who is woken comes before.
  private static var late: DispatchTime { .now() + 60 }

  @Test func whoeverIsWokenBeforeSleepsNotAtAllAndOnce() {
    let waker = Waker()
    let end = Self.late
    waker.wake()
    waker.wake()
    waker.sleep(until: end)
    #expect(DispatchTime.now() < end)
    let soon = DispatchTime.now() + .milliseconds(20)
    waker.sleep(until: soon)
    #expect(DispatchTime.now() >= soon)
  }

  @Test func anotherThreadWakesIt() {
    let waker = Waker()
    let end = Self.late
    let thread = Thread { waker.wake() }
    thread.start()
    waker.sleep(until: end)
    #expect(DispatchTime.now() < end)
  }

  @Test(arguments: [DispatchTime.now(), DispatchTime(uptimeNanoseconds: 0), DispatchTime.now() + .milliseconds(999)])
  func aTimeThatHasComeEndsIt(_ time: DispatchTime) {
    Waker().sleep(until: time)
    #expect(DispatchTime.now() >= time)
  }

  @Test func theEndOfTimeIsATime() {
    let waker = Waker()
    let thread = Thread { waker.wake() }
    thread.start()
    waker.sleep(until: .distantFuture)
  }
}
