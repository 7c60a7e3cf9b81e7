// SPDX-License-Identifier: Apache-2.0
import JSON

/// What one side answered to a request.
package struct Side: Hashable, Sendable {
  package var finish: Finish
  /// With `tool_calls`: K2VV's verdict over all its calls.
  package var isValid: Bool
  package var calls: [ToolCall]
  /// `usage.prompt_tokens`.
  package var promptTokens: Int?

  package init(_ finish: Finish, isValid: Bool = false, calls: [ToolCall] = [], promptTokens: Int? = nil) {
    (self.finish, self.isValid, self.calls, self.promptTokens) = (finish, isValid, calls, promptTokens)
  }

  /// With calls judged one by one. Valid when there are some and all are, as in K2VV.
  package init(judged finish: Finish, calls: [ToolCall], promptTokens: Int? = nil) {
    self.init(
      finish, isValid: !calls.isEmpty && calls.allSatisfy(\.isValid), calls: calls, promptTokens: promptTokens)
  }

  /// The tools that it called. None unless the finish reason says so, as F1 goes by nothing else.
  var tools: Set<JSONString> {
    finish == .toolCalls ? Set(calls.map { JSONString(utf8: $0.name) }) : []
  }

  /// The same answer as far as one tool goes: another answer that did not call it is a ``Finish/stop``.
  func restricted(to tool: JSONString) -> Side {
    guard tools.contains(tool) else { return Side(finish == .none ? .none : .stop) }
    return Side(judged: .toolCalls, calls: calls.filter { $0.name == tool.utf8 })
  }
}
