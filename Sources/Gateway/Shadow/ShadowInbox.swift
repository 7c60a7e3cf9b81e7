// SPDX-License-Identifier: Apache-2.0
import Inspection
import NIOCore
import Synchronization

/// Where the recorder leaves records for the shadow. Bounded by number and by bytes; whoever offers never waits: what does not
/// fit is counted and gone.
package final class ShadowInbox: Sendable {
  private struct State {
    var records: [ExchangeRecord] = []
    var bytes = 0
    var lost = 0
  }

  private let state = Mutex(State())
  private let limit: Int
  private let byteLimit: Int
  private let bell: @Sendable () -> Void

  /// - Parameter bell: called when there is something in an inbox that was empty.
  package init(limit: Int = 8192, bytes: Int = 64 << 20, bell: @escaping @Sendable () -> Void) {
    (self.limit, byteLimit, self.bell) = (limit, bytes, bell)
  }

  package func offer(_ batch: [ExchangeRecord]) {
    let rings = state.withLock { state in
      let wasEmpty = state.records.isEmpty
      for record in batch where record.shadow != nil {
        let record = record.forShadow
        let size = record.queuedBytes
        guard state.records.count < limit, state.bytes + size <= byteLimit else {
          state.lost += 1
          continue
        }
        state.records.append(record)
        state.bytes += size
      }
      return wasEmpty && !state.records.isEmpty
    }
    if rings { bell() }
  }

  /// Everything that is there, and how many were lost since the last time.
  package func take() -> (records: [ExchangeRecord], lost: Int) {
    state.withLock { state in
      defer { state = State() }
      return (state.records, state.lost)
    }
  }
}

extension ExchangeRecord {
  /// What the shadow looks at: the request, and what its first answer said. The rest must not live as long as the inbox.
  fileprivate var forShadow: ExchangeRecord {
    var record = self
    (record.bodies, record.edits, record.findings, record.repairs) = (nil, [], [], [])
    record.attempts = Array(attempts.prefix(1))
    for index in record.attempts.indices { (record.attempts[index].answer, record.attempts[index].sent) = (nil, nil) }
    return record
  }
}
