// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Testing

/// Whatever happens in whatever order, no job is lost and none counts twice.
@Suite("The queue under random events") struct ShadowQueueRandomTests {
  private struct Dice {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  /// What a shell would know.
  private struct Books {
    var sent: [String] = []
    var kept: Set<String> = []
    var compared: [String: Int] = [:]
    var dropped: [String: Int] = [:]

    mutating func enter(_ actions: [ShadowQueue.Action]) {
      for action in actions {
        switch action {
        case .send(let job): sent.append(job.id)
        case .keep(let job): kept.insert(job.id)
        case .forget(let id): kept.remove(id)
        case .compare(let job, _): compared[job.id, default: 0] += 1
        case .drop(_, let id): dropped[id, default: 0] += 1
        case .pause, .resume, .spent: break
        }
      }
    }
  }

  @Test("every job ends once: compared as often as it was to be asked, dropped, or kept", arguments: 0..<60)
  func nothingIsLost(seed: Int) {
    var dice = Dice(state: UInt64(seed) &* 977 &+ 5)
    let settings = ShadowSample.settings {
      ($0.concurrency, $0.queue, $0.perMinute) = (1 + dice.next(4), 1 + dice.next(20), 5 + dice.next(50))
      ($0.perDay, $0.failures, $0.maxAge) = (20 + dice.next(300), 1 + dice.next(4), .seconds(60 + dice.next(600)))
    }
    var queue = ShadowQueue(settings)
    var books = Books()
    var now = ShadowSample.noon
    var jobs: [String: ShadowJob] = [:]
    let kinds = ReferenceFailure.Kind.allCases
    for number in 0..<600 {
      now += Int64(dice.next(4000))
      switch dice.next(10) {
      case 0..<4:
        let job = ShadowSample.job(number, at: now, tokens: 1 + dice.next(500), repeated: dice.next(3) == 0)
        jobs[job.id] = job
        books.enter(queue.add(job, at: now))
      case 4..<8 where !books.sent.isEmpty:
        let id = books.sent.remove(at: dice.next(books.sent.count))
        if dice.next(4) > 0 {
          books.enter(queue.answered(id, Side(.stop), cost: dice.next(2) == 0 ? nil : dice.next(900), at: now))
        } else {
          let asks = dice.next(4) == 0 ? Int64(dice.next(90_000)) : nil
          books.enter(queue.failed(id, ReferenceFailure(kinds[dice.next(kinds.count)], "", retryAfter: asks), at: now))
        }
      default:
        books.enter(queue.tick(at: now))
      }
      #expect(queue.underwayCount == books.sent.count && queue.underwayCount <= settings.concurrency)
      #expect(queue.waitingCount <= settings.queue + settings.concurrency, "what failed comes back beyond the limit")
      if queue.waitingCount > 0, queue.underwayCount == 0 { #expect((queue.nextTick ?? .max) < .max, "nobody would wake it") }
    }
    books.enter(queue.end(isKept: true))
    for (id, job) in jobs {
      let compared = books.compared[id, default: 0]
      let isDropped = books.dropped[id, default: 0]
      #expect(isDropped <= 1 && compared <= (job.isRepeated ? 2 : 1))
      let isDone = compared == (job.isRepeated ? 2 : 1)
      #expect([isDone, isDropped == 1, books.kept.contains(id)].count(where: \.self) == 1, "\(id)")
    }
  }
}
