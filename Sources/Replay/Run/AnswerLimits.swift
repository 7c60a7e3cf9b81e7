// SPDX-License-Identifier: Apache-2.0
package import JSON

/// What is read of one answer: some are in flight at once, and a vendor may send anything. The proxy's own limits.
package enum AnswerLimits {
  /// The longest stream, in bytes: a token may come in an event of a few hundred.
  package static let stream = 64 << 20
  /// The longest answer that is no stream, and the most text of one that is, in bytes.
  package static let text = 16 << 20
  package static let calls = 1024
  /// Of an answer or an event.
  package static let json = JSONLimits(values: 1 << 20)
}
