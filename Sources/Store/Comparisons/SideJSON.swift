// SPDX-License-Identifier: Apache-2.0
package import Fidelity
package import JSON

/// A ``Side`` as compact JSON: `{"finish":"tool_calls","valid":true,"prompt_tokens":7,"calls":[{"name":…,"arguments":…,"valid":true}]}`.
/// `finish` is the raw reason, null for none; `prompt_tokens` is left out where nobody said.
extension Side {
  package var json: JSONValue {
    var object: JSONObject = ["finish": finish.reason.map { JSONValue($0) } ?? nil, "valid": JSONValue(isValid)]
    object["prompt_tokens"] = promptTokens.map { JSONValue($0) }
    if !calls.isEmpty {
      object["calls"] = .array(
        calls.map {
          [
            "name": .string(JSONString(utf8: $0.name)), "arguments": .string(JSONString(utf8: $0.arguments)),
            "valid": JSONValue($0.isValid),
          ]
        })
    }
    return .object(object)
  }

  /// nil where the value is none that ``json`` makes.
  package init?(json: JSONValue) {
    guard let finish = json["finish"], finish.isNull || finish.string != nil, let isValid = json["valid"]?.bool else {
      return nil
    }
    var calls: [ToolCall] = []
    for call in json["calls"]?.array ?? [] {
      guard let name = call["name"]?.utf8, let arguments = call["arguments"]?.utf8, let isValid = call["valid"]?.bool else {
        return nil
      }
      calls.append(ToolCall(name: name.utf8, arguments: arguments.utf8, isValid: isValid))
    }
    self.init(Finish(reason: finish.string), isValid: isValid, calls: calls, promptTokens: json["prompt_tokens"]?.int)
  }
}

extension Finish {
  /// The raw `finish_reason`; nil where there was none.
  package var reason: String? {
    switch self {
    case .toolCalls: "tool_calls"
    case .stop: "stop"
    case .other(let reason): reason
    case .none: nil
    }
  }
}
