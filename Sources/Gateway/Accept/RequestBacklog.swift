// SPDX-License-Identifier: Apache-2.0
import NIOCore
package import NIOHTTP1

/// Parts of later requests that wait for the answer under way (RFC 9112 section 9.3.2).
package struct RequestBacklog {
  /// A client that sends more is answered, and then it has to come again: a request line of 20 bytes is some kilobytes once it is read.
  package static let limit = 128

  private var parts = CircularBuffer<HTTPServerRequestPart>()
  /// More was sent than may wait: none of it is delivered, nor what comes after it.
  package private(set) var isOverrun = false

  package init() {}

  package var isEmpty: Bool { parts.isEmpty }

  package mutating func hold(_ part: HTTPServerRequestPart) {
    guard !isOverrun else { return }
    // Pieces of a body wait as one.
    if case .body(let bytes) = part, case .body(var body)? = parts.last {
      parts.removeLast()
      body.writeImmutableBuffer(bytes)
      parts.append(.body(body))
      return
    }
    parts.append(part)
    isOverrun = parts.count > Self.limit
  }

  package mutating func next() -> HTTPServerRequestPart? { parts.popFirst() }

  /// Empties it: nothing of it will be delivered.
  ///
  /// - Returns: the heads of the requests that waited.
  package mutating func takeHeads() -> [HTTPRequestHead] {
    defer { parts.removeAll() }
    return parts.compactMap { if case .head(let head) = $0 { head } else { nil } }
  }
}
