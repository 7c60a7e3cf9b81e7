// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Fidelity
import NIOCore

/// What waits for the reference, and when it is sent. Events come in with the time, in milliseconds since the epoch; what is
/// to be done comes out. No I/O, no clock: ``Shadow`` carries the actions out.
///
/// ```
/// add ─┬─ drop                             budget of the day used up, or no room
///      └─ waiting ─ send ─┬─ answered ─ compare ─┬─ done
///           │  ▲          │                      └─ waiting (to be asked once more, for the noise floor)
///           │  └──────────┴─ failed, to be tried again
///           └─ drop (too old)
/// ```
package struct ShadowQueue: Sendable {
  package enum Action: Sendable, Equatable {
    case send(ShadowJob)
    /// Keep it where it outlives the process.
    case keep(ShadowJob)
    /// It is done or given up: what was kept may go.
    case forget(id: String)
    /// The reference answered: its side.
    case compare(ShadowJob, Side)
    case drop(ShadowDrop, id: String)
    case pause(ReferencePause.Pause)
    case resume
    /// The day's sums have changed.
    case spent(day: Int64, requests: Int, tokens: Int)
  }

  package static let tries = 3
  /// What waits and what is under way, together: requests, and the answers that they are compared with. Beyond is as good as full.
  package static let byteLimit = 256 << 20

  package var settings: ShadowSettings
  private var waiting = CircularBuffer<ShadowJob>()
  /// Of what waits and what is under way.
  private var bytes = 0
  private var kept: Set<String> = []
  private var underway: [String: ShadowJob] = [:]
  package private(set) var budget: ShadowBudget
  package private(set) var pause = ReferencePause()
  private var isStopping = false
  /// No request before then: the minute is full.
  private var notBefore: Int64 = 0

  package init(_ settings: ShadowSettings, budget: ShadowBudget = ShadowBudget()) {
    self.settings = settings
    self.budget = budget
  }

  package var waitingCount: Int { waiting.count }
  package var underwayCount: Int { underway.count }
  package var isIdle: Bool { waiting.isEmpty && underway.isEmpty }

  /// When `tick` is due though nothing happens; nil: never.
  package var nextTick: Int64? {
    guard let oldest = waiting.first else { return pause.pause?.until }
    var times = [oldest.queuedAt + settings.maxAge.milliseconds + 1]
    if let pause = pause.pause { times.append(pause.until) } else if notBefore > 0 { times.append(notBefore) }
    return times.min()
  }

  // MARK: Events

  package mutating func add(_ job: ShadowJob, at now: Int64) -> [Action] {
    guard !isStopping else { return [.drop(.stopped, id: job.id)] }
    if job.body.readableBytes > settings.bodyBytes { return [.drop(.bodyTooLong, id: job.id)] }
    if case .exhausted = budget.ask(job.tokens, settings, at: now) { return [.drop(.budget, id: job.id)] }
    guard waiting.count < settings.queue, bytes + job.bytes <= Self.byteLimit else {
      return [.drop(pause.pause == nil ? .queueFull : .paused, id: job.id)]
    }
    enqueue(job)
    var actions = pump(at: now)
    if waiting.last?.id == job.id { actions += keep(job) }
    return actions
  }

  /// What an earlier process left.
  package mutating func restore(_ jobs: [ShadowJob], at now: Int64) -> [Action] {
    for job in jobs {
      kept.insert(job.id)
      enqueue(job)
    }
    var actions: [Action] = []
    while waiting.count > settings.queue || bytes > Self.byteLimit, let job = waiting.popLast() {
      bytes -= job.bytes
      actions += drop(job, .queueFull)
    }
    return actions + pump(at: now)
  }

  /// - Parameter cost: tokens, as the reference counted them.
  package mutating func answered(_ id: String, _ side: Side, cost: Int?, at now: Int64) -> [Action] {
    guard var job = takeUnderway(id) else { return [] }
    budget.settle(job.tokens, cost: cost, at: now)
    var actions: [Action] = pause.answered() ? [.resume] : []
    actions.append(.compare(job, side))
    if job.isRepeated, job.first == nil {
      job.first = side
      job.failures = 0
      enqueue(job, first: true)
      actions += pump(at: now)
      if waiting.first?.id == id { actions += keep(job) }
    } else {
      actions += forget(id) + pump(at: now)
    }
    return actions + [spent]
  }

  package mutating func failed(_ id: String, _ failure: ReferenceFailure, at now: Int64) -> [Action] {
    guard var job = takeUnderway(id) else { return [] }
    // Most references bill nothing for it; none is known that says.
    budget.settle(job.tokens, cost: 0, at: now)
    var actions: [Action] = []
    if failure.kind == .request {
      // The reference is there, and will not have this one.
      if pause.answered() { actions.append(.resume) }
      actions += drop(job, .refused)
    } else {
      if let pause = pause.failed(failure, settings, at: now) { actions.append(.pause(pause)) }
      // A rate limit or a refused key says nothing about this request.
      if failure.kind != .limited, failure.kind != .key { job.failures += 1 }
      if job.failures >= Self.tries {
        actions += drop(job, .failed)
      } else {
        enqueue(job, first: true)
      }
    }
    actions += pump(at: now)
    if waiting.first?.id == id { actions += keep(job) }
    return actions + [spent]
  }

  package mutating func tick(at now: Int64) -> [Action] { pump(at: now) }

  /// Nothing more is sent.
  package mutating func stop() { isStopping = true }

  /// The time for answers under way is over: they are asked for again by the next process, where there is a place to keep them.
  package mutating func end(isKept: Bool) -> [Action] {
    isStopping = true
    let left = Array(underway.values) + Array(waiting)
    (underway, waiting, bytes) = ([:], [], 0)
    return left.flatMap { job in isKept ? keep(job) : [.drop(.stopped, id: job.id)] }
  }

  /// Nobody may be asked any more.
  package mutating func clear() -> [Action] {
    let left = waiting
    waiting = []
    bytes -= left.reduce(0) { $0 + $1.bytes }
    return left.flatMap { drop($0, .stopped) }
  }

  /// These are not sent any more: what waits goes, and what is under way is not asked for again.
  ///
  /// - Returns: how many went, and what is to be done.
  package mutating func withhold(_ isWithheld: (ShadowJob) -> Bool) -> (count: Int, actions: [Action]) {
    for (id, var job) in underway where isWithheld(job) {
      (job.isRepeated, job.failures) = (false, Self.tries)
      underway[id] = job
    }
    let gone = waiting.filter(isWithheld)
    guard !gone.isEmpty else { return (0, []) }
    let ids = Set(gone.map(\.id))
    waiting.removeAll { ids.contains($0.id) }
    bytes -= gone.reduce(0) { $0 + $1.bytes }
    return (gone.count, gone.flatMap { forget($0.id) })
  }

  /// Nothing of what waits may be on disk any more.
  package mutating func forgetKept() -> [Action] {
    defer { kept = [] }
    return kept.sorted().map { .forget(id: $0) }
  }

  /// Somebody else is asked from now on: what the one before would still say is not the other's word.
  package mutating func abandon() -> [Action] {
    let asked = underway.values.sorted { $0.id < $1.id }
    underway.removeAll()
    for job in asked {
      bytes -= job.bytes
      budget.settle(job.tokens, cost: nil, at: job.queuedAt)
    }
    return asked.flatMap { drop($0, .stopped) } + clear()
  }

  // MARK: Steps

  /// Sends what may be sent.
  private mutating func pump(at now: Int64) -> [Action] {
    pause.tick(at: now)
    var actions: [Action] = []
    notBefore = 0
    while let job = waiting.first {
      if job.queuedAt + settings.maxAge.milliseconds < now {
        dequeue()
        actions += drop(job, .tooOld)
        continue
      }
      guard !isStopping, pause.pause == nil, underway.count < (pause.isProbing ? 1 : settings.concurrency) else { break }
      switch budget.ask(job.tokens, settings, at: now) {
      case .go:
        dequeue()
        budget.spend(job.tokens, at: now)
        underway[job.id] = job
        bytes += job.bytes
        actions.append(.send(job))
      case .wait(let until):
        notBefore = until
        return actions
      case .exhausted:
        dequeue()
        actions += drop(job, .budget)
      }
    }
    return actions
  }

  private mutating func enqueue(_ job: ShadowJob, first: Bool = false) {
    bytes += job.bytes
    if first { waiting.prepend(job) } else { waiting.append(job) }
  }

  private mutating func dequeue() {
    if let job = waiting.popFirst() { bytes -= job.bytes }
  }

  private mutating func takeUnderway(_ id: String) -> ShadowJob? {
    guard let job = underway.removeValue(forKey: id) else { return nil }
    bytes -= job.bytes
    return job
  }

  private var spent: Action { .spent(day: budget.day, requests: budget.requests, tokens: budget.tokens) }

  private mutating func keep(_ job: ShadowJob) -> [Action] {
    kept.insert(job.id)
    return [.keep(job)]
  }

  private mutating func forget(_ id: String) -> [Action] { kept.remove(id) == nil ? [] : [.forget(id: id)] }

  private mutating func drop(_ job: ShadowJob, _ reason: ShadowDrop) -> [Action] {
    [.drop(reason, id: job.id)] + forget(job.id)
  }
}
