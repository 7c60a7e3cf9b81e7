// SPDX-License-Identifier: Apache-2.0

/// `finish.stop_with_calls` (R10), `finish.calls_without_calls` (R11), `finish.missing` (R12), `finish.length` (R13),
/// `finish.error`, `finish.content_filter`, `finish.native_differs` (R15).
func detectFinish(of choice: ChoiceSummary, in response: ResponseSummary, _ report: inout FindingReport) {
  switch choice.finishReason {
  case "stop" where !choice.calls.isEmpty:
    report.add(.stopWithCalls, "the finish reason is 'stop' in spite of tool calls: an agent may not run them")
  case "tool_calls" where choice.calls.isEmpty:
    report.add(.callsWithoutCalls, "the finish reason is 'tool_calls', but there is no call")
  case "length":
    report.add(.lengthFinish, "the answer was cut at a limit of tokens")
  case "error":
    report.add(.errorFinish, "the finish reason is 'error': what came is not the whole answer")
  case "content_filter":
    report.add(.filteredFinish, "the vendor's filter ended the answer")
  case nil where !response.isTruncated && response.failure == nil:
    report.add(.missingFinish, "the choice ended without a finish reason")
  default:
    break
  }
  if let native = choice.nativeFinishReason, let reason = choice.finishReason,
    native.lowercased() != reason.lowercased()
  {
    report.add(.nativeFinish, "the finish reason is \(quoted(reason)), that of the vendor behind it \(quoted(native))")
  }
}
