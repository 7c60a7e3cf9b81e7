// SPDX-License-Identifier: Apache-2.0
import JSON
package import Store

extension StoredExchange {
  /// What went to the vendor in an attempt, counted from 0: the body that was kept for it, else the client's request with the
  /// edits made. nil where no request was kept.
  package func sentRequest(attempt: Int = 0) -> StoredMessage? {
    if attempts.indices.contains(attempt), let sent = attempts[attempt].request { return sent }
    guard var message = request else { return nil }
    if message.omittedBytes == 0 { message.body = Self.applying(edits, to: message.body) }
    return message
  }

  static func applying(_ edits: [StoredEdit], to body: [UInt8]) -> [UInt8] {
    var edited = EditedBody(body)
    for edit in edits { edited.make(edit) }
    return edited.finish()
  }
}
