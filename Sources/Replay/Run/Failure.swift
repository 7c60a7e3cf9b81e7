// SPDX-License-Identifier: Apache-2.0
import Upstream

/// Why one attempt gave no answer, in the words of K2VV's files: `type` is the exception that the OpenAI SDK, on which
/// K2VV stands, would raise.
package struct Failure: Error, Equatable, Sendable {
  package let type: String
  package internal(set) var message: String
  package let isRetryable: Bool
  /// How long the vendor asks us to wait.
  package let retryAfter: Duration?
  /// The codes of what inspection finds wrong with what came; nil where nothing did, or nobody has looked.
  package internal(set) var findings: [String]?

  package init(type: String, message: String, isRetryable: Bool = false, retryAfter: Duration? = nil) {
    self.type = type
    self.message = message
    self.isRetryable = isRetryable
    self.retryAfter = retryAfter
  }

  /// Whether the vendor asks for fewer requests.
  var isRateLimit: Bool { type == "RateLimitError" }

  /// No response, or no complete one.
  init(_ error: UpstreamError) {
    let type =
      switch error.kind {
      case .connectTimeout, .firstByteTimeout, .idleTimeout: "APITimeoutError"
      default: "APIConnectionError"
      }
    self.init(type: type, message: error.message, isRetryable: error.isRetryable)
  }

  /// One that would fill the memory.
  static func tooLong(limit: Int) -> Failure { Failure(type: "APIError", message: "the answer is longer than \(limit >> 20) MiB") }

  /// A response that is not 2xx. `body` is cut to what a person reads.
  init(_ head: UpstreamHead, body: [UInt8], hiding key: APIKey?) {
    let beginning = Array(body.prefix(16 * Self.bodyLimit))
    // Before the cut, which may go through a key.
    let text = String(decoding: (key?.hidden(in: beginning) ?? beginning).prefix(Self.bodyLimit), as: UTF8.self)
    let redirect = (300..<400).contains(head.status) ? " (redirects are not followed: give the URL it leads to)" : ""
    // As the SDK: `x-should-retry` decides; without it 408, 409, 429 and 5xx are retried.
    let isRetryable =
      switch head.headers["x-should-retry"] {
      case "true": true
      case "false": false
      default: head.status == 408 || head.status == 409 || head.status == 429 && !Self.isWithoutCredit(text) || head.status >= 500
      }
    self.init(
      type: Self.type(ofStatus: head.status), message: "Error code: \(head.status)\(redirect) - \(text)",
      isRetryable: isRetryable, retryAfter: Self.retryAfter(head.headers))
  }

  private static let bodyLimit = 4096

  /// An account without credit is answered 429 too, and no patience mends that (the SDK, and K2VV with it, waits for ever).
  private static func isWithoutCredit(_ body: String) -> Bool {
    ["exceeded_current_quota", "insufficient_quota"].contains(where: body.contains)
  }

  private static func type(ofStatus status: Int) -> String {
    switch status {
    case 400: "BadRequestError"
    case 401: "AuthenticationError"
    case 403: "PermissionDeniedError"
    case 404: "NotFoundError"
    case 409: "ConflictError"
    case 422: "UnprocessableEntityError"
    case 429: "RateLimitError"
    case 500...: "InternalServerError"
    default: "APIStatusError"
    }
  }

  /// Nil for none too, as the SDK has it: who asks for no time, or for a moment that is over, is given some all the same.
  private static func retryAfter(_ headers: UpstreamHeaders) -> Duration? {
    guard let asked = RetryAfter.nanoseconds(in: headers), asked > 0 else { return nil }
    return .nanoseconds(Int64(clamping: asked))
  }
}
