// SPDX-License-Identifier: Apache-2.0

/// `response.html` (R6C), `response.http_error`: an answer that is none of the model's.
func detectRefusal(_ response: ResponseSummary, _ report: inout FindingReport) {
  if !response.isSuccess {
    let words = response.failure.map { ", \($0.kind.rawValue): \(quoted($0.message, limit: 200))" } ?? ""
    report.add(.httpError, "the vendor answered with status \(response.status)\(words)")
  }
  if response.isHTML {
    report.add(.responseHTML, "the body is a page of HTML: it does not come from the model's server")
  }
}

/// `stream.error` (R64), `stream.not_json`, `stream.event_too_long`, `stream.truncated` (R65), `stream.after_finish`.
func detectBrokenStream(_ response: ResponseSummary, _ report: inout FindingReport) {
  guard response.format == .eventStream, response.isSuccess else { return }
  if let failure = response.failure {
    report.add(
      .streamError, "the vendor failed within the stream, \(failure.kind.rawValue): \(quoted(failure.message, limit: 200))")
  }
  if let sample = response.unreadableSample {
    report.add(.streamNotJSON, "\(response.unreadable) event(s) are no JSON object, the first is \(sample)")
  }
  if response.oversized > 0 {
    report.add(.oversizedEvent, "\(response.oversized) event(s) are too long to be looked at")
  }
  if response.isTruncated {
    report.add(.truncatedStream, "the stream ended with neither [DONE] nor a finish reason")
  }
  if let choice = response.choices.first(where: \.goesOnAfterFinish) {
    report.add(.afterFinish, "choice \(choice.index) goes on after its finish reason")
  }
}

/// `response.error`, `response.not_json`, `response.too_long`.
func detectBrokenBody(_ response: ResponseSummary, _ report: inout FindingReport) {
  guard response.format == .json, response.isSuccess, !response.isHTML else { return }
  if let failure = response.failure {
    report.add(.responseError, "the body is an error, \(failure.kind.rawValue): \(quoted(failure.message, limit: 200))")
  }
  if let sample = response.unreadableSample {
    report.add(.responseNotJSON, "the body is no JSON object: \(sample)")
  } else if response.oversized > 0 {
    report.add(.oversizedResponse, "the body is too long to be looked at")
  }
}
