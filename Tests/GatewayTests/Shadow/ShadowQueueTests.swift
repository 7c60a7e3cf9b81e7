// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Inspection
import Testing

@Suite("What waits for the reference") struct ShadowQueueTests {
  private typealias Action = ShadowQueue.Action
  private static let noon = ShadowSample.noon
  private let busy = ReferenceFailure(.server, "it answers 503")

  private func queue(_ change: (inout ShadowSettings) -> Void = { _ in }) -> ShadowQueue { ShadowQueue(ShadowSample.settings(change)) }

  private func sent(_ actions: [Action]) -> [String] { actions.compactMap { if case .send(let job) = $0 { job.id } else { nil } } }
  private func kept(_ actions: [Action]) -> [String] { actions.compactMap { if case .keep(let job) = $0 { job.id } else { nil } } }
  private func drops(_ actions: [Action]) -> [ShadowDrop] { actions.compactMap { if case .drop(let why, _) = $0 { why } else { nil } } }
  private func forgotten(_ actions: [Action]) -> [String] { actions.compactMap { if case .forget(let id) = $0 { id } else { nil } } }

  @Test("so many are sent at a time; the next waits, and is kept, until one is answered")
  func concurrency() {
    var queue = queue()
    let noon = Self.noon
    #expect(sent(queue.add(ShadowSample.job(1), at: noon)) == ["job-1"])
    #expect(sent(queue.add(ShadowSample.job(2), at: noon)) == ["job-2"])
    let third = queue.add(ShadowSample.job(3), at: noon)
    #expect(sent(third) == [] && kept(third) == ["job-3"])
    let answered = queue.answered("job-1", Side(.stop), cost: 50, at: noon)
    #expect(answered.first == .compare(ShadowSample.job(1), Side(.stop)))
    #expect(sent(answered) == ["job-3"] && forgotten(answered) == [])
    #expect(answered.last == .spent(day: 20_000, requests: 3, tokens: 50))
    #expect(forgotten(queue.answered("job-3", Side(.stop), cost: 1, at: noon)) == ["job-3"])
    #expect(queue.answered("job-3", Side(.stop), cost: 1, at: noon) == [], "an answer counts once")
  }

