// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Store
import Synchronization

/// Takes exchange records off the data path: logs a line for each and counts them, for the tally and for Prometheus.
///
/// Its queue is bounded, by bytes too. When it is full, bodies and then records are dropped and counted; no exchange waits for it.
package final class Recorder: Sendable {
  private static let dropReason = "recorder_queue_full"

  private let queue: RecordQueue
  private let format: Log.Format?
  private let write: @Sendable ([UInt8]) -> Void
  private let store: StoreWriter?
  private let shadow: ShadowInbox?
  /// What must be in no record, wherever it stands.
  private let known: Mutex<SecretSearch>
  private let state = Mutex((tally: Tally(), metrics: Metrics(), loss: RecordQueue.Loss()))

  /// - Parameters:
  ///   - format: how a line looks; nil for no lines.
  ///   - write: receives whole lines, UTF-8, several at a time, each with its line feed.
  ///   - store: where exchanges are kept; nil: nowhere.
  ///   - shadow: who may ask a reference the same; nil: nobody.
  ///   - secrets: the vendors' keys.
  ///   - queuedBytes: what may wait, about.
  package init(
    format: Log.Format?, store: StoreWriter? = nil, shadow: ShadowInbox? = nil, secrets: [String] = [],
    queuedBytes: Int = 64 << 20, write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    queue = RecordQueue(bytes: queuedBytes)
    known = Mutex(SecretSearch(secrets, isBounded: false))
    self.format = format
    self.store = store
    self.shadow = shadow
    self.write = write
  }

  package var tally: Tally { state.withLock { $0.tally } }
  package var metrics: Metrics { state.withLock { $0.metrics } }
  /// Records that were lost because the queue was full.
  package var dropped: Int { state.withLock { $0.loss.records } }
  /// Records that went on without their bodies, for the same reason.
  package var droppedBodies: Int { state.withLock { $0.loss.bodies } }

  package func take(_ records: [ExchangeRecord]) {
    let loss = queue.put(records)
    guard loss != RecordQueue.Loss() else { return }
    state.withLock { state in
      state.loss.records += loss.records
      state.loss.bodies += loss.bodies
    }
    if loss.records > 0 { store?.noteLost(loss.records, reason: Self.dropReason) }
  }

  /// Counts records that there was no room for before they were made.
  func lose(_ count: Int) {
    state.withLock { $0.loss.records += count }
    store?.noteLost(count, reason: Self.dropReason)
  }

  /// Takes these out of what comes from now on, too: a reload may bring keys.
  package func hide(_ secrets: [String]) {
    known.withLock { $0 = $0.including(secrets) }
  }

  /// Works until `finish` is called and the queue is empty, on a thread of its own.
  package func run() async {
    await OwnThread.run("belay-record") { await work() }
  }

  private func work() async {
    for await next in queue.batches {
      defer { queue.finish(next) }
      // Before anybody reads them: whatever is told of an exchange is told of these.
      var clearing = RecordClearing(known.withLock { $0 })
      let batch = next.records.map { clearing.cleared($0) }
      if let format {
        var lines = ExchangeLines(format: format, time: LogTime.now())
        for record in batch { lines.append(record) }
        write(lines.bytes)
      }
      // What passes without a look is logged and counted, and has nothing to show.
      if let store {
        var kept = StoreWriter.Batch(capacity: batch.count)
        for record in batch where record.isInspected { kept.append(StoredExchange(record)) }
        store.offer(kept)
      }
      shadow?.offer(batch)
      state.withLock { state in
        for record in batch {
          state.tally.add(record)
          state.metrics.add(record)
        }
      }
    }
  }

  package func finish() {
    queue.close()
  }
}
