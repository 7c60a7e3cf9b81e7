// SPDX-License-Identifier: Apache-2.0

/// A record with its size, which is asked for more than once. A class: it is handed on several times, and a record is forty
/// references to count.
final class QueuedRecord: Sendable {
  let record: StoreRecord
  let bytes: Int

  init(_ record: consuming StoreRecord) {
    bytes = record.queuedBytes
    self.record = record
  }
}

/// What waits to be written, and what became of the rest. A value behind the writer's lock.
struct WriteQueue {
  private(set) var waiting: [QueuedRecord] = []
  /// Taken by the writer, not yet committed: still counted against the limits.
  private(set) var inHand = (records: 0, bytes: 0)
  private var waitingBytes = 0
  private var oldest: Int64?
  private var oldestInHand: Int64?
  private let limits: StoreOptions.Queue
  var status = StoreStatus()
  private(set) var isClosed = false

  init(limits: StoreOptions.Queue) {
    self.limits = limits
  }

  var isEmpty: Bool { waiting.isEmpty && inHand.records == 0 }

  /// - Returns: whether the writer must be woken.
  mutating func offer(_ batch: [QueuedRecord], now: Int64) -> Bool {
    guard !isClosed else {
      drop(batch, .closed, now: now)
      return false
    }
    let before = waiting.count
    for record in batch {
      guard let fitting = fitting(record) else {
        drop([record], status.failure.map { .failing($0.reason) } ?? .queueFull, now: now)
        continue
      }
      waiting.append(fitting)
      waitingBytes += fitting.bytes
    }
    if oldest == nil, !waiting.isEmpty { oldest = now }
    return before == 0 && !waiting.isEmpty || before < Self.batch && waiting.count >= Self.batch
  }

  /// Beyond the limit exchanges go without their bodies, beyond twice as much not at all.
  private mutating func fitting(_ record: QueuedRecord) -> QueuedRecord? {
    guard waiting.count + inHand.records < limits.records else { return nil }
    let held = waitingBytes + inHand.bytes
    if held + record.bytes <= limits.bytes { return record }
    guard case .exchange(var exchange) = record.record else { return nil }
    let hadBodies = exchange.forgetBodies()
    let lean = hadBodies ? QueuedRecord(.exchange(exchange)) : record
    guard held + lean.bytes <= 2 * limits.bytes else { return nil }
    if hadBodies { status.droppedBodies += 1 }
    return lean
  }

  /// So many records are worth writing at once.
  static let batch = 512

  /// The writer takes all that waits.
  mutating func take() -> [QueuedRecord] {
    defer {
      inHand = (waiting.count, waitingBytes)
      oldestInHand = oldest
      waiting = []
      waitingBytes = 0
      oldest = nil
    }
    return waiting
  }

  /// Some of what was taken is committed or given up.
  mutating func finish(_ records: Int, bytes: Int) {
    inHand = (inHand.records - records, inHand.bytes - bytes)
    if inHand.records <= 0 { oldestInHand = nil }
  }

  mutating func drop(_ records: some Collection<QueuedRecord>, _ reason: StoreStatus.DropReason, now: Int64) {
    let count = records.count(where: \.record.isExchange)
    status.droppedOthers += records.count - count
    guard count > 0 else { return }
    status.dropped[reason, default: 0] += count
    status.dropNotes.add(count, reason.name, now: now)
  }

  mutating func close() {
    isClosed = true
  }

  func report(now: Int64) -> StoreStatus {
    var report = status
    report.queuedRecords = waiting.count + inHand.records
    report.queuedBytes = waitingBytes + inHand.bytes
    report.lagMilliseconds = (oldestInHand ?? oldest).map { max(0, now - $0) } ?? 0
    return report
  }
}