  @Test("what does not fit is dropped, and says why")
  func drops() {
    var queue = queue { $0.bodyBytes = 1000 }
    for number in 1...5 { #expect(drops(queue.add(ShadowSample.job(number), at: Self.noon)) == []) }
    #expect(drops(queue.add(ShadowSample.job(6), at: Self.noon)) == [.queueFull])
    #expect(drops(queue.add(ShadowSample.job(7, bytes: 1001), at: Self.noon)) == [.bodyTooLong])
    #expect(queue.waitingCount == 3 && queue.underwayCount == 2)
    let late = Self.noon + 3_600_001
    let actions = queue.tick(at: late)
    #expect(drops(actions) == [.tooOld, .tooOld, .tooOld])
    #expect(forgotten(actions) == ["job-3", "job-4", "job-5"])
  }

  @Test("answers count as requests do, waiting or under way, until their jobs are done")
  func bytes() {
    let arguments = [UInt8](repeating: 0x20, count: ShadowQueue.byteLimit / 4 - 10_000)
    func job(_ number: Int) -> ShadowJob {
      var job = ShadowSample.job(number)
      job.answer = Side(judged: .toolCalls, calls: [ToolCall(name: [0x66], arguments: arguments, isValid: true)])
      return job
    }
    var queue = queue { ($0.concurrency, $0.queue) = (2, 100) }
    for number in 1...4 { #expect(drops(queue.add(job(number), at: Self.noon)) == []) }
    #expect(queue.underwayCount == 2 && drops(queue.add(job(5), at: Self.noon)) == [.queueFull])
    #expect(sent(queue.answered("job-1", Side(.stop), cost: 1, at: Self.noon)) == ["job-3"])
    #expect(drops(queue.add(job(6), at: Self.noon)) == [])
    #expect(drops(queue.add(job(7), at: Self.noon)) == [.queueFull])
    #expect(sent(queue.failed("job-2", ReferenceFailure(.request, ""), at: Self.noon)) == ["job-4"])
    #expect(drops(queue.clear()) == [.stopped])
    for number in 8...9 { #expect(drops(queue.add(job(number), at: Self.noon)) == []) }
    #expect(drops(queue.add(job(10), at: Self.noon)) == [.queueFull])
    #expect(drops(queue.abandon()).count == 4)
    for number in 11...14 { #expect(drops(queue.add(job(number), at: Self.noon)) == []) }

    var next = self.queue { $0.queue = 100 }
    #expect(drops(next.restore((1...6).map(job), at: Self.noon)) == [.queueFull, .queueFull])
  }

  @Test("before the queue too, calls count wherever they are")
  func inbox() {
    var call = AssembledCall(choice: 0, index: 0)
    call.arguments = [UInt8](repeating: 0x20, count: 10_000)
    for change in [{ $0.calls = [call] }, { $0.attempts[0].calls = [call] }] as [(inout ExchangeRecord) -> Void] {
      let inbox = ShadowInbox(bytes: 15_000) {}
      inbox.offer((1...2).map { ShadowSample.record($0, change) })
      let (records, lost) = inbox.take()
      #expect(records.count == 1 && lost == 1)
    }
  }

  @Test("one that is asked twice goes again first, and its first answer with it")
  func twice() {
    var queue = queue { $0.concurrency = 1 }
    _ = queue.add(ShadowSample.job(1, repeated: true), at: Self.noon)
    _ = queue.add(ShadowSample.job(2), at: Self.noon)
    let first = Side(.toolCalls)
    let actions = queue.answered("job-1", first, cost: 1, at: Self.noon)
    var again = ShadowSample.job(1, repeated: true)
    again.first = first
    #expect(actions.contains(.send(again)) && forgotten(actions) == [])
    let second = queue.answered("job-1", Side(.stop), cost: 1, at: Self.noon)
    #expect(second.first == .compare(again, Side(.stop)))
    #expect(sent(second) == ["job-2"])
  }

  @Test("failures pause the shadow, for longer each time, until one request is answered")
  func pauses() {
    var queue = queue { ($0.failures, $0.concurrency, $0.queue) = (2, 2, 100) }
    var now = Self.noon
    for number in 1...10 { _ = queue.add(ShadowSample.job(number), at: now) }
    #expect(sent(queue.failed("job-1", busy, at: now)) == ["job-1"], "it is tried again")
    let paused = queue.failed("job-2", busy, at: now)
    #expect(paused.contains(.pause(.init(until: now + 30_000, reason: "it answers 503"))))
    #expect(sent(paused) == [] && queue.nextTick == now + 30_000)
    #expect(sent(queue.failed("job-1", busy, at: now)) == [], "what was under way neither prolongs it nor ends it")
    #expect(sent(queue.tick(at: now + 29_999)) == [])
    now += 30_000
    #expect(sent(queue.tick(at: now)).count == 1, "one tries")
    let id = sent(queue.tick(at: now))
    #expect(id == [])
    let probe = queue.failed("job-1", busy, at: now)
    #expect(drops(probe) == [.failed], "three tries are enough for a request")
    #expect(probe.contains(.pause(.init(until: now + 60_000, reason: "it answers 503"))))
    now += 60_000
    let next = sent(queue.tick(at: now))
    #expect(next == ["job-2"])
    let back = queue.answered("job-2", Side(.stop), cost: 1, at: now)
    #expect(back.contains(.resume))
    #expect(sent(back).count == 2)
  }

  @Test("Retry-After is kept to, and a refused key waits longest")
  func asked() {
    var queue = queue { $0.concurrency = 1 }
    _ = queue.add(ShadowSample.job(1), at: Self.noon)
    let limited = queue.failed("job-1", ReferenceFailure(.limited, "it answers 429", retryAfter: 7000), at: Self.noon)
    #expect(limited.contains(.pause(.init(until: Self.noon + 7000, reason: "it answers 429"))))
    #expect(sent(queue.tick(at: Self.noon + 6999)) == [])
    #expect(sent(queue.tick(at: Self.noon + 7000)) == ["job-1"])
    let key = queue.failed("job-1", ReferenceFailure(.key, "it answers 401"), at: Self.noon + 7000)
    #expect(key.contains(.pause(.init(until: Self.noon + 7000 + 1_800_000, reason: "it answers 401"))))
    for number in 2...3 { #expect(drops(queue.add(ShadowSample.job(number), at: Self.noon + 8000)) == []) }
    #expect(drops(queue.add(ShadowSample.job(4), at: Self.noon + 8000)) == [.paused])
  }

  @Test("a request that the reference will not have is dropped, and the next is sent")
  func refused() {
    var queue = queue { ($0.concurrency, $0.failures) = (1, 1) }
    _ = queue.add(ShadowSample.job(1), at: Self.noon)
    _ = queue.add(ShadowSample.job(2), at: Self.noon)
    let actions = queue.failed("job-1", ReferenceFailure(.request, "it answers 400"), at: Self.noon)
    #expect(drops(actions) == [.refused] && sent(actions) == ["job-2"])
    #expect(queue.pause.pause == nil)
  }

  @Test("the minute makes requests wait, the day drops them")
  func budgets() {
    var queue = queue { ($0.perMinute, $0.perDay, $0.concurrency) = (2, 3, 10) }
    let noon = Self.noon
    #expect(sent((1...3).flatMap { queue.add(ShadowSample.job($0), at: noon + Int64($0)) }) == ["job-1", "job-2"])
    #expect(queue.nextTick == noon + 60_001)
    #expect(sent(queue.tick(at: noon + 60_000)) == [])
    #expect(sent(queue.tick(at: noon + 60_001)) == ["job-3"])
    #expect(drops(queue.add(ShadowSample.job(4), at: noon + 200_000)) == [.budget])
    #expect(sent(queue.add(ShadowSample.job(5, at: noon + 43_200_000), at: noon + 43_200_000)) == ["job-5"], "midnight")
  }

  @Test("a stop keeps what waits and what was not answered, and the next process asks it")
  func stop() {
    var queue = queue()
    for number in 1...3 { _ = queue.add(ShadowSample.job(number), at: Self.noon) }
    queue.stop()
    #expect(drops(queue.add(ShadowSample.job(4), at: Self.noon)) == [.stopped])
    #expect(sent(queue.answered("job-2", Side(.stop), cost: 1, at: Self.noon)) == [], "nothing more is sent")
    let left = queue.end(isKept: true)
    #expect(kept(left) == ["job-1", "job-3"])
    var next = self.queue()
    #expect(sent(next.restore([ShadowSample.job(1), ShadowSample.job(3)], at: Self.noon + 1000)) == ["job-1", "job-3"])
    #expect(forgotten(next.answered("job-1", Side(.stop), cost: 1, at: Self.noon)) == ["job-1"])
    #expect(drops(next.end(isKept: false)) == [.stopped])
  }
}
