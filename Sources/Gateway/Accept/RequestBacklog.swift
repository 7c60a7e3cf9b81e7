// SPDX-License-Identifier: Apache-2.0
import NIOCore
package import NIOHTTP1

/// Parts of later requests that wait for the answer under way (RFC 9112 section 9.3.2).
package struct RequestBacklog {
  /// A client that sends more is answered, and then it has to come again: a request line of 20 bytes is some kilobytes once it is read.
  package static let limit = 128

  private var parts = CircularBuffer<HTTPServerRequestPart>()
  /// More was sent than may wait: all of it is forgotten, and so is what comes after it.
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
    guard parts.count > Self.limit else { return }
    parts.removeAll()
    isOverrun = true
  }

  package mutating func next() -> HTTPServerRequestPart? { parts.popFirst() }

  package mutating func clear() { parts.removeAll() }
}
