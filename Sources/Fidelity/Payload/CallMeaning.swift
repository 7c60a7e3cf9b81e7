// SPDX-License-Identifier: Apache-2.0
import JSON

/// What calls have in common that ask for the same: the tool, and what the arguments mean.
package struct CallMeaning: Hashable, Sendable {
  private let name: [UInt8]
  private let arguments: JSONMeaning

  package init(_ call: ToolCall) {
    (name, arguments) = (call.name, JSONMeaning(call.arguments, limits: ToolCall.limits))
  }
}

extension ToolCall {
  /// Deeper is none that is meant, and counts as no JSON.
  static let limits = JSONLimits(depth: 128)

  /// The arguments read; nil where they are no JSON.
  var value: JSONValue? { try? JSONValue(parsing: arguments, limits: Self.limits) }
}
