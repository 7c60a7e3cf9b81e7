// SPDX-License-Identifier: Apache-2.0
import JSON

/// A row of EvalScope's K2VendorVerifier: the request's `messages` and `tools` as JSON text in a column each, and what the
/// official API did (`should_call_tool`, `official_finish_reason`).
enum EvalScopeRow {
  private static let ownColumns: [JSONString] = ["should_call_tool", "official_finish_reason"]
  /// The columns that belong to a request; all others describe the row.
  private static let requestColumns: Set<JSONString> = [
    "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options", "temperature", "top_p",
    "max_tokens", "max_completion_tokens", "presence_penalty", "frequency_penalty", "stop", "seed", "n", "response_format",
    "user", "thinking",
  ]

  static func isOne(_ row: JSONObject) -> Bool {
    row["messages"]?.utf8 != nil || ownColumns.contains { row[$0] != nil }
  }

  /// The request, and the official finish reason. Empty columns are left out. As EvalScope does, arguments in the history that
  /// are not JSON become `{}`.
  static func request(_ row: JSONObject) throws(BadRequest) -> (JSONObject, official: JSONString?) {
    var request = JSONObject()
    for (key, value) in row.members where requestColumns.contains(key) && value != .null {
      request[key] = ["messages", "tools"].contains(key) ? try decoded(value, column: key) : value
    }
    if request["tools"]?.array?.isEmpty == true { request["tools"] = nil }
    if let messages = request["messages"] { request["messages"] = withReadableArguments(messages) }
    let called: JSONString? = row["should_call_tool"].map { $0.isTruthy ? "tool_calls" : "stop" }
    return (request, row["official_finish_reason"]?.utf8 ?? called)
  }

  private static func decoded(_ value: JSONValue, column: JSONString) throws(BadRequest) -> JSONValue {
    guard let text = value.utf8 else { return value }
    if text.utf8.isEmpty { return [] }
    do {
      return try JSONValue(parsing: text.utf8, dialect: .python)
    } catch {
      throw BadRequest(reason: "the column \"\(column)\" is not JSON, \(error)")
    }
  }

  private static func withReadableArguments(_ messages: JSONValue) -> JSONValue {
    guard var list = messages.array else { return messages }
    for index in list.indices where list[index]["role"] == "assistant" {
      guard var message = list[index].object, var calls = message["tool_calls"]?.array else { continue }
      for place in calls.indices {
        guard var call = calls[place].object, var function = call["function"]?.object,
          let arguments = function["arguments"]?.utf8, (try? JSONValue(parsing: arguments.utf8, dialect: .python)) == nil
        else { continue }
        function["arguments"] = "{}"
        call["function"] = .object(function)
        calls[place] = .object(call)
      }
      message["tool_calls"] = .array(calls)
      list[index] = .object(message)
    }
    return .array(list)
  }
}
