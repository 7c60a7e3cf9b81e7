// SPDX-License-Identifier: Apache-2.0
import JSON
package import NIOHTTP1

/// What the console answers.
package struct ConsoleResponse: Sendable {
  package enum Body: Sendable {
    case bytes([UInt8])
    /// Server-sent events, until the client goes away.
    case events(LiveEvents)
  }

  package var status: HTTPResponseStatus
  package var headers: HTTPHeaders
  package var body: Body

  init(_ status: HTTPResponseStatus = .ok, type: String, _ bytes: [UInt8]) {
    self.status = status
    headers = ["Content-Type": type]
    body = .bytes(bytes)
  }

  /// Whether it is one of those of which only a few are held in memory at once.
  var isLarge: Bool { if case .bytes(let bytes) = body { bytes.count > 1 << 20 } else { false } }

  /// In place of a large answer, while others are being read.
  static var crowded: ConsoleResponse {
    var response = failure(.serviceUnavailable, "too many large answers are being read at once: try again in a moment")
    response.headers.add(name: "Retry-After", value: "1")
    return response
  }

  init(events: LiveEvents) {
    status = .ok
    headers = ["Content-Type": "text/event-stream"]
    body = .events(events)
  }

  static func json(_ value: JSONValue, _ status: HTTPResponseStatus = .ok) -> ConsoleResponse {
    ConsoleResponse(status, type: "application/json", JSONWriter.bytes(of: value) + [0x0A])
  }

  /// - Parameters:
  ///   - message: what is wrong and what to do.
  ///   - more: members beside `error`.
  static func failure(_ status: HTTPResponseStatus, _ message: String, _ more: JSONObject = [:]) -> ConsoleResponse {
    .json(.object(JSONObject([("error", JSONValue(message))] + more.members)), status)
  }

  /// No script but the console's own runs, nothing is loaded from elsewhere, nobody frames it, and no other page reads it.
  static let securityHeaders: [(String, String)] = [
    (
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
  ]
}
