// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store

/// A vendor's key. Nothing that prints or reflects it shows it.
package struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
  package let text: String

  /// Nil for an empty key, which is none.
  package init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    self.text = text
  }

  /// The key that was given, or else `OPENAI_API_KEY` of the environment.
  package init?(option: String?, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.init(option ?? environment["OPENAI_API_KEY"] ?? "")
  }

  package var description: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// `message` without the key, however it is spelled, or half of it, where it was cut. A key too short to be one is left alone, as it
  /// would also be found in other words.
  func hidden(in message: String) -> String { search.cleared(message) ?? message }

  /// The same for a body, before it is cut.
  func hidden(in body: [UInt8]) -> [UInt8] { search.cleared(body) ?? body }

  private var search: SecretSearch { SecretSearch(Redaction.secrets(inHeader: "Authorization", text)) }
}
