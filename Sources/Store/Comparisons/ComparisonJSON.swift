// SPDX-License-Identifier: Apache-2.0
import Fidelity
package import JSON

extension StoredComparison {
  /// For programs: the console, `belay show --json`, exports.
  package var json: JSONValue {
    [
      "time": JSONValue(Int(time)), "kind": JSONValue(kind.rawValue), "exchange": exchange.map { JSONValue($0) } ?? nil,
      "vendor": JSONValue(vendor), "model": JSONValue(model), "reference": JSONValue(reference),
      "conversation": JSONValue(conversation), "cell": JSONValue(cellName), "tools": .array(tools.map { JSONValue($0) }),
      "prompt_token_difference": promptTokenDifference.map { JSONValue($0) } ?? nil,
      "payloads_agree": payloadsAgree.map { JSONValue($0) } ?? nil,
      "differences": .array(hasArguments ? payload?.differences.map(\.json) ?? [] : []), "answer": answer.json, "other": other.json,
    ]
  }
}

extension Difference {
  /// `path` is a JSON pointer into the arguments; the texts are null where a side has nothing there.
  fileprivate var json: JSONValue {
    [
      "call": JSONValue(call), "tool": .string(JSONString(utf8: tool)), "path": JSONValue(pointer.description),
      "vendor": vendor.map { JSONValue(String(decoding: $0, as: UTF8.self)) } ?? nil,
      "reference": reference.map { JSONValue(String(decoding: $0, as: UTF8.self)) } ?? nil,
    ]
  }
}
