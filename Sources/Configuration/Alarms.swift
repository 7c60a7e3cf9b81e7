// SPDX-License-Identifier: Apache-2.0

/// What is told when a vendor's fidelity falls, and to whom beside the log and Prometheus.
package struct AlarmSettings: Equatable, Sendable {
  /// Informative comparisons between two false drift alarms of a vendor and model, on average, at least.
  package var averageRunLength = 10_000
  /// Informative comparisons from which a vendor's own F1 is learned.
  package var learning = 200
  /// The least `schema_accuracy`, between 0 and 1. Nil: not watched.
  package var schemaAccuracy: Double?
  package var webhooks: [Webhook] = []

  package init() {}
}

/// A receiver of alarms.
package struct Webhook: Equatable, Sendable {
  package enum Format: String, CaseIterable, Sendable {
    /// Everything, as `{"type","timestamp","data"}`.
    case json
    /// `{"text"}`, for Slack and what understands its incoming webhooks (Mattermost, Rocket.Chat, Discord with `/slack`).
    case slack
  }

  /// A secret: chat services hide their key in it.
  package var url: Secret
  /// Scheme, host and port, for logs.
  package var host: String
  /// Signs each message; see the reader of the section for its form. Nil: nothing is signed.
  package var secret: Secret?
  package var format = Format.json

  package init(url: Secret, host: String, secret: Secret? = nil, format: Format = .json) {
    (self.url, self.host, self.secret, self.format) = (url, host, secret, format)
  }
}

/// A vendor that is known to be below the gate leaves the rotation.
package struct QualityRouting: Equatable, Sendable {
  /// Of conversations, by their hash, that stay with it all the same, so that its sample can show that it has recovered.
  package var share = 0.05
  /// Vendors that this is about; nil: all.
  package var vendors: [String]?

  package init() {}

  package func concerns(_ vendor: String) -> Bool { vendors?.contains(vendor) ?? true }
}
