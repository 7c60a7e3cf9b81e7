// SPDX-License-Identifier: Apache-2.0

/// How much and how long. The times are long by default: a Kimi call that thinks may say nothing for minutes.
package struct Limits: Equatable, Sendable {
  /// Longest request body that is taken in to be inspected, in bytes.
  package var requestBytes = 64 << 20
  /// Request bodies to be inspected that are held at once, of all clients, in bytes.
  package var bufferedBytes = 1 << 30
  /// Longest request head, in bytes.
  package var headerBytes = 64 << 10
  /// From a client's first byte to the end of its request head.
  package var headerTimeout: Duration = .seconds(30)
  /// Clients' connections that are open at once; nil: as many as the process may have descriptors for, see
  /// `Gateway.Descriptors`.
  package var connections: Int?
  /// How long a client's connection may wait for its next request.
  package var keepAlive: Duration = .seconds(75)
  /// To reach a vendor: name, TCP and TLS.
  package var connect: Duration = .seconds(10)
  /// From the request sent to the first byte of the vendor's answer.
  package var firstByte: Duration = .seconds(600)
  /// Silence between two bytes of the vendor's answer.
  package var idle: Duration = .seconds(300)
  /// How long a stop waits for running exchanges. Kubernetes kills after 30 s, so the default ends before.
  package var drain: Duration = .seconds(25)
  /// How long a stop goes on taking requests after it has said that it is not ready: what spreads requests needs that long to hear.
  package var drainDelay: Duration = .zero

  package init() {}
}
