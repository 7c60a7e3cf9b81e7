// SPDX-License-Identifier: Apache-2.0
package import JSON

/// One line of `results.jsonl`, and the few facts of it that the summary counts.
package struct ResultRow: Sendable {
  package let facts: RowFacts
  /// Nil when there is an answer.
  package let failure: Failure?
  /// The line with its end, in K2VV's keys and Python's spelling. What K2VV has no key for is in a last one, `belay`:
  /// `attempts` (when there was more than one); `usage`, `finish_reason` and `tool_calls` (see ``Answer/differences``);
  /// `tool_calls_valid`, where a careful validator says otherwise; and `findings`, the codes of what inspection found, which is
  /// empty for an answer without fault and missing where nobody has looked.
  package let line: [UInt8]

  package init(
    request: PreparedRequest, extraBody: JSONObject, result: Result<Answer, Failure>, attempts: Int, judge: Judge?,
    careful: Judge? = nil, lastRunAt: String, duration: Duration
  ) {
    let response: JSONValue
    var own = JSONObject()
    let findings: [String]?
    switch result {
    case .success(let answer):
      failure = nil
      findings = answer.findings
      response = answer.response
      own = answer.differences
    case .failure(let failure):
      self.failure = failure
      findings = failure.findings
      let message = JSONValue(failure.message)
      response = ["error_type": JSONValue(failure.type), "error_message": message, "error": message]
    }
    if attempts > 1 { own["attempts"] = JSONValue(attempts) }
    let finish = response["choices"]?[0]?["finish_reason"] ?? .null
    let valid = toolCallsValid(response: response, tools: request.tools, judge: judge)
    let carefully = toolCallsValid(response: response, tools: request.tools, judge: careful)
    if let carefully, carefully != valid { own["tool_calls_valid"] = JSONValue(carefully) }
    if let findings { own["findings"] = .array(findings.map { JSONValue($0) }) }
    facts = RowFacts(
      dataIndex: request.dataIndex, finishReason: finish.utf8, toolCallsValid: valid, usage: response["usage"],
      isSuccess: failure == nil, errorType: failure?.type)
    var row: JSONObject = [
      "data_index": JSONValue(request.dataIndex),
      "request": request.value,
      "extra_body": .object(extraBody),
      "response": response,
      "status": failure == nil ? "success" : "failed",
      "finish_reason": finish,
      "tool_calls_valid": valid.map { JSONValue($0) } ?? .null,
      "last_run_at": JSONValue(lastRunAt),
      "duration_ms": JSONValue(Int(duration / .milliseconds(1))),
      "hash": JSONValue(request.hash),
    ]
    if !own.isEmpty { row["belay"] = .object(own) }
    line = PythonJSON.dumps(.object(row)) + [UInt8(ascii: "\n")]
  }
}
