// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Fidelity
import Foundation
import JSON

/// A notice as it goes over the wire.
///
/// Headers and signature follow standardwebhooks.com, for which every language has a verifier: `webhook-id`, the same for
/// every attempt; `webhook-timestamp`, seconds since the epoch, of this attempt; `webhook-signature`, `v1,` and the base64 of
/// HMAC-SHA256 over `{id}.{timestamp}.{body}`. A receiver refuses what is older than five minutes, so that nobody replays it,
/// and forgets what it has had, by the id. The key is what follows `whsec_` in base64, or the secret's own bytes.
package struct WebhookMessage: Sendable, Equatable {
  package var headers: [(String, String)]
  package var body: [UInt8]

  /// - Parameter now: milliseconds since the epoch.
  package init(_ notice: AlarmNotice, to webhook: Webhook, at now: Int64) {
    switch webhook.format {
    case .json: body = JSONWriter.bytes(of: Self.json(notice))
    case .slack: body = JSONWriter.bytes(of: ["text": JSONValue(Self.text(notice))])
    }
    let timestamp = String(now / 1000)
    headers = [
      ("Content-Type", "application/json"), ("User-Agent", "belay"), ("webhook-id", notice.id), ("webhook-timestamp", timestamp),
    ]
    if let secret = webhook.secret, let signature = Self.signature(secret.revealed, id: notice.id, timestamp: timestamp, body) {
      headers.append(("webhook-signature", signature))
    }
  }

  package static func == (left: WebhookMessage, right: WebhookMessage) -> Bool {
    left.body == right.body && left.headers.elementsEqual(right.headers, by: ==)
  }

  package static func signature(_ secret: String, id: String, timestamp: String, _ body: [UInt8]) -> String? {
    let prefix = "whsec_"
    let decoded = secret.hasPrefix(prefix) ? Data(base64Encoded: String(secret.dropFirst(prefix.count))) : nil
    let key = decoded.map { [UInt8]($0) } ?? Array(secret.utf8)
    guard let code = hmacSHA256(key: key, Array("\(id).\(timestamp).".utf8) + body) else { return nil }
    return "v1," + Data(code).base64EncodedString()
  }

  private static func json(_ notice: AlarmNotice) -> JSONValue {
    [
      "type": JSONValue("alarm.\(notice.state.rawValue)"), "timestamp": JSONValue(date(notice.time)), "data": notice.alarm.json,
    ]
  }

  /// Slack takes `&`, `<` and `>` for its own (docs.slack.dev, "Escaping text"), and would make a mention of `<!channel>`.
  private static func text(_ notice: AlarmNotice) -> String {
    let escaped = notice.alarm.description.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    return (notice.state == .raised ? "Belay: " : "Belay, resolved: ") + escaped
  }

  static func date(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
  }
}
