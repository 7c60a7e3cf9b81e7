// SPDX-License-Identifier: Apache-2.0

/// What waits to be written, and what became of the rest. A value behind the writer's lock.
struct WriteQueue {
  private(set) var waiting: [StoredExchange] = []
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
  mutating func offer(_ batch: [StoredExchange], now: Int64) -> Bool {
    guard !isClosed else {
      status.dropped[.closed, default: 0] += batch.count
      return false
    }
    let before = waiting.count
    for record in batch {
      let bytes = record.queuedBytes
      guard waiting.count + inHand.records < limits.records, waitingBytes + inHand.bytes + bytes <= limits.bytes else {
        status.dropped[status.failure.map { .failing($0.reason) } ?? .queueFull, default: 0] += 1
        continue
      }
      waiting.append(record)
      waitingBytes += bytes
    }
    if oldest == nil, !waiting.isEmpty { oldest = now }
    return before == 0 && !waiting.isEmpty || before < Self.batch && waiting.count >= Self.batch
  }

  /// So many records are worth writing at once.
  static let batch = 512

  /// The writer takes all that waits.
  mutating func take() -> [StoredExchange] {
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
