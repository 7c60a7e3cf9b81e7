// SPDX-License-Identifier: Apache-2.0
package import Fidelity

/// A live exchange that waits to be asked of the reference, kept so that a restart does not lose it. It is deleted when the
/// reference has answered.
package struct StoredShadowJob: Sendable, Equatable {
  package var exchange: String
  /// Milliseconds since the Unix epoch.
  package var queuedAt: Int64
  package var vendor: String
  package var model: String
  package var conversation: UInt64
  /// The vendor's answer, and the reference's first where a second is wanted.
  package var answer: Side
  package var first: Side?
  package var tokens: Int
  package var isRepeated: Bool
  package var failures: Int
  /// The request.
  package var body: [UInt8]
  /// A digest of who is to be asked. Nil where an earlier release kept it, which did not say.
  package var reference: UInt64?
  /// Keys of the exchange's own, which nothing that is kept may hold. Never written.
  package var secrets: [String] = []

  package init(
    exchange: String, queuedAt: Int64, vendor: String, model: String, conversation: UInt64, answer: Side, first: Side? = nil,
    tokens: Int, isRepeated: Bool, failures: Int, body: [UInt8]
  ) {
    (self.exchange, self.queuedAt, self.vendor, self.model) = (exchange, queuedAt, vendor, model)
    (self.conversation, self.answer, self.first, self.tokens) = (conversation, answer, first, tokens)
    (self.isRepeated, self.failures, self.body) = (isRepeated, failures, body)
  }
}

/// What becomes of the shadow's queue on disk.
package enum ShadowNote: Sendable, Equatable {
  case keep(StoredShadowJob)
  /// The exchange's id.
  case forget(String)
  /// What shadows have cost today; days since the epoch.
  case spent(day: Int64, reference: String, requests: Int, tokens: Int)

  var queuedBytes: Int {
    guard case .keep(let job) = self else { return 64 }
    let calls = job.answer.calls + (job.first?.calls ?? [])
    return calls.reduce(512 + job.body.count) { $0 + 64 + $1.name.count + $1.arguments.count }
  }
}

/// What an earlier process left.
package struct ShadowState: Sendable, Equatable {
  package var jobs: [StoredShadowJob] = []
  package var requests = 0
  package var tokens = 0

  package init() {}
}
