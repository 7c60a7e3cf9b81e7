// SPDX-License-Identifier: Apache-2.0
import Foundation

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

  /// `message` without the key. A key too short to be one is left alone, as it would also be found in other words.
  func hidden(in message: String) -> String {
    guard text.utf8.count >= 8 else { return message }
    return message.split(separator: text, omittingEmptySubsequences: false).joined(separator: description)
  }
}
