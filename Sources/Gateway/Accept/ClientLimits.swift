// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// How long a client may take, in nanoseconds.
package struct ClientLimits: Sendable {
  /// From a request's first byte to the end of its head.
  var head: UInt64
  /// Between two reads of a request's body.
  var body: UInt64
  /// Between two requests.
  var idle: UInt64
  /// Of connections, on all lanes.
  var connections: Int
  /// To read the last answer, after Belay has closed its side: without a byte of what the client still sends.
  var lingering: UInt64 = 2_000_000_000
  /// However much comes: many a client sends all before it reads, and reads nothing where it cannot. As nginx has it.
  var lingeringInAll: UInt64 = 30_000_000_000
  /// Bytes of which the parser has told nothing yet: a head, trailers, a chunk's size. It counts names and values only, and keeps blanks
  /// before a value without end. Twice what is configured for those, and a read, leaves room for all that stands between them.
  var untold: Int

  /// - Parameter connections: where the configuration says nothing of them.
  package init(_ limits: Limits, connections: Int = .max) {
    idle = limits.keepAlive.wholeNanoseconds
    self.connections = limits.connections ?? connections
    head = limits.headerTimeout.wholeNanoseconds
    body = limits.headerTimeout.wholeNanoseconds
    untold = 2 * limits.headerBytes + (64 << 10)
  }
}
