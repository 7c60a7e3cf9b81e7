// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import JSON

/// How rows of two files find each other.
package enum Matching: String, CaseIterable, Sendable {
  /// By `data_index`, as K2VV's `f1_score.py`.
  case index
  /// By messages, tools and tool_choice, as `compute_f1_hash.py` of aidando73's fork: for sets in another order.
  case conversation
}

package enum RowKey: Hashable, Sendable {
  case index(Int)
  case conversation(String)
}

/// What a comparison needs of one row of results.
package struct ResultEntry: Sendable {
  package let key: RowKey
  package let dataIndex: Int
  package let side: Side
  package let isSuccess: Bool
  package let errorType: String?
  package let milliseconds: Int?
  /// `last_run_at`.
  package let runAt: String
  /// Codes of what inspection found; nil where nobody has looked, as in rows of K2VV's script.
  package let findings: [String]?

  /// Nil for what is no row.
  init?(row: JSONValue, matching: Matching) {
    guard let facts = RowFacts(row: row) else { return nil }
    dataIndex = facts.dataIndex
    key =
      switch matching {
      case .index: .index(facts.dataIndex)
      case .conversation: .conversation(Self.hash(of: row["request"]))
      }
    let response = row["response"]
    let calls = response?["choices"]?[0]?["message"]?["tool_calls"]?.array ?? []
    side = Side(
      Finish(reason: facts.finishReason?.string), isValid: facts.toolCallsValid == true, calls: calls.compactMap(Self.call),
      promptTokens: facts.usage?["prompt_tokens"]?.int)
    (isSuccess, errorType) = (facts.isSuccess, facts.errorType)
    milliseconds = row["duration_ms"]?.int
    runAt = row["last_run_at"]?.string ?? ""
    findings = row["belay"]?["findings"]?.array?.compactMap(\.string)
  }

  private static func call(_ call: JSONValue) -> ToolCall? {
    guard let function = call["function"], let name = function["name"]?.utf8 else { return nil }
    let arguments = function["arguments"]
    return ToolCall(name: name.utf8, arguments: arguments?.utf8?.utf8 ?? arguments.map(JSONWriter.bytes(of:)) ?? [])
  }

  private static func hash(of request: JSONValue?) -> String {
    requestHash([
      "messages": request?["messages"] ?? [], "tools": request?["tools"] ?? .null, "tool_choice": request?["tool_choice"] ?? .null,
    ])
  }
}
