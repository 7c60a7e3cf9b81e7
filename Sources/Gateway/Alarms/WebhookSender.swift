// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import NIOCore
import Upstream

/// Sends messages over the client that vendors are called with, on an engine of its own.
package struct WebhookSender: Sendable {
  private let engine: UpstreamEngine
  private let eventLoop: any EventLoop

  package init(on eventLoop: any EventLoop) throws {
    var options = UpstreamOptions()
    options.pooledHandles = 1
    engine = try UpstreamEngine(options)
    self.eventLoop = eventLoop
  }

  package func shutdown() { engine.shutdown() }

  /// One attempt, of half a minute at most. Only the status counts: no byte of the answer's body is waited for.
  package func send(_ message: WebhookMessage, to webhook: Webhook) async -> Outbox.Outcome {
    let request = UpstreamRequest(
      method: "POST", url: webhook.url.revealed, headers: message.headers, body: .bytes(ByteBuffer(bytes: message.body)),
      limits: UpstreamLimits(connect: .seconds(10), firstByte: .seconds(15), idle: .seconds(5)))
    do {
      let head = try await engine.stream(request, on: eventLoop) { _, _ in false }
      return Outbox.Outcome(status: head.status, retryAfter: RetryAfter.nanoseconds(in: head.headers).map { Int64(clamping: $0 / 1_000_000) })
    } catch {
      return .failed(retryAfter: nil)
    }
  }
}

extension Outbox.Outcome {
  /// What asks to come later, and what is broken for now, is tried again; what says that the request is wrong is not. Redirects
  /// are not followed: the message is signed for the receiver that was named.
  package init(status: Int, retryAfter: Int64?) {
    switch status {
    case 200..<300: self = .delivered
    case 408, 425, 429, 500...: self = .failed(retryAfter: retryAfter)
    default: self = .refused
    }
  }
}
