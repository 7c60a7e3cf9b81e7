// SPDX-License-Identifier: Apache-2.0
package import Fidelity
package import NIOCore

/// One live exchange that is to be asked of the reference. Times are milliseconds since the Unix epoch.
package struct ShadowJob: Sendable, Equatable {
  /// The exchange's.
  package var id: String
  /// When it was taken in.
  package var queuedAt: Int64
  package var vendor: String
  /// As the client named it.
  package var model: String
  /// The conversation's hash.
  package var conversation: UInt64
  /// What the vendor answered.
  package var answer: Side
  /// What it is likely to cost: what it cost at the vendor.
  package var tokens: Int
  /// The reference is to be asked twice.
  package var isRepeated: Bool
  /// The client's request, as it came.
  package var body: ByteBuffer
  /// The reference's first answer, once it is there and the second is awaited.
  package var first: Side?
  /// How often the reference failed.
  package var failures = 0
  /// The client's own keys, which nothing of this may be written with.
  package var secrets: [String] = []

  package init(
    id: String, queuedAt: Int64, vendor: String, model: String, conversation: UInt64, answer: Side, tokens: Int,
    isRepeated: Bool, body: ByteBuffer
  ) {
    (self.id, self.queuedAt, self.vendor, self.model) = (id, queuedAt, vendor, model)
    (self.conversation, self.answer, self.tokens) = (conversation, answer, tokens)
    (self.isRepeated, self.body) = (isRepeated, body)
  }

  /// What it holds: a vendor's arguments may be longer than any request.
  var bytes: Int { 1024 + body.readableBytes + answer.bytes + (first?.bytes ?? 0) }
}

extension Side {
  fileprivate var bytes: Int { calls.reduce(0) { $0 + 64 + $1.name.count + $1.arguments.capacity } }
}

/// Why an exchange that was chosen is not compared.
package enum ShadowDrop: String, Sendable, CaseIterable {
  /// More came than could be looked at.
  case intakeFull = "intake_full"
  case bodyTooLong = "body_too_long"
  /// The day's requests or tokens are used up.
  case budget
  case queueFull = "queue_full"
  /// The queue is full because the reference is being left alone.
  case paused = "reference_paused"
  /// It waited longer than `max_age`.
  case tooOld = "too_old"
  /// The reference failed each time.
  case failed = "reference_failed"
  /// The reference will not have this request.
  case refused = "reference_refused"
  /// The request cannot be made into one for the reference.
  case unusable
  /// Nothing recorded has this conversation.
  case noBaseline = "no_baseline"
  /// The process ended, and there is no store to keep it in.
  case stopped
}

/// Why an exchange is not even considered: nothing is lost with it.
package enum ShadowSkip: String, Sendable, CaseIterable {
  /// The client said `x-belay-shadow: off`.
  case optedOut = "opted_out"
  /// A rule keeps its vendor, model or path out.
  case rule
  case noTools = "no_tools"
  /// The vendor gave no finish reason: there is nothing to compare.
  case unanswered
  /// The reference itself answered.
  case reference
  /// Since the exchange began, or before a restart, the reference has become another.
  case otherReference = "other_reference"
  /// A key that Belay knows of stands in the request: it is no other vendor's business.
  case hasKey = "has_key"
  case notSampled = "not_sampled"
}
