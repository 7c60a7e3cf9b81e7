// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// What the writer's thread does: open, gather, commit, keep house; and when something fails, wait and do it again.
final class WriterLoop {
  private let owner: StoreWriter
  private var options: StoreOptions
  private var session: WriterSession?
  /// Taken from the queue, not yet committed.
  private var inHand: ArraySlice<QueuedRecord> = []
  private var failures = 0
  private var retryAt = DispatchTime.now()
  private var nextHousekeeping = DispatchTime.now()

  private static let batchBytes = 8 << 20
  private static let housekeepingMilliseconds = 1000
  /// With so many records at once the machine has other things to do than to index words: a step a second, and the rest later.
  private static let busyBatch = 100
  private var isBusy = false

  init(owner: StoreWriter, options: StoreOptions) {
    self.owner = owner
    self.options = options
  }

  func run() {
    while true {
      let waiters = owner.takeWaiters()
      let openWaiters = owner.takeOpenWaiters()
      attempt { try open() }
      for waiter in openWaiters { waiter.resume() }
      gather(isHurried: !waiters.isEmpty)
      repeat {
        attempt { try commit() }
        attempt { try makeRoom() }
      } while session != nil && !inHand.isEmpty && DispatchTime.now() >= retryAt
      if inHand.isEmpty || session == nil { attempt { try keepHouse(isHurried: !waiters.isEmpty) } }
      for waiter in waiters { waiter.resume() }
      if let deadline = owner.deadline, isDone || DispatchTime.now() >= deadline { break }
    }
    let waiting = owner.withQueue { queue in
      let taken = queue.take()
      return taken
    }
    drop(inHand + waiting, as: .closed)
    inHand = []
    try? noteDrops()
    session?.close()
    session = nil
    owner.end()
  }

  private var isDone: Bool { inHand.isEmpty && owner.withQueue { $0.isEmpty } }

  // MARK: Steps

  /// Runs a step unless the last failure is too fresh.
  private func attempt(_ step: () throws -> Void) {
    guard failures == 0 || DispatchTime.now() >= retryAt else { return }
    do {
      try step()
    } catch {
      fail(StoreFailure(error))
    }
  }

  private func open() throws {
    if let session, session.isCurrent { return }
    session?.close()
    session = nil
    session = try WriterSession(options)
    succeed()
  }

  /// When there is something to do though nothing comes.
  private var nextStep: DispatchTime {
    if failures > 0 { return retryAt }
    guard !isBusy, let session else { return nextHousekeeping }
    return session.hasWork ? .now() : min(nextHousekeeping, session.nextUpgrade ?? nextHousekeeping)
  }

  /// Takes what waits, after a moment in which more may come.
  private func gather(isHurried: Bool) {
    guard inHand.isEmpty else {
      if !isHurried { owner.sleep(until: retryAt) }
      return
    }
    let isIdle = owner.withQueue { $0.waiting.isEmpty }
    if isIdle, !isHurried, !owner.isHurried { owner.sleep(until: nextStep) }
    let end = DispatchTime.now() + .milliseconds(options.gatherMilliseconds)
    while !owner.isHurried, !isHurried, DispatchTime.now() < end {
      let count = owner.withQueue { $0.waiting.count }
      if count == 0 || count >= WriteQueue.batch { break }
      owner.sleep(until: end)
    }
    inHand = owner.withQueue { queue in
      let taken = queue.take()
      return taken
    }[...]
    isBusy = inHand.count >= Self.busyBatch
  }

  /// Writes a part of what is in hand in one transaction.
  private func commit() throws {
    guard !inHand.isEmpty else { return }
    let secrets = owner.takeSecrets()
    if !secrets.isEmpty {
      options.redaction.hide(secrets)
      session?.redact(options.redaction)
    }
    // What is written to a file that somebody has deleted is gone.
    if session?.isCurrent == false { try open() }
    guard let session else { return }
    var count = 0
    var bytes = 0
    for record in inHand {
      bytes += record.bytes
      count += 1
      if count == WriteQueue.batch || bytes >= Self.batchBytes { break }
    }
    do {
      try session.write(inHand.prefix(count))
    } catch let failure where StoreFailure(failure).reason == .other && count > 1 {
      // One record that cannot be stored must not take its neighbours along.
      try writeOneByOne(count, session)
      return
    } catch let failure where StoreFailure(failure).reason == .other {
      drop(inHand.prefix(1), as: .unusable)
      release(1, bytes: bytes)
      return
    }
    let written = inHand.prefix(count)
    release(count, bytes: bytes)
    note(written)
    succeed()
    owner.publish()
  }

