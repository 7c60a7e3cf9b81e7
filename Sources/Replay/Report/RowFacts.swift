// SPDX-License-Identifier: Apache-2.0
package import JSON

/// The facts of one line of `results.jsonl` that a summary counts.
package struct RowFacts: Equatable, Sendable {
  package let dataIndex: Int
  /// Of the first choice, as K2VV has it; nil when it is missing or no string.
  package let finishReason: JSONString?
  package let toolCallsValid: Bool?
  /// The response's `usage`.
  package let usage: JSONValue?
  package let isSuccess: Bool
  /// Of a failed request, the SDK's name of the exception.
  package let errorType: String?

  package init(
    dataIndex: Int, finishReason: JSONString?, toolCallsValid: Bool?, usage: JSONValue?, isSuccess: Bool, errorType: String?
  ) {
    self.dataIndex = dataIndex
    self.finishReason = finishReason
    self.toolCallsValid = toolCallsValid
    self.usage = usage
    self.isSuccess = isSuccess
    self.errorType = errorType
  }

  /// Of a row of a file, ours or K2VV's; nil without a `data_index`.
  package init?(row: JSONValue) {
    guard let index = row["data_index"]?.int else { return nil }
    let response = row["response"]
    dataIndex = index
    finishReason = row["finish_reason"]?.utf8
    toolCallsValid = row["tool_calls_valid"]?.bool
    usage = response?["usage"]
    isSuccess = row["status"] == "success"
    errorType = isSuccess ? nil : response?["error_type"]?.string ?? "unknown"
  }
}
