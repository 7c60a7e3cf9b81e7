// SPDX-License-Identifier: Apache-2.0
package import JSON

/// Says whether a call's arguments (a string of JSON, or a value) are valid for the tool of that name among `tools`, the
/// request's member as it is; nil when it cannot say.
package typealias Judge = @Sendable (_ name: JSONString, _ arguments: JSONValue, _ tools: JSONValue?) -> Bool?

/// K2VV's `tool_calls_valid`: whether every call of the first choice is valid; nil when that choice did not finish with
/// `tool_calls`, or has none, or nobody can say. This is the one place where a judge is asked.
/// - Parameter tools: as the set declares them.
package func toolCallsValid(response: JSONValue, tools: JSONValue?, judge: Judge?) -> Bool? {
  guard let choice = response["choices"]?[0], choice["finish_reason"] == "tool_calls", let judge else { return nil }
  guard let calls = choice["message"]?["tool_calls"]?.array, !calls.isEmpty else { return nil }
  var isCertain = true
  for call in calls {
    let function = call["function"]
    guard let name = function?["name"]?.utf8, let arguments = function?["arguments"] else { return false }
    switch judge(name, arguments, tools) {
    case false: return false
    case nil: isCertain = false
    default: break
    }
  }
  return isCertain ? true : nil
}
