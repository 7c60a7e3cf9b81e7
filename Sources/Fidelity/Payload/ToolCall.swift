// SPDX-License-Identifier: Apache-2.0

/// A call as an answer has it, for comparison: both fields decoded UTF-8. Its id is no part of what was asked for.
package struct ToolCall: Hashable, Sendable {
  /// Of a longer one the beginning: what is counted by tool is kept, and a vendor names tools as it likes.
  package var name: [UInt8]
  /// The text of `function.arguments`; JSON, one hopes.
  package var arguments: [UInt8]
  /// K2VV's verdict on it against its schema. No part of what is compared.
  package var isValid: Bool

  package init(name: [UInt8], arguments: [UInt8], isValid: Bool = true) {
    (self.name, self.arguments, self.isValid) = (Difference.cut(name), arguments, isValid)
  }
  package init(name: String, arguments: String, isValid: Bool = true) {
    self.init(name: Array(name.utf8), arguments: Array(arguments.utf8), isValid: isValid)
  }
}