  private func writeOneByOne(_ count: Int, _ session: WriterSession) throws {
    for _ in 0..<count {
      guard let record = inHand.first else { return }
      do {
        try session.write([record])
        note([record])
      } catch let failure where StoreFailure(failure).reason == .other {
        drop([record], as: .unusable)
      }
      release(1, bytes: record.bytes)
    }
    succeed()
    owner.publish()
  }

  /// Retention and the word index: a step each, then back to the queue.
  private func keepHouse(isHurried: Bool) throws {
    guard let session else { return }
    if isHurried, owner.deadline == nil {
      // The end waits for none of it.
      while owner.deadline == nil, try session.indexWords() {}
    } else if owner.withQueue({ $0.waiting.isEmpty }), !isBusy || DispatchTime.now() >= nextHousekeeping {
      _ = try session.indexWords()
    }
    try retain(session)
    try upgrade(session)
    if DispatchTime.now() >= nextHousekeeping {
      nextHousekeeping = .now() + .milliseconds(Self.housekeepingMilliseconds)
      if !session.isCurrent { try open() }
      try noteDrops()
    }
    succeed()
  }

  private func upgrade(_ session: WriterSession) throws {
    guard owner.deadline == nil, let time = session.nextUpgrade, DispatchTime.now() >= (isBusy ? max(time, nextHousekeeping) : time),
      let upgrade = try session.upgrade()
    else { return }
    let isNews = owner.withQueue { queue in
      defer { queue.status.upgrade = upgrade }
      return queue.status.upgrade?.isDone != upgrade.isDone
    }
    if isNews { owner.publish() }
  }

  /// A file that is far too large gets smaller before more is written to it, unless it is about to be closed.
  private func makeRoom() throws {
    guard let session, !inHand.isEmpty, owner.deadline == nil, session.isOverfull else { return }
    try retain(session)
  }

  private func retain(_ session: WriterSession) throws {
    let expired = try session.retain(now: options.now())
    let isExpiring = session.isExpiring
    let hasChanged = owner.withQueue { queue in
      defer { queue.status.isExpiring = isExpiring }
      queue.status.expired += expired
      return expired > 0 || queue.status.isExpiring != isExpiring
    }
    if hasChanged { owner.publish() }
  }

  private func noteDrops() throws {
    let notes = owner.withQueue { $0.status.dropNotes }
    guard let session, !notes.isEmpty else { return }
    try session.write(notes)
    owner.withQueue { $0.status.dropNotes.remove(notes) }
  }

  // MARK: Results

  private func release(_ count: Int, bytes: Int) {
    inHand = inHand.dropFirst(count)
    owner.withQueue { $0.finish(count, bytes: bytes) }
  }

  private func note(_ written: ArraySlice<QueuedRecord>) {
    let exchanges = written.count(where: \.record.isExchange)
    let comparisons = written.count(where: \.record.isComparison)
    owner.withQueue {
      $0.status.written += exchanges
      $0.status.comparisons += comparisons
    }
  }

  private func drop(_ records: ArraySlice<QueuedRecord>, as reason: StoreStatus.DropReason) {
    let now = options.now()
    owner.withQueue { $0.drop(records, reason, now: now) }
    owner.publish()
  }

  private func succeed() {
    guard failures > 0 else { return }
    failures = 0
    owner.withQueue {
      $0.status.failure = nil
      $0.status.failingSince = nil
    }
    owner.publish()
  }

  /// Notes what is wrong and when to try again: a lock soon, the rest within two seconds.
  private func fail(_ failure: StoreFailure) {
    failures += 1
    let milliseconds = failure.reason == .locked ? 100 : min(2000, 125 << min(failures, 4))
    retryAt = .now() + .milliseconds(milliseconds)
    nextHousekeeping = retryAt
    let now = options.now()
    owner.withQueue { queue in
      queue.status.failure = failure
      if queue.status.failingSince == nil { queue.status.failingSince = now }
    }
    owner.publish()
    session?.forget()
    guard failure.reason != .locked, failure.reason != .diskFull else { return }
    session?.close()
    session = nil
    // A store of ours that is damaged makes room for a new one, and is kept for whoever can mend it.
    if failure.reason == .corrupt, options.file.isOurs, let name = try? options.file.setAside(at: now) {
      owner.withQueue { $0.status.setAside = name }
      retryAt = .now()
    }
  }
}
