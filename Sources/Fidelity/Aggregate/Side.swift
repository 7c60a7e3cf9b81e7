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

  /// The same answer as far as each tool goes that it called. None unless the finish reason says so, as F1 goes by nothing else.
  var byTool: [JSONString: Side] {
    guard finish == .toolCalls else { return [:] }
    return Dictionary(grouping: calls) { JSONString(utf8: $0.name) }.mapValues { Side(judged: .toolCalls, calls: $0) }
  }

  /// The same answer as far as a tool goes that it did not call: a ``Finish/stop``.
  var byOtherTool: Side { Side(finish == .none ? .none : .stop) }
}
