// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import Store

/// One request as the simulated vendor received it, and how its answer ended.
package struct Received: Sendable {
  /// Counts from 1, in order of arrival.
  package let id: Int
  package let time: ContinuousClock.Instant
  package let method: String
  /// As in the request line, with its query.
  package let path: String
  /// In order, as received, but for secrets: see `masked(_:in:)`.
  package let headers: [(name: String, value: String)]
  package let body: ByteBuffer
  /// The `data_index` of the recording that answered, and the faults that changed the answer.
  package internal(set) var recording: Int?
  package internal(set) var faults: [String] = []
  package internal(set) var status = 0
  /// Bytes of the response given to the connection, status line and headers included.
  package internal(set) var bytesSent = 0
  package internal(set) var ending: Ending?
  package internal(set) var endingTime: ContinuousClock.Instant?

  package enum Ending: String, Sendable {
    case answered
    /// A fault closed or reset the connection.
    case broken
    /// The client closed the connection before the answer was complete.
    case clientClosed = "client closed"
    /// The server was stopped.
    case stopped
  }

  /// The first header of that name, whatever its case.
  package func header(_ name: String) -> String? {
    headers.first { equalsIgnoringCase($0.name, name) }?.value
  }

  package var bytes: [UInt8] { Array(body.readableBytesView) }
}

/// The value of a header, fit to be kept: of a secret only the scheme and the last four characters, of a short one not even those.
func masked(_ value: String, in name: String) -> String {
  guard Redaction.isCredential(name) else { return value }
  let words = value.split(separator: " ", maxSplits: 1)
  let scheme = words.first.flatMap { word in ["Bearer", "Basic"].first { equalsIgnoringCase($0, word) } }
  let secret = words.last ?? ""
  return (scheme.map { $0 + " " } ?? "") + "***" + (secret.utf8.count >= 12 ? String(secret.suffix(4)) : "")
}

func equalsIgnoringCase(_ a: some StringProtocol, _ b: some StringProtocol) -> Bool {
  a.utf8.count == b.utf8.count
    && zip(a.utf8, b.utf8).allSatisfy { $0 == $1 || ($0 ^ $1 == 0x20 && ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A) }
}
