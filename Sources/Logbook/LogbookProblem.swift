// SPDX-License-Identifier: Apache-2.0

/// Why a command on the store ends: a text that says what to do, and its exit code.
package struct LogbookProblem: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Code: Int32, Sendable {
    /// There is no such exchange, or it lacks what was asked for.
    case absent = 1
    /// The store or an argument cannot be used.
    case unusable = 2
  }

  package var code: Code
  package var description: String

  package init(_ code: Code = .unusable, _ description: String) {
    self.code = code
    self.description = description
  }
}
