// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection

/// What is kept of one exchange: plain values, made once at its end.
///
/// Durations are nanoseconds since the request's head arrived.
package struct ExchangeRecord: Sendable, Equatable {
  package enum Outcome: String, Sendable {
    /// The vendor's whole answer reached the client.
    case completed
    /// Belay answered in the vendor's place: the request was unusable, or the vendor failed before its answer began.
    case refused
    /// The vendor failed after its answer had begun, or this proxy had to end it: the client's connection was closed there.
    case broken
    /// The client went away first; or its turn never came, as its connection ended behind another request's answer (`not_begun`).
    case abandoned
  }

  package var id: String
  package var vendor = ""
  /// Its name, where the proxy has keys of its own.
  package var client = ""
  package var method: String
  package var path: String
  package var outcome = Outcome.completed
  /// Belay's own error, or why the vendor's answer broke off; a stable code.
  package var error: String?
  /// Whose fault `error` is.
  package var fault: GatewayError.Fault?
  /// The status the client received; 0 where it received none.
  package var status = 0

  // What inspection saw; empty for exchanges that pass through.
  package var isInspected = false
  package var mode = Mode.observe
  package var model = ""
  package var isStream = false
  /// The calls to vendors, in order; one in `observe`.
  package var attempts: [AttemptRecord] = []
  /// Whose answer the client has, an index of `attempts`: not the last where one before it was kept for the ladder's end.
  package var told: Int?
  /// What was changed in the request.
  package var edits: [RequestEdit] = []
  /// What is wrong with the request, and with the answer that the client received.
  package var findings: [Finding] = []
  /// What was mended in that answer.
  package var repairs: [Repair] = []
  package var verdict = Annotation.Verdict.none
  /// What passed as it was is whole by its own form, however its framing ended: there was `[DONE]`, or a JSON document's end.
  package var hasOwnEnd = false
  /// As the client received them.
  package var finishReasons: [String] = []
  package var calls: [AssembledCall] = []
  package var usage: Usage?
  /// Only where bodies are kept.
  package var bodies: RecordedBodies?
  /// What the shadow needs; nil where there is none.
  package var shadow: ShadowInput?
  /// The reference that this was decided for.
  package var reference: ReferenceMark?
  /// The request's own keys, whether bodies are kept or not: what is kept is searched for them. Never kept themselves.
  package var secrets: [String] = []

  package var requestBytes = 0
  package var responseBytes = 0
  package var nanosecondsToFirstByte: UInt64?
  package var nanosecondsToFirstToken: UInt64?
  package var nanosecondsTotal: UInt64 = 0
  /// From the request's last byte until it was on its way to the vendor; nil where no vendor was called.
  package var nanosecondsOverhead: UInt64?

  package init(id: String, method: String, path: String) {
    self.id = id
    self.method = method
    self.path = path
  }

  /// Of what was no request, or none of which more may be told.
  init(refusing error: GatewayError, id: String) {
    self.init(id: id, method: "", path: "")
    (outcome, status, self.error, fault) = (.refused, error.status, error.code, error.fault)
  }
}

extension ExchangeRecord {
  /// The ids of the history that were rewritten.
  package var idsRewritten: Int { edits.count { $0.rule == nil } }

  /// Codes of findings, each once, in order of appearance.
  package var findingCodes: [String] {
    var codes: [String] = []
    for finding in findings where !codes.contains(finding.code) { codes.append(finding.code) }
    return codes
  }

  /// The rules of repairs, each once, in order of their first use.
  package var repairRules: [String] {
    var rules: [String] = []
    for repair in repairs where !rules.contains(repair.rule.rawValue) { rules.append(repair.rule.rawValue) }
    return rules
  }

  /// The client or this proxy cut the answer off: what it lacks is not the vendor's fault.
  private var isCutHere: Bool { outcome == .abandoned || outcome == .broken && fault != .vendor }

  /// What was seen of an answer that passed as it was.
  package mutating func take(_ summary: ResponseSummary, _ answer: RecordedAnswer?) {
    finishReasons = summary.choices.compactMap(\.finishReason)
    calls = summary.choices.count == 1 ? summary.choices[0].calls : summary.choices.flatMap(\.calls)
    calls.cutNames()
    usage = summary.usage
    verdict = Annotation.Verdict(of: summary)
    hasOwnEnd = summary.isDone || summary.format == .json && summary.events == 1 && !summary.isTruncated
    if !isCutHere { findings.append(contentsOf: summary.findings) }
    var attempt = AttemptRecord(rung: nil, vendor: vendor, model: model, startedAt: 0)
    attempt.status = status
    attempt.error = error
    attempt.finishReasons = finishReasons
    attempt.usage = usage
    attempt.bytes = responseBytes
    attempt.answer = answer
    attempt.answer?.spoken = summary.spoken
    attempt.firstByteAt = nanosecondsToFirstByte
    attempt.endedAt = nanosecondsTotal
    attempts = [attempt]
  }

  /// A vendor was asked, and its answer did not begin.
  mutating func takeNoAnswer() {
    var attempt = AttemptRecord(rung: nil, vendor: vendor, model: model, startedAt: 0)
    attempt.error = error
    attempt.endedAt = nanosecondsTotal
    attempts = [attempt]
  }

  /// What came of an exchange that was annotated or enforced.
  mutating func take(_ enforcement: Enforcement) {
    attempts = enforcement.attempts
    for index in attempts.indices { attempts[index].calls.cutNames() }
    repairs = enforcement.repairs
    verdict = enforcement.verdict
    // All that was paid for, as the client is told too.
    usage = Usage.sum(attempts.map(\.usage))
    told = enforcement.told ?? attempts.indices.last
    if let told { vendor = attempts[told].vendor }
    // What the vendor sent last, byte for byte, is not kept twice.
    if bodies?.response == attempts.last?.answer?.body { bodies?.response = nil }
    guard let delivered = enforcement.delivered else { return }
    finishReasons = delivered.choices.compactMap(\.finishReason)
    calls = delivered.choices.flatMap(\.calls)
    calls.cutNames()
    findings.append(contentsOf: delivered.findings)
  }
}
