// SPDX-License-Identifier: Apache-2.0
import Replay
import Testing

@Suite struct PaceTests {
  private let now = ContinuousClock.now

  private func permits(_ pace: inout Pace, at now: Pace.Instant) -> [Pace.Permit] {
    var permits: [Pace.Permit] = []
    while let permit = pace.start(at: now) { permits.append(permit) }
    return permits
  }

  @Test("No more permits than the concurrency are out at once")
  func ceiling() {
    var pace = Pace(concurrency: 3)
    let all = permits(&pace, at: now)
    #expect(all.count == 3)
    pace.finish(all[0], .failed, at: now)
    #expect(permits(&pace, at: now).count == 1)
  }

  @Test("429 halves the limit once for all that were in flight together, down to 1; answers bring it back, one a round")
  func halves() {
    var pace = Pace(concurrency: 16)
    for permit in permits(&pace, at: now) { pace.finish(permit, .limited(retryAfter: nil), at: now) }
    #expect(pace.limit == 8)
    for limit in [4, 2, 1, 1] {
      for permit in permits(&pace, at: now) { pace.finish(permit, .limited(retryAfter: nil), at: now) }
      #expect(pace.limit == limit)
    }
    var rounds = 0
    while pace.limit < 16, rounds < 100 {
      let before = pace.limit
      for permit in permits(&pace, at: now) { pace.finish(permit, .answered, at: now) }
      #expect(pace.limit - before <= 1)
      rounds += 1
    }
    #expect((15...18).contains(rounds))
    #expect(pace.limit == 16)
  }

  @Test("Retry-After holds everybody, also who has a permit already")
  func retryAfter() {
    var pace = Pace(concurrency: 4)
    let all = permits(&pace, at: now)
    pace.finish(all[0], .limited(retryAfter: .seconds(7)), at: now)
    #expect(pace.wait(all[1], at: now + .seconds(3)) == .seconds(4))
    #expect(pace.wait(all[1], at: now + .seconds(7)) == nil)
    pace.finish(all[1], .failed, at: now)
    pace.finish(all[2], .failed, at: now)
    let next = pace.start(at: now + .seconds(1))
    #expect(next?.start == now + .seconds(7))
  }

  @Test("A rate spaces the starts, however many permits are free, and does not catch up after a pause")
  func rate() {
    var pace = Pace(concurrency: 4, rate: 2)
    let starts = permits(&pace, at: now).map { now.duration(to: $0.start) }
    #expect(starts == [.zero, .milliseconds(500), .seconds(1), .milliseconds(1500)])
    var idle = Pace(concurrency: 4, rate: 2)
    let first = permits(&idle, at: now)
    for permit in first { idle.finish(permit, .answered, at: now) }
    let later = now + .seconds(60)
    #expect(permits(&idle, at: later).map { later.duration(to: $0.start) } == [.zero, .milliseconds(500), .seconds(1), .milliseconds(1500)])
  }
}
