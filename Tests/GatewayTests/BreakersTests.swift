// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Testing

/// The circuit breaker by value: 5 failures within 30 s, 30 s of rest.
@Suite struct BreakersTests {
  private static let second: UInt64 = 1_000_000_000
  private let breakers = Breakers()
  private let settings = EnforceSettings.Breaker()

  private func fail(_ times: Int, at time: UInt64) {
    for _ in 0..<times { breakers.failed("v", at: time, settings) }
  }

  @Test("so many failures close it, fewer or slower ones do not, and another vendor is not touched")
  func closes() {
    fail(4, at: Self.second)
    #expect(breakers.admit("v", at: Self.second) == .open)
    fail(1, at: 60 * Self.second)
    #expect(breakers.admit("v", at: 60 * Self.second) == .open)
    fail(4, at: 60 * Self.second)
    #expect(breakers.admit("v", at: 61 * Self.second) == .closed(29 * Self.second))
    #expect(breakers.admit("w", at: 61 * Self.second) == .open)
  }

  @Test("after its rest one exchange may try; its end decides for all")
  func probes() {
    fail(5, at: 0)
    #expect(breakers.admit("v", at: 30 * Self.second) == .probe)
    #expect(breakers.admit("v", at: 31 * Self.second) == .closed(29 * Self.second))
    fail(1, at: 32 * Self.second)
    #expect(breakers.admit("v", at: 33 * Self.second) == .closed(29 * Self.second))
    #expect(breakers.admit("v", at: 62 * Self.second) == .probe)
    breakers.succeeded("v")
    #expect(breakers.admit("v", at: 63 * Self.second) == .open)
  }

  @Test("a probe that never tells anything is followed by another, after as long a rest")
  func lostProbe() {
    fail(5, at: 0)
    #expect(breakers.admit("v", at: 30 * Self.second) == .probe)
    #expect(breakers.admit("v", at: 59 * Self.second) == .closed(Self.second))
    #expect(breakers.admit("v", at: 60 * Self.second) == .probe)
  }

  @Test("event loops that read the clock a moment apart do not trouble each other")
  func lateNews() {
    fail(1, at: 2 * Self.second)
    fail(4, at: Self.second)
    #expect(breakers.admit("v", at: 3 * Self.second) == .closed(28 * Self.second))
    fail(1, at: 2 * Self.second)
    #expect(breakers.admit("v", at: 3 * Self.second) == .closed(28 * Self.second))
  }
}
