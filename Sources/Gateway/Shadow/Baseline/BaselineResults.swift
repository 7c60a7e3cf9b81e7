// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON

extension Baseline {
  /// Rows of K2VV's `results.jsonl`: `request`, `response`, `finish_reason`, `tool_calls_valid`. What is no such row, or has no
  /// answer, is passed over.
  package mutating func addResults(_ bytes: [UInt8]) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let row = try? JSONValue(parsing: Array(line)), let request = row["request"], request.object != nil else { continue }
      add(JSONWriter.bytes(of: request), Side(result: row))
    }
  }
}

extension Side {
  fileprivate init(result row: JSONValue) {
    let choice = row["response"]?["choices"]?[0]
    let isValid = row["tool_calls_valid"]?.bool == true
    let calls = (choice?["message"]?["tool_calls"]?.array ?? []).compactMap { call -> ToolCall? in
      guard let function = call["function"], let name = function["name"]?.utf8 else { return nil }
      let arguments = function["arguments"]
      return ToolCall(
        name: name.utf8, arguments: arguments?.utf8?.utf8 ?? arguments.map(JSONWriter.bytes(of:)) ?? [],
        isValid: isValid)
    }
    let usage = row["response"]?["usage"] ?? row["usage"]
    self.init(
      Finish(reason: (row["finish_reason"] ?? choice?["finish_reason"])?.string), isValid: isValid, calls: calls,
      promptTokens: usage?["prompt_tokens"]?.int)
  }
}
