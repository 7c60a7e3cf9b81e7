// SPDX-License-Identifier: Apache-2.0

/// `call.unwanted` (R14), `call.interleaved` (R68), `stream.whole_call` (R60): that the call came, and in what order.
func detectDelivery(
  of call: AssembledCall, in response: ResponseSummary, _ request: RequestFacts, _ report: inout FindingReport
) {
  if request.forbidsCalls {
    report.add(.unwantedCall, "the request said tool_choice 'none', and here is a call")
  }
  if call.quirks.contains(.interleaved) {
    report.add(.interleavedCalls, "pieces of the call came after pieces of a later one")
  }
  if response.format == .eventStream, call.pieces == 1, call.arguments.count >= longCall {
    report.add(.wholeCall, "all of the call came at once, \(call.arguments.count) bytes: the stream was silent until then")
  }
}

/// `call.legacy`: one that is not among the calls.
func detectLegacyCall(_ response: ResponseSummary, _ request: RequestFacts, _ report: inout FindingReport) {
  if request.tools.count > 0, response.choices.contains(where: \.hasLegacyCall) {
    report.add(.legacyCall, "there is a 'function_call', and the request has tools")
  }
}

/// Bytes of arguments that take a model a second or more; for a shorter call nobody notices.
private let longCall = 256
