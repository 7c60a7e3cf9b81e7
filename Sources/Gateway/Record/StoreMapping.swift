// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
import NIOCore
import Store
import Upstream

extension StoredExchange {
  /// What is kept of an exchange. Made off the data path.
  init(_ record: ExchangeRecord) {
    self.init(id: record.id, startedAt: ExchangeKey(id: record.id)?.milliseconds ?? 0)
    method = record.method
    path = record.path
    vendor = record.vendor
    model = record.model
    mode = record.isInspected ? record.mode.rawValue : ""
    status = record.status
    outcome = record.outcome.rawValue
    error = record.error ?? ""
    fault = record.fault?.rawValue ?? ""
    isInspected = record.isInspected
    isStream = record.isStream
    verdict = record.isInspected && record.verdict != .none ? record.verdict.rawValue : ""
    firstFinishReason = record.attempts.first?.finishReasons.first ?? ""
    finishReason = record.finishReasons.first ?? ""
    callCount = record.calls.count
    let first = record.attempts.count > 1 ? record.attempts[0].calls : record.calls
    k2vvCheckedCalls = first.count
    k2vvValidCalls = first.count { $0.verdict?.k2vvValid == true }
    validCalls = record.calls.count { $0.verdict?.valid != false }
    idsRewritten = record.idsRewritten
    tokens = StoredTokens(record.usage)
    requestBytes = record.requestBytes
    responseBytes = record.responseBytes
    firstByteNanoseconds = record.nanosecondsToFirstByte.map { Int64(clamping: $0) }
    firstTokenNanoseconds = record.nanosecondsToFirstToken.map { Int64(clamping: $0) }
    totalNanoseconds = Int64(clamping: record.nanosecondsTotal)
    overheadNanoseconds = record.nanosecondsOverhead.map { Int64(clamping: $0) }

    attempts = record.attempts.map { StoredAttempt($0) }
    findings = record.findings.map { StoredFinding($0, attempt: nil) }
    for (number, attempt) in record.attempts.enumerated() where record.attempts.count > 1 {
      findings += attempt.findings.map { StoredFinding($0, attempt: number) }
    }
    edits = record.edits.map {
      StoredEdit(pointer: $0.path, before: text($0.before), after: text($0.after), rule: $0.ruleName)
    }
    repairs = record.repairs.map {
      StoredRepair(
        rule: $0.rule.rawValue, choice: $0.choice, call: $0.call ?? 0, path: $0.field, before: text($0.before), after: text($0.after))
    }
    calls = record.calls.map { StoredCall($0, attempt: record.told ?? 0) }
    if let body = record.bodies {
      request = StoredMessage(
        headers: body.requestHeaders, body: Array(buffer: body.request), boundaries: body.boundaries)
      if let client = body.response { response = StoredMessage(body: client, omittedBytes: body.omitted) }
    }
    secrets = record.secrets
  }
}

extension StoredAttempt {
  fileprivate init(_ attempt: AttemptRecord) {
    self.init(vendor: attempt.vendor)
    model = attempt.model
    rung = attempt.rung?.rawValue ?? "first"
    status = attempt.status
    error = attempt.error ?? ""
    startedNanoseconds = Int64(clamping: attempt.startedAt)
    firstByteNanoseconds = attempt.firstByteAt.map { Int64(clamping: $0 &- attempt.startedAt) }
    totalNanoseconds = Int64(clamping: attempt.endedAt > attempt.startedAt ? attempt.endedAt - attempt.startedAt : 0)
    responseBytes = attempt.bytes
    finishReason = attempt.finishReasons.first ?? ""
    tokens = StoredTokens(attempt.usage)
    abortedAtByte = attempt.stoppedAt == nil ? nil : attempt.bytes
    if let sent = attempt.sent { request = StoredMessage(body: Array(buffer: sent)) }
    if let answer = attempt.answer {
      response = StoredMessage(
        headers: answer.headers, body: answer.body,
        text: answer.isStream ? answer.spoken.map { text($0) } ?? spokenText(of: answer.body.span) : nil,
        omittedBytes: answer.omitted)
    }
  }
}

extension StoredFinding {
  fileprivate init(_ finding: Finding, attempt: Int?) {
    let severity: Severity =
      switch FindingCatalogue.embedded.entry(finding.kind)?.severity {
      case .fatal: .error
      case .degrade: .warning
      case .info, nil: .info
      }
    self.init(
      code: finding.code, severity: severity, choice: finding.choice, call: finding.call, path: finding.path ?? "",
      message: finding.message, attempt: attempt)
  }
}

extension StoredCall {
  fileprivate init(_ call: AssembledCall, attempt: Int) {
    self.init(
      choice: call.choice, name: call.nameText, id: call.idText, arguments: text(call.arguments),
      k2vvValid: call.verdict?.k2vvValid, valid: call.verdict?.valid,
      violations: call.verdict.flatMap { $0.violations.isEmpty ? nil : ViolationList.json($0.violations) } ?? "", attempt: attempt)
  }
}

extension StoredTokens {
  fileprivate init(_ usage: Usage?) {
    self.init(input: usage?.prompt, output: usage?.completion, cached: usage?.cached, reasoning: usage?.reasoning)
  }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
