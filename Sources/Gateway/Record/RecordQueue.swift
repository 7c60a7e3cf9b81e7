// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSONSchema
import NIOCore
import Store
import Synchronization

/// The recorder's queue: what event loops hand over, and what it may hold. Beyond `bytes` records go on without their bodies, beyond
/// twice as much not at all.
struct RecordQueue: ~Copyable {
  struct Batch: Sendable {
    var records: [ExchangeRecord] = []
    var bytes = 0
  }

  /// What did not fit.
  struct Loss: Equatable {
    var records = 0
    /// Records that go on without their bodies.
    var bodies = 0
  }

  private static let queuedBatches = 4096

  let batches: AsyncStream<Batch>
  private let queue: AsyncStream<Batch>.Continuation
  private let limit: Int
  /// Of batches that were put in and not finished.
  private let waiting = Atomic(0)

  init(bytes limit: Int) {
    (batches, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.queuedBatches))
    self.limit = limit
  }

  borrowing func put(_ records: [ExchangeRecord]) -> Loss {
    var batch = Batch(records: records)
    var loss = Loss()
    batch.bytes = records.reduce(0) { $0 + $1.queuedBytes }
    if waiting.add(batch.bytes, ordering: .relaxed).newValue > limit {
      waiting.subtract(batch.bytes, ordering: .relaxed)
      (batch, loss) = fitting(records)
    }
    if !batch.records.isEmpty, case .dropped = queue.yield(batch) {
      waiting.subtract(batch.bytes, ordering: .relaxed)
      loss.records += batch.records.count
    }
    return loss
  }

  /// The queue is nearly full: record by record.
  private borrowing func fitting(_ records: [ExchangeRecord]) -> (Batch, Loss) {
    var batch = Batch()
    var loss = Loss()
    for var record in records {
      var bytes = record.queuedBytes
      if waiting.add(bytes, ordering: .relaxed).newValue > limit {
        waiting.subtract(bytes, ordering: .relaxed)
        if record.forgetBodies() { loss.bodies += 1 }
        bytes = record.queuedBytes
        guard waiting.add(bytes, ordering: .relaxed).newValue <= 2 * limit else {
          waiting.subtract(bytes, ordering: .relaxed)
          loss.records += 1
          continue
        }
      }
      batch.records.append(record)
      batch.bytes += bytes
    }
    return (batch, loss)
  }

  /// The batch is where it belongs.
  borrowing func finish(_ batch: Batch) {
    waiting.subtract(batch.bytes, ordering: .relaxed)
  }

  borrowing func close() { queue.finish() }
}

extension ExchangeRecord {
  /// What it holds, about: texts and bodies, and a flat sum for the rest.
  var queuedBytes: Int {
    var sum = 2048 + path.utf8.count + model.utf8.count
    for edit in edits { sum += 64 + edit.before.count + edit.after.count }
    for repair in repairs { sum += 64 + repair.before.count + repair.after.count }
    for call in calls { sum += call.queuedBytes }
    for finding in findings { sum += finding.queuedBytes }
    for attempt in attempts {
      sum += 512 + (attempt.sent?.readableBytes ?? 0) + (attempt.answer?.queuedBytes ?? 0)
      for call in attempt.calls { sum += call.queuedBytes }
      for finding in attempt.findings { sum += finding.queuedBytes }
    }
    for secret in secrets { sum += 16 + secret.utf8.count }
    if let bodies { sum += bodies.queuedBytes }
    if case .sent(let body, _)? = shadow { sum += body.readableBytes }
    return sum
  }

  /// Leaves what is logged and counted. False where there are no bodies.
  mutating func forgetBodies() -> Bool {
    var hadBodies = bodies != nil || attempts.contains { $0.sent != nil || $0.answer != nil }
    bodies = nil
    for index in attempts.indices {
      (attempts[index].sent, attempts[index].answer) = (nil, nil)
      for call in attempts[index].calls.indices { hadBodies = attempts[index].calls[call].forgetBodies() || hadBodies }
    }
    for index in calls.indices { hadBodies = calls[index].forgetBodies() || hadBodies }
    for index in repairs.indices {
      hadBodies = forgetLong(&repairs[index].before) || hadBodies
      hadBodies = forgetLong(&repairs[index].after) || hadBodies
    }
    for index in edits.indices {
      hadBodies = forgetLong(&edits[index].before) || hadBodies
      hadBodies = forgetLong(&edits[index].after) || hadBodies
    }
    if case .sent? = shadow { shadow = .unsent }
    return hadBodies
  }
}

/// Arguments of some length are bodies, too.
private func forgetLong(_ text: inout [UInt8]) -> Bool {
  guard text.count > StoredExchange.longText else { return false }
  text = []
  return true
}

extension AssembledCall {
  /// What it holds, about.
  var queuedBytes: Int {
    MemoryLayout<AssembledCall>.stride + name.count + id.count + arguments.count + violationBytes
  }

  /// What is told of violations quotes the arguments.
  private var violationBytes: Int { (verdict?.violations ?? []).reduce(0) { $0 + 128 + $1.textBytes } }

  fileprivate mutating func forgetBodies() -> Bool {
    let wasTold = violationBytes > StoredExchange.longText
    if wasTold { verdict?.violations = [] }
    return forgetLong(&arguments) || wasTold
  }
}

extension Finding {
  var queuedBytes: Int { 64 + message.utf8.count + (path?.utf8.count ?? 0) }
}

extension RecordedAnswer {
  var queuedBytes: Int { body.count + (spoken?.count ?? 0) + 64 * headers.count }
}

extension RecordedBodies {
  var queuedBytes: Int { request.readableBytes + (response?.count ?? 0) + 64 * requestHeaders.count }
}
