// SPDX-License-Identifier: Apache-2.0
package import Inspection
import JSON
import Store
package import Upstream

/// An answer of Belay's own: whose fault it is, whether a retry can help, and what the client is told.
///
/// On the wire it is OpenAI's `{"error":{"message","type","param","code"}}` (platform.openai.com/docs/guides/error-codes),
/// so that every SDK raises its usual exception for the status.
package struct GatewayError: Error, Equatable, Sendable {
  package enum Fault: String, Sendable { case client, vendor, belay }

  package var fault: Fault
  /// HTTP status, 400 to 599.
  package var status: Int
  /// Stable, for programs: `vendor_unreachable`, `invalid_json`, ...
  package var code: String
  /// For people: what happened and what to do.
  package var message: String
  /// Whether the same request may succeed later. OpenAI's SDKs read it from `x-should-retry`.
  package var isRetryable: Bool
  /// When it may succeed, in seconds, where that is known.
  package var retryAfter: Int?
  /// The field of the request it is about, if there is one.
  package var parameter: String?

  /// The error body, UTF-8 JSON.
  package var body: [UInt8] {
    let type =
      switch fault {
      case .client: "invalid_request_error"
      case .vendor: "vendor_error"
      case .belay: "belay_error"
      }
    let error: JSONValue = [
      "error": [
        "message": JSONValue(message), "type": JSONValue(type),
        "param": parameter.map { JSONValue($0) } ?? .null, "code": JSONValue(code),
      ]
    ]
    return JSONWriter.bytes(of: error)
  }

  /// Without vendors' keys: what it says may be a vendor's word.
  func cleared(of secrets: SecretSearch) -> GatewayError {
    var error = self
    secrets.clear(&error.message)
    return error
  }
}

extension GatewayError {
  package static func unknownVendor(_ name: String, known: [String]) -> GatewayError {
    let list = known.isEmpty ? "none is configured" : "configured: \(known.joined(separator: ", "))"
    return GatewayError(
      fault: .client, status: 404, code: "unknown_vendor",
      message: "no vendor is named '\(name)' (\(list))", isRetryable: false)
  }

  package static let noVendor = GatewayError(
    fault: .client, status: 404, code: "no_vendor",
    message: "no default vendor is set: name one in the base URL (/{vendor}/v1) or in the header x-belay-vendor",
    isRetryable: false)

  package static func invalidJSON(_ error: ChatRequestError) -> GatewayError {
    GatewayError(
      fault: .client, status: 400, code: "invalid_json", message: "\(error)", isRetryable: false)
  }

  package static func bodyTooLarge(limit: Int) -> GatewayError {
    GatewayError(
      fault: .client, status: 413, code: "request_too_large",
      message: "the request body is larger than \(limit) bytes (limits.request_bytes)", isRetryable: false)
  }

  /// So many bodies are held at once that this one does not fit.
  package static let overloaded: GatewayError = {
    var error = GatewayError(
      fault: .belay, status: 503, code: "overloaded",
      message: "too many request bodies are held at once, of all clients or of this one (limits.buffered_bytes): try again",
      isRetryable: true)
    error.retryAfter = 1
    return error
  }()

  /// So many connections are open.
  package static let tooManyConnections: GatewayError = {
    var error = GatewayError(
      fault: .belay, status: 503, code: "too_many_connections",
      message: "too many connections are open (limits.connections): try again", isRetryable: true)
    error.retryAfter = 1
    return error
  }()

  package static let headersTooLarge = GatewayError(
    fault: .client, status: 431, code: "headers_too_large",
    message: "the request headers are larger than limits.header_bytes allows", isRetryable: false)

  package static func malformedRequest(_ why: String) -> GatewayError {
    GatewayError(
      fault: .client, status: 400, code: "malformed_request",
      message: "not a valid HTTP/1.1 request: \(why)", isRetryable: false)
  }

  package static func clientTooSlow(_ what: String) -> GatewayError {
    GatewayError(
      fault: .client, status: 408, code: "request_timeout",
      message: "the request \(what) did not arrive in time", isRetryable: true)
  }

  package static let draining = GatewayError(
    fault: .belay, status: 503, code: "draining",
    message: "this proxy is stopping: try again", isRetryable: true)

  /// What stands for the body of an answer that is no success, where a key could not be found in it. The status is the vendor's.
  package static func unreadable(_ vendor: String, _ status: Int) -> GatewayError {
    GatewayError(
      fault: .vendor, status: status, code: "vendor_answer_unreadable",
      message: "vendor '\(vendor)' answered \(status) in a coding in which its key cannot be looked for: what it said is not passed on",
      isRetryable: false)
  }

  /// What a client is told when no attempt gave an answer that it can use.
  package static func exhausted(attempts: [AttemptRecord], _ summary: ResponseSummary?) -> GatewayError {
    let last = attempts.last
    let what = summary?.findings.first.map { "\($0.code), \($0.message)" } ?? last?.error ?? "no usable answer"
    return GatewayError(
      fault: .vendor, status: 502, code: "no_valid_answer",
      message: "vendor '\(last?.vendor ?? "")' gave no usable answer in \(attempts.count) attempt(s); the last: \(what)",
      isRetryable: false)
  }

  /// Something of Belay's own went wrong.
  package static func broken(_ what: String) -> GatewayError {
    GatewayError(fault: .belay, status: 500, code: "internal_error", message: what, isRetryable: true)
  }

  /// The circuit breaker keeps calls from a vendor that has failed again and again.
  package static func vendorResting(_ name: String, nanoseconds: UInt64) -> GatewayError {
    let seconds = Int(clamping: nanoseconds / 1_000_000_000 + 1)
    var error = GatewayError(
      fault: .vendor, status: 503, code: "vendor_unavailable",
      message: "vendor '\(name)' has failed again and again and is left alone for \(seconds) s", isRetryable: true)
    error.retryAfter = seconds
    return error
  }

  /// What a client is told when the vendor failed before its answer began.
  package static func vendor(_ name: String, _ error: UpstreamError) -> GatewayError {
    let (status, code) =
      switch error.kind {
      case .connectTimeout, .firstByteTimeout, .idleTimeout: (504, "vendor_timeout")
      case .redirected: (502, "vendor_redirected")
      default: (502, "vendor_unreachable")
      }
    return GatewayError(
      fault: Fault(error.fault), status: status, code: code, message: "vendor '\(name)': \(error.message)", isRetryable: error.isRetryable)
  }
}

extension GatewayError.Fault {
  init(_ fault: UpstreamError.Fault) {
    switch fault {
    case .client: self = .client
    case .vendor: self = .vendor
    case .belay: self = .belay
    }
  }
}
