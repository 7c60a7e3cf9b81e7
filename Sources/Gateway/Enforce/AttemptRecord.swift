// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection
package import NIOCore
package import Store
package import Upstream

/// What is kept of one call to a vendor. Times are nanoseconds since the exchange began.
package struct AttemptRecord: Sendable, Equatable {
  /// Why the attempt was made: nil for the first.
  package var rung: Rung?
  package var vendor: String
  package var model: String
  /// 0 where no head came.
  package var status = 0
  /// Why there is no complete answer; a stable code.
  package var error: String?
  /// As the vendor spelled them.
  package var finishReasons: [String] = []
  /// What is wrong with the answer, as it came.
  package var findings: [Finding] = []
  /// The first attempt's calls as they came, with their verdicts: nobody asks for those of others, whose answers have them.
  package var calls: [AssembledCall] = []
  package var usage: Usage?
  /// Body bytes that arrived.
  package var bytes = 0
  /// The argument byte at which a call could no longer become valid, where the attempt was stopped for that.
  package var stoppedAt: Int?
  package var startedAt: UInt64
  package var firstByteAt: UInt64?
  package var endedAt: UInt64 = 0
  /// The request's body, where it is not the first attempt's; and the answer. Only where bodies are kept, and there is room.
  package var sent: ByteBuffer?
  package var answer: RecordedAnswer?

  package init(rung: Rung?, vendor: String, model: String, startedAt: UInt64) {
    self.rung = rung
    self.vendor = vendor
    self.model = model
    self.startedAt = startedAt
  }
}

/// A vendor's answer as it came, as far as it is kept. A copy: what waits to be written holds no buffer that the event loop
/// could read the next bytes into.
package struct RecordedAnswer: Sendable, Equatable {
  /// Bytes of a body that are kept.
  fileprivate static let limit = 8 << 20

  package var headers: [StoredMessage.Header]
  package var isStream: Bool
  package private(set) var body: [UInt8] = []
  /// Bytes beyond the limit.
  package private(set) var omitted = 0
  /// What a stream said; nil where nobody listened to its end.
  package var spoken: [UInt8]?

  package init(_ head: UpstreamHead) {
    headers = head.headers.map { StoredMessage.Header($0.name, $0.value) }
    isStream = head.headers["content-type"]?.hasPrefix("text/event-stream") ?? false
  }

  package mutating func append(_ bytes: ByteBuffer) {
    // Nothing after a gap: what is kept is a beginning.
    guard omitted == 0, body.count + bytes.readableBytes <= Self.limit else {
      omitted += bytes.readableBytes
      return
    }
    body += bytes.readableBytesView
  }

  /// Nothing of it is kept, for want of memory.
  mutating func giveUp() {
    omitted += body.count
    (body, spoken) = ([], nil)
  }
}

/// What the client sent and, where it is not the vendor's answer, what it received.
package struct RecordedBodies: Sendable, Equatable {
  package var requestHeaders: [StoredMessage.Header]
  /// The very bytes that are sent on, where nothing of them is changed.
  package var request = ByteBuffer()
  /// Where messages begin, and where the last one ends: byte offsets in `request`.
  package var boundaries: [Int] = []
  package var response: [UInt8]?
  /// Bytes of the response beyond the limit.
  package private(set) var omitted = 0

  package init(requestHeaders: [ForwardedHeaders.Field]) {
    self.requestHeaders = requestHeaders.map { StoredMessage.Header($0.name, $0.value) }
  }

  /// More of what the client received.
  mutating func append(_ bytes: ByteBuffer) {
    guard omitted == 0, (response?.count ?? 0) + bytes.readableBytes <= RecordedAnswer.limit else {
      omitted += bytes.readableBytes
      return
    }
    if response == nil { response = [] }
    response? += bytes.readableBytesView
  }

  /// Nothing of what the client received is kept, for want of memory.
  mutating func giveUpResponse() {
    guard let bytes = response?.count else { return }
    omitted += bytes
    response = []
  }
}
