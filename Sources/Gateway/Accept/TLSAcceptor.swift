// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Logging
import NIOCore
import Synchronization
import TLS

/// Gives new connections their TLS, by the certificate that counts now, and keeps count of how handshakes end.
///
/// Whether a listener speaks TLS at all is decided at the start; a reload changes the certificate and what is asked of clients.
package final class TLSAcceptor: Sendable {
  let coversConsole: Bool
  private let settings: Mutex<TLSSettings>
  private let handshakeTime: TimeAmount
  private let handshakes: Handshakes

  package init(_ settings: TLSSettings, handshakeTime: Duration, logger: Logger) {
    coversConsole = settings.coversConsole
    self.settings = Mutex(settings)
    self.handshakeTime = TimeAmount(handshakeTime)
    handshakes = Handshakes(logger: logger)
  }

  /// For connections that come from now on. Those that there are go on as they began.
  func reload(_ settings: TLSSettings) { self.settings.withLock { $0 = settings } }

  var current: TLSSettings { settings.withLock { $0 } }

  func agentHandler(_ turns: any TLSTurns) -> TLSHandler { handler(current.agents, "agents", turns) }
  func consoleHandler() -> TLSHandler? { coversConsole ? handler(current.console, "console") : nil }

  private func handler(_ context: ServerContext, _ listener: String, _ turns: (any TLSTurns)? = nil) -> TLSHandler {
    TLSHandler(context, timeout: handshakeTime, plainAnswer: Self.plainAnswer, turns: turns) { [handshakes] outcome, channel in
      handshakes.add(outcome, listener: listener, from: channel.remoteAddress)
      // In 1.3 the last word of the handshake is the client's, and without a ticket nothing answers it: a client that has not switched
      // off Nagle's algorithm would hold back its request until the delayed acknowledgement, 40 ms. This sends it now (tcp(7)).
      if case .completed = outcome { try? channel.syncOptions?.setOption(.tcpOption(.tcp_quickack), value: 1) }
    }
  }

  private static let plainAnswer: ByteBuffer = {
    let body = GatewayError.plainHTTP.body
    var answer = ByteBuffer(
      string: "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n"
        + "x-should-retry: false\r\nConnection: close\r\n\r\n")
    answer.writeBytes(body)
    return answer
  }()

  /// Without TLS the families are declared all the same.
  static func write(_ acceptor: TLSAcceptor?, to text: inout MetricsText) {
    let (completed, failed) = acceptor?.handshakes.counts ?? ([:], [:])
    text.append(
      counter: "belay_tls_handshakes_total", "TLS handshakes that led to a connection, by listener and version.",
      labels: ["listener", "tls_protocol_version"], completed)
    text.append(
      counter: "belay_tls_handshake_failures_total", "TLS handshakes that led to none, by listener and why.", labels: ["listener", "reason"],
      failed)
    let expiry: [[String]: Double] = acceptor.map { [[]: Double($0.current.validUntil)] } ?? [:]
    text.append(
      gauges: "belay_tls_certificate_expiration_timestamp_seconds", "When the certificate, or one above it, expires: seconds since the epoch.",
      labels: [], expiry)
  }
}

extension GatewayError {
  static let plainHTTP = GatewayError(
    fault: .client, status: 400, code: "tls_required",
    message: "this port speaks TLS: write https:// in place of http:// in the base URL", isRetryable: false)
}
