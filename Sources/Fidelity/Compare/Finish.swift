// SPDX-License-Identifier: Apache-2.0

/// How an answer ended, by the raw `finish_reason` of the vendor's first attempt.
package enum Finish: Hashable, Sendable {
  case toolCalls
  case stop
  /// Any other reason, such as `length`: K2VV's "others".
  case other(String)
  /// No answer, or one that never said why it ended.
  case none

  /// From the raw reason; nil and the empty string are ``none``. K2VV's streaming path takes a missing reason for
  /// `stop` (`finish_reason or "stop"`): who wants that passes "stop".
  package init(reason: String?) {
    switch reason {
    case nil, "": self = .none
    case "tool_calls": self = .toolCalls
    case "stop": self = .stop
    case .some(let reason): self = .other(reason)
    }
  }
}
