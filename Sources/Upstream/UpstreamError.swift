// SPDX-License-Identifier: Apache-2.0

/// Why a call has no (complete) response. `message` is one line that says what to do next; it names the vendor's host
/// and port, and never a header, a path or a query, since those may hold keys.
package struct UpstreamError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: String, Sendable, CaseIterable {
    /// The host's name has no address.
    case resolve
    /// No TCP connection.
    case connect
    /// No trusted TLS session.
    case tls
    /// The proxy of the environment is not there or refuses.
    case proxy
    case connectTimeout
    case firstByteTimeout
    case idleTimeout
    /// The connection broke before a response head was complete.
    case reset
    /// The connection broke, or the stream was reset, within the response body.
    case truncated
    /// The vendor sends elsewhere, where nothing goes. libcurl follows nobody: its caller says so, having seen the head.
    case redirected
    /// What came is not HTTP.
    case `protocol`
    /// The response head, or a collected body, is over its limit.
    case tooLarge
    /// The request cannot be sent as it is: a bad URL, a control character in a header, a body of another length.
    case invalidRequest
    /// The caller went away, or the engine was shut down.
    case cancelled
    /// Out of file descriptors or memory, or something this code did not expect of libcurl.
    case `internal`
  }

  package enum Fault: String, Sendable { case client, vendor, belay }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var fault: Fault {
    switch kind {
    case .resolve, .connect, .tls, .connectTimeout, .firstByteTimeout, .idleTimeout, .reset, .truncated, .redirected,
      .protocol, .tooLarge:
      .vendor
    case .invalidRequest, .cancelled: .client
    case .proxy, .internal: .belay
    }
  }

  /// Whether the same request may succeed later, or at another connection. It does not say that a retry is safe.
  package var isRetryable: Bool {
    switch kind {
    case .resolve, .connect, .proxy, .connectTimeout, .firstByteTimeout, .idleTimeout, .reset, .truncated: true
    case .tls, .redirected, .protocol, .tooLarge, .invalidRequest, .cancelled, .internal: false
    }
  }

  package var description: String { "\(kind.rawValue): \(message)" }
}
