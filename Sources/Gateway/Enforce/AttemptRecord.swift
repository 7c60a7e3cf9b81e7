// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection

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
  /// Its calls as they came, with their verdicts.
  package var calls: [AssembledCall] = []
  package var usage: Usage?
  /// Body bytes that arrived.
  package var bytes = 0
  /// The argument byte at which a call could no longer become valid, where the attempt was stopped for that.
  package var stoppedAt: Int?
  package var startedAt: UInt64
  package var firstByteAt: UInt64?
  package var endedAt: UInt64 = 0

  package init(rung: Rung?, vendor: String, model: String, startedAt: UInt64) {
    self.rung = rung
    self.vendor = vendor
    self.model = model
    self.startedAt = startedAt
  }
}
