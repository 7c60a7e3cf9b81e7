// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Fidelity
import NIOCore
package import Store

/// The shadow without its I/O: records come in, jobs wait, answers are compared. Times are milliseconds since the epoch.
package struct ShadowCore: Sendable {
  /// What is to be done outside.
  package struct Work: Sendable {
    package var sends: [ShadowJob] = []
    package var comparisons: [StoredComparison] = []
    package var notes: [ShadowNote] = []
    /// The reference is left alone from now on, or is back.
    package var pause: ReferencePause.Pause?
    package var isBack = false

    package init() {}

    /// What is to be done after this.
    package mutating func append(_ next: Work) {
      sends += next.sends
      comparisons += next.comparisons
      notes += next.notes
      pause = next.pause ?? pause
      isBack = isBack || next.isBack
    }
  }

  package private(set) var queue: ShadowQueue
  package private(set) var counts = ShadowCounts()
  package private(set) var reference: String
  /// Which it is: whatever was decided for another is not for this one.
  package private(set) var mark: ReferenceMark?
  package private(set) var baseline: Baseline?
  /// Whether there is a place where jobs outlive the process.
  private let hasPlace: Bool
  /// And whether requests may be written to it.
  package private(set) var isPersistent: Bool
  /// Keys that no request may have that goes to the reference.
  private var secrets: [String] = []
  private var known = SecretSearch([], isBounded: false)
  private var intake: ShadowIntake
  private var settings: ShadowSettings { queue.settings }

  package init(
    _ settings: ShadowSettings, reference: String, mark: ReferenceMark? = nil, baseline: Baseline? = nil, isPersistent: Bool = false,
    sampler: ShadowSampler = ShadowSampler(), budget: ShadowBudget = ShadowBudget()
  ) {
    queue = ShadowQueue(settings, budget: budget)
    intake = ShadowIntake(sampler: sampler)
    (self.reference, self.mark, self.baseline) = (reference, mark, baseline)
    (self.isPersistent, hasPlace) = (isPersistent, isPersistent)
  }

  /// Before the first event.
  package mutating func take(_ sampler: ShadowSampler, _ budget: ShadowBudget) {
    intake.sampler = sampler
    queue = ShadowQueue(queue.settings, budget: budget)
  }

  package mutating func take(_ baseline: Baseline?) { self.baseline = baseline }

  /// Keeps requests with these from the reference, beside those that it was told of before: a key that was replaced may still open its
  /// vendor for a while.
  @discardableResult
  package mutating func hide(_ secrets: [String]) -> Work {
    let new = secrets.filter { secret in !self.secrets.contains { $0.utf8.elementsEqual(secret.utf8) } }
    guard !new.isEmpty else { return Work() }
    self.secrets += new
    known = known.including(new)
    let search = SecretSearch(new, isBounded: false)
    let (count, actions) = queue.withhold { search.occurs(inBody: [UInt8](buffer: $0.body)) }
    counts.skip(.hasKey, count)
    return events(actions)
  }

  // MARK: Events

  package mutating func arrived(_ records: [ExchangeRecord], lost: Int, at now: Int64) -> Work {
    counts.drop(.intakeFull, lost)
    var work = Work()
    for record in records {
      if record.shadow != .optedOut, record.reference != mark {
        counts.skip(.otherReference)
        continue
      }
      switch intake.look(at: record, reference: reference, settings, now: now) {
      case .skip(let reason): counts.skip(reason)
      case .drop(let reason): counts.drop(reason)
      case .job(let job):
        if let baseline {
          compare(job, with: baseline, &work)
        } else if hasKey(job) {
          counts.skip(.hasKey)
        } else {
          carryOut(queue.add(job, at: now), &work)
        }
      }
    }
    return work
  }

  /// What an earlier process left, as far as it was to go to this reference, and anything is to go there.
  package mutating func restored(_ jobs: [StoredShadowJob], at now: Int64) -> Work {
    func isMine(_ job: StoredShadowJob) -> Bool { job.reference == mark?.digest && !settings.takesNone }
    let mine = jobs.filter(isMine).map { ShadowJob($0) }
    let withKey = Set(mine.filter(hasKey).map(\.id))
    var work = events(queue.restore(mine.filter { !withKey.contains($0.id) }, at: now))
    for job in jobs where !isMine(job) || withKey.contains(job.exchange) {
      if settings.takesNone { counts.drop(.stopped) } else { counts.skip(isMine(job) ? .hasKey : .otherReference) }
      work.notes.append(.forget(job.exchange))
    }
    return work
  }

  package mutating func answered(_ id: String, _ answer: ReferenceAnswer, at now: Int64) -> Work {
    counts.answered(cost: answer.cost)
    return events(queue.answered(id, answer.side, cost: answer.cost, at: now))
  }

  package mutating func failed(_ id: String, _ failure: ReferenceFailure, at now: Int64) -> Work {
    counts.failed(failure)
    return events(queue.failed(id, failure, at: now))
  }

  package mutating func tick(at now: Int64) -> Work { events(queue.tick(at: now)) }
  package mutating func stop() { queue.stop() }
  package mutating func end() -> Work { events(queue.end(isKept: isPersistent)) }

  /// Another configuration. Nothing that waits is sent any more where the new one has no reference, or another, be it by its address
  /// only, or shadows nothing. A baseline is to be taken anew.
  ///
  /// - Parameter keepsRequests: whether the store keeps requests, whole; what it has of them goes where it no longer does.
  package mutating func reload(
    _ settings: ShadowSettings?, reference: String?, mark: ReferenceMark? = nil, keepsRequests: Bool = true, at now: Int64
  ) -> Work {
    defer { self.mark = mark }
    var work = Work()
    isPersistent = hasPlace && keepsRequests
    if !isPersistent { carryOut(queue.forgetKept(), &work) }
    guard let settings, let reference else {
      carryOut(queue.clear(), &work)
      return work
    }
    queue.settings = settings
    if reference != self.reference || mark != self.mark {
      carryOut(queue.abandon(), &work)
      (self.reference, baseline) = (reference, nil)
    }
    if settings.takesNone { carryOut(queue.clear(), &work) }
    carryOut(queue.tick(at: now), &work)
    return work
  }

  // MARK: Steps

  private func hasKey(_ job: ShadowJob) -> Bool { known.adding(job.secrets).occurs(inBody: [UInt8](buffer: job.body)) }

  private mutating func events(_ actions: [ShadowQueue.Action]) -> Work {
    var work = Work()
    carryOut(actions, &work)
    return work
  }

  private mutating func carryOut(_ actions: [ShadowQueue.Action], _ work: inout Work) {
    for action in actions {
      switch action {
      case .send(let job): work.sends.append(job)
      case .keep(let job): if isPersistent { work.notes.append(.keep(StoredShadowJob(job, for: mark))) }
      // Also where nothing is kept now: an earlier process may have.
      case .forget(let id): work.notes.append(.forget(id))
      case .compare(let job, let side): note(comparison(job, side), &work)
      case .drop(let reason, _): counts.drop(reason)
      case .pause(let pause): work.pause = pause
      case .resume: work.isBack = true
      case .spent(let day, let requests, let tokens):
        work.notes.append(.spent(day: day, reference: reference, requests: requests, tokens: tokens))
      }
    }
  }

  private mutating func compare(_ job: ShadowJob, with baseline: Baseline, _ work: inout Work) {
    guard let side = baseline.answer(to: job.body) else { return counts.drop(.noBaseline) }
    note(comparison(job, side), &work)
  }

  private mutating func note(_ record: StoredComparison, _ work: inout Work) {
    counts.compared(record)
    if record.kind == .vendor { intake.sampler.compared(vendor: record.vendor, model: record.model) }
    var record = record
    record.boundArguments()
    work.comparisons.append(record)
  }

  /// The first answer is what the vendor's is held against, the second is held against the first.
  private func comparison(_ job: ShadowJob, _ side: Side) -> StoredComparison {
    var record = StoredComparison(
      time: ExchangeKey(id: job.id)?.milliseconds ?? job.queuedAt, kind: job.first == nil ? .vendor : .reference, exchange: job.id,
      vendor: job.first == nil ? job.vendor : reference, model: job.model, reference: reference,
      conversation: hexadecimal(job.conversation), answer: job.first == nil ? job.answer : side, other: job.first ?? side)
    record.secrets = job.secrets
    return record
  }
}

/// Sixteen digits.
private func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}

extension ShadowJob {
  init(_ stored: StoredShadowJob) {
    self.init(
      id: stored.exchange, queuedAt: stored.queuedAt, vendor: stored.vendor, model: stored.model, conversation: stored.conversation,
      answer: stored.answer, tokens: stored.tokens, isRepeated: stored.isRepeated, body: ByteBuffer(bytes: stored.body))
    (first, failures) = (stored.first, stored.failures)
  }
}

extension StoredShadowJob {
  init(_ job: ShadowJob, for mark: ReferenceMark?) {
    self.init(
      exchange: job.id, queuedAt: job.queuedAt, vendor: job.vendor, model: job.model, conversation: job.conversation,
      answer: job.answer, first: job.first, tokens: job.tokens, isRepeated: job.isRepeated, failures: job.failures,
      body: [UInt8](buffer: job.body))
    (reference, secrets) = (mark?.digest, job.secrets)
  }
}
