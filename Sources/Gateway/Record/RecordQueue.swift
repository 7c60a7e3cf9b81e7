// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
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
    for edit in edits { sum += edit.queuedBytes }
    for repair in repairs { sum += 64 + repair.field.utf8.count + repair.before.count + repair.after.count }
    for reason in finishReasons { sum += 16 + reason.utf8.count }
    for call in calls { sum += call.queuedBytes }
    for finding in findings { sum += finding.queuedBytes }
    for attempt in attempts {
      sum += 512 + (attempt.sent?.readableBytes ?? 0) + (attempt.answer?.queuedBytes ?? 0) + attempt.toldBytes
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
      hadBodies = attempts[index].forgetCallBodies() || hadBodies
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
    if hasShadowBody { shadow = .unsent }
    return hadBodies
  }

  /// The shadow may ask for the same, and compare the answers.
  var hasShadowBody: Bool { if case .sent? = shadow { true } else { false } }
}

extension AttemptRecord {
  /// What is told of its answer, about.
  var toldBytes: Int { calls.reduce(0) { $0 + $1.queuedBytes } + findings.reduce(0) { $0 + $1.queuedBytes } }

  @discardableResult
  mutating func forgetCallBodies() -> Bool {
    var hadBodies = false
    for index in calls.indices { hadBodies = calls[index].forgetBodies() || hadBodies }
    return hadBodies
  }

  /// Leaves what they are, and how they begin.
  mutating func forgetLongFindings() {
    for index in findings.indices where findings[index].queuedBytes > StoredExchange.longText {
      (findings[index].path, findings[index].message) = (nil, bounded(findings[index].message, 200))
    }
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
    MemoryLayout<AssembledCall>.stride + name.count + id.count + arguments.count + others.count + violationBytes
  }

  private var violationBytes: Int { verdict?.violations.queuedBytes ?? 0 }

  fileprivate mutating func forgetBodies() -> Bool {
    let wasTold = violationBytes > StoredExchange.longText
    if wasTold { verdict?.violations = [] }
    let (hadArguments, hadOthers) = (forgetLong(&arguments), forgetLong(&others))
    return hadArguments || hadOthers || wasTold
  }
}

extension [Violation] {
  /// What is told of violations quotes the arguments.
  fileprivate var queuedBytes: Int { reduce(0) { $0 + 128 + $1.textBytes } }
}

extension Finding {
  var queuedBytes: Int { 64 + message.utf8.count + (path?.utf8.count ?? 0) }
}

extension RequestEdit {
  /// With what each of its texts takes besides its bytes.
  var queuedBytes: Int { MemoryLayout<RequestEdit>.stride + 96 + before.count + after.count + edit.replacement.count }
}

extension RetryChange {
  var queuedBytes: Int {
    guard case .feedback(let turn) = self else { return 0 }
    return turn.calls.reduce(turn.text.count + (turn.reasoning?.count ?? 0)) { sum, call in
      let violations = if case .violations(let some) = call.problem { some.queuedBytes } else { 0 }
      return sum + call.name.count + call.arguments.count + violations
    }
  }
}

extension RecordedAnswer {
  var queuedBytes: Int { body.count + (spoken?.count ?? 0) + headers.heldBytes }
}

extension RecordedBodies {
  var queuedBytes: Int {
    request.readableBytes + (response?.count ?? 0) + requestHeaders.heldBytes + MemoryLayout<Int>.stride * boundaries.count
  }
}
