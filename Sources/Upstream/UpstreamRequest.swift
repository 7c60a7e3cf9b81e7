// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// What is sent to a vendor. Headers go out exactly as given, in their order: nothing is added except `Host` (unless
/// given) and the framing, which follows from `body` (`Content-Length`, `Transfer-Encoding` and `Expect` in `headers`
/// are ignored). No redirect is followed and no content coding is undone.
package struct UpstreamRequest: Sendable {
  package enum Body: Sendable {
    case none
    /// The whole body. It is sent from this buffer's own storage, without a copy.
    case bytes(ByteBuffer)
    /// Written with `UpstreamCall.write`, ended with `UpstreamCall.finishBody`. `length` in bytes when it is known;
    /// without one HTTP/1.1 sends chunks.
    case stream(length: Int?)
  }

  /// Any method token. The answer to `HEAD` has no body, whatever its headers say; `HEAD` sends none either.
  package var method: String
  /// Absolute, `http` or `https`, already percent-encoded. The path is sent as it is: `..` is not resolved.
  package var url: String
  package var headers: [(name: String, value: String)]
  package var body: Body
  package var limits: UpstreamLimits
  /// Whose it is: where one's answers take their reader long, others' come in between.
  package var holder: UInt64
  /// Who answers: likewise.
  package var vendor: UInt64

  package init(
    method: String, url: String, headers: [(name: String, value: String)] = [], body: Body = .none,
    limits: UpstreamLimits = UpstreamLimits(), holder: UInt64 = 0, vendor: UInt64 = 0
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.limits = limits
    self.holder = holder
    self.vendor = vendor
  }
}

/// How long a vendor may take. The defaults are long, as a Kimi call may say nothing for minutes. The time in which we
/// wait for our own side (a paused reader, a request body that is not written yet) counts for none of them.
package struct UpstreamLimits: Sendable, Equatable {
  /// Name resolution, TCP and TLS together.
  package var connect: Duration
  /// Silence until the response head is complete. Bytes of the body going up, or a 1xx response, start it anew.
  package var firstByte: Duration
  /// Silence between any two reads of the response body.
  package var idle: Duration

  package init(
    connect: Duration = .seconds(10), firstByte: Duration = .seconds(600), idle: Duration = .seconds(600)
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
  }
}
