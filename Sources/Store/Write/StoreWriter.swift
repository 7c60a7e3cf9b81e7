// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// The one writer of a store: takes records from event loops and writes them in batches on a thread of its own.
///
/// Nothing it does can fail or delay whoever offers. What cannot be written (a full disk, a lock, a file that is read-only,
/// damaged or gone) waits and is tried again; what the queue cannot hold is dropped, bodies first, and counted by reason, and
/// ``status`` says what is wrong. While it keeps up, a record is committed within two tenths of a second, and what is
/// committed survives a kill. Its words are found by a search a moment later, when there is nothing to write; with more than
/// about a thousand exchanges a second, when there are fewer again.
///
///     // The gateway: one writer, offered to from every event loop.
///     var options = StoreOptions(path: "/var/lib/belay/belay.db")
///     options.redaction.paths = [try JSONPath("$.messages[*].content")]
///     let writer = StoreWriter(options)
///     writer.offer([exchange])                       // never blocks, never throws
///     writer.status.failure                          // what to show, and what to make a finding of
///     await writer.close()                           // on a draining stop
///
///     // A command or the console, in this process or another: `belay list`, `show`, `tail`.
///     let store: any ExchangeQueries = try StoreReader(path: "/var/lib/belay/belay.db")
///     var filter = ExchangeFilter()
///     filter.expression = try FilterExpression("findings has 'completion.empty' && duration > 2s")
///     let page = try await store.list(filter, before: nil, limit: 50)      // the next: before: page.next
///     let whole = try await store.exchange(id: "01K9XB")                   // an id or its beginning
///     var tail = try await store.follow(after: nil, filter, limit: 100)    // then again after: tail.cursor
package final class StoreWriter: Sendable {
  private let options: StoreOptions
  private let queue: Mutex<WriteQueue>
  private let waker = Waker()
  private let control = Mutex(Control())
  private let watchers = Mutex(Watchers())

  /// What others ask of the writer's thread.
  struct Control {
    var waiters: [CheckedContinuation<Void, Never>] = []
    /// Who waits for the file only.
    var openWaiters: [CheckedContinuation<Void, Never>] = []
    var deadline: DispatchTime?
    var hasEnded = false
    /// Secrets that are known since the writer was last asked.
    var secrets: [String] = []
    var endWaiters: [CheckedContinuation<Void, Never>] = []
  }

  /// Who wants to know how it goes.
  private struct Watchers {
    var next = 0
    var continuations: [Int: AsyncStream<StoreStatus>.Continuation] = [:]
    var isOver = false
  }

  /// Opens the store in the background: a store that cannot be opened now is tried again, like any other failure.
  package init(_ options: StoreOptions) {
    self.options = options
    queue = Mutex(WriteQueue(limits: options.queue))
    let thread = Thread { [self] in
      WriterLoop(owner: self, options: options).run()
    }
    thread.name = "belay-store"
    thread.start()
  }

  /// Exchanges to be handed over together.
  package struct Batch: Sendable {
    fileprivate var items: [QueuedRecord] = []

    package init(capacity: Int = 0) { items.reserveCapacity(capacity) }
    package mutating func append(_ record: consuming StoredExchange) { items.append(QueuedRecord(.exchange(record))) }
  }

  /// Hands over exchanges that have ended.
  package func offer(_ batch: [StoredExchange]) {
    var items = Batch(capacity: batch.count)
    for record in batch { items.append(record) }
    offer(items)
  }

  /// Takes a lock for as long as appending lasts; for event loops.
  package func offer(_ batch: Batch) { offer(batch.items) }

  /// The same for comparisons. Offer an exchange before what it was compared with, and it is counted there.
  package func offer(comparisons: [StoredComparison]) {
    offer(comparisons.map { QueuedRecord(.comparison($0)) })
  }

  /// The same for the shadow's queue. Offer a comparison before the note that its job is done, and no kill comes between.
  package func offer(notes: [ShadowNote]) {
    offer(notes.map { QueuedRecord(.shadow($0)) })
  }

  private func offer(_ batch: [QueuedRecord]) {
    let now = options.now()
    let (mustWake, hasDropped) = queue.withLock { queue in
      let before = queue.status.droppedTotal
      return (queue.offer(batch, now: now), queue.status.droppedTotal > before)
    }
    if mustWake { waker.wake() }
    if hasDropped { publish() }
  }

  /// Takes these out of what is written from now on, as those of `options.redaction`: a reload may bring keys.
  package func hide(_ secrets: [String]) {
    control.withLock { $0.secrets += secrets }
  }

  /// Notes when exchanges were lost before they came here, for the overview; `status.dropped` counts what was lost here.
  package func noteLost(_ count: Int, reason: String) {
    let now = options.now()
    queue.withLock { $0.status.dropNotes.add(count, reason, now: now) }
  }

  package var status: StoreStatus {
    let now = options.now()
    return queue.withLock { $0.report(now: now) }
  }

  /// The status now, and again whenever something was written, lost, failed or mended; only the last where nobody listened
  /// meanwhile. Ends when the writer has closed.
  package func changes() -> AsyncStream<StoreStatus> {
    let (stream, continuation) = AsyncStream.makeStream(of: StoreStatus.self, bufferingPolicy: .bufferingNewest(1))
    continuation.yield(status)
    let number = watchers.withLock { watchers -> Int? in
      guard !watchers.isOver else { return nil }
      watchers.next += 1
      watchers.continuations[watchers.next] = continuation
      return watchers.next
    }
    if let number {
      continuation.onTermination = { [weak self] _ in _ = self?.watchers.withLock { $0.continuations.removeValue(forKey: number) } }
    } else {
      continuation.finish()
    }
    return stream
  }

  /// Returns when all that was offered before is committed, dropped, or has failed once, and its words are indexed.
  package func flush() async {
    await withCheckedContinuation { continuation in
      let isOver = control.withLock { control in
        if !control.hasEnded { control.waiters.append(continuation) }
        return control.hasEnded
      }
      if isOver { continuation.resume() } else { waker.wake() }
    }
  }

  /// Returns when the file is there and brought up to date, or has failed to be once.
  package func opened() async {
    await withCheckedContinuation { continuation in
      let isOver = control.withLock { control in
        if !control.hasEnded { control.openWaiters.append(continuation) }
        return control.hasEnded
      }
      if isOver { continuation.resume() } else { waker.wake() }
    }
  }

  /// Takes nothing more, writes what waits, and lets go of the file. What is not written after `seconds` is dropped and
  /// counted. Returns when all of it is done; a second call waits for the first.
  package func close(within seconds: Double = 5) async {
    queue.withLock { $0.close() }
    await withCheckedContinuation { continuation in
      let isOver = control.withLock { control in
        if control.deadline == nil { control.deadline = .now() + seconds }
        if !control.hasEnded { control.endWaiters.append(continuation) }
        return control.hasEnded
      }
      if isOver { continuation.resume() } else { waker.wake() }
    }
  }

  // MARK: For the writer's thread

  func withQueue<T>(_ body: (inout sending WriteQueue) -> sending T) -> T { queue.withLock(body) }

  func takeSecrets() -> [String] {
    control.withLock { control in
      defer { control.secrets = [] }
      return control.secrets
    }
  }

  /// Waits for a record, a request or the time.
  func sleep(until time: DispatchTime) { waker.sleep(until: time) }

  /// Whether somebody waits for a flush or the end, so that there is no time to gather.
  var isHurried: Bool { control.withLock { !$0.waiters.isEmpty || $0.deadline != nil } }
  var deadline: DispatchTime? { control.withLock { $0.deadline } }

  func publish() {
    let watching = watchers.withLock { Array($0.continuations.values) }
    guard !watching.isEmpty else { return }
    let status = status
    for watcher in watching { watcher.yield(status) }
  }

  func takeWaiters() -> [CheckedContinuation<Void, Never>] {
    control.withLock { control in
      defer { control.waiters = [] }
      return control.waiters
    }
  }

  func takeOpenWaiters() -> [CheckedContinuation<Void, Never>] {
    control.withLock { control in
      defer { control.openWaiters = [] }
      return control.openWaiters
    }
  }

  func end() {
    let waiters = control.withLock { control in
      control.hasEnded = true
      defer { (control.waiters, control.openWaiters, control.endWaiters) = ([], [], []) }
      return control.waiters + control.openWaiters + control.endWaiters
    }
    publish()
    let watching = watchers.withLock { watchers in
      watchers.isOver = true
      return Array(watchers.continuations.values)
    }
    for watcher in watching { watcher.finish() }
    for waiter in waiters { waiter.resume() }
  }
}
