// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection

extension Enforcement {
  /// What an attempt's answer is worth.
  struct Judgement {
    var original: ResponseSummary
    var mended: ResponseSummary
    var repairs: [Repair] = []
    /// Why a client must not get it; nil if it may.
    var complaint: Ladder.Complaint?
    /// Nothing is wrong with it but that another's text is with the client.
    var isLate = false
  }

  /// Mends what may be mended, and says what is left.
  ///
  /// - Parameter isContinued: the answer goes on with one of which the client has seen a part.
  func judge(_ summary: ResponseSummary, isContinued: Bool) -> Judgement {
    var judgement = Judgement(original: summary, mended: summary)
    guard isEnforcing else { return judgement }
    (judgement.mended, judgement.repairs) = summary.repaired(
      with: policy.enforce.repairs, request: facts, ids: policy.ids(facts))
    let mended = judgement.mended
    let bad = mended.findings.filter { policy.action(for: $0, in: mended) == .retry && !isHarmless($0, in: mended) }
    // Text that is with the client cannot be said again; only calls can go on from it.
    let isLost = isContinued && judgement.mended.callCount == 0
    guard !bad.isEmpty || isLost else { return judgement }
    judgement.isLate = bad.isEmpty
    judgement.complaint = Ladder.Complaint(
      bad, in: mended, tools: facts.tools, reasoningKey: policy.traits.needsReasoning ? policy.profile.reasoningKey : nil)
    if isLost, hasWantedCall { judgement.complaint?.wantsCall = true }
    return judgement
  }

  /// Markup that is no lost call: a quotation, what a model considered before it said something else, or a call that it made.
  private func isHarmless(_ finding: Finding, in summary: ResponseSummary) -> Bool {
    guard finding.kind == .leakedMarkup || finding.kind == .reasoningMarkup else { return false }
    if facts.quotesMarkup { return true }
    guard let choice = summary.choices.first(where: { $0.index == finding.choice }) else { return false }
    let names = facts.tools.names
    return finding.kind == .leakedMarkup ? choice.quotesMarkup(names) : choice.losesNothing(names)
  }

  mutating func accept(_ judgement: Judgement) {
    repairs = judgement.repairs
    delivered = judgement.mended
    verdict = isExhausted ? .invalid : Annotation.Verdict(of: judgement.mended)
  }

  /// Keeps what an attempt's answer was.
  mutating func note(_ summary: ResponseSummary) {
    attempt.findings = summary.findings
    attempt.answer?.spoken = summary.spoken
    attempt.finishReasons = summary.choices.compactMap(\.finishReason)
    if attempts.count == 1 { attempt.calls = summary.choices.flatMap(\.calls) }
    attempt.usage = summary.usage
  }

  /// Whether another attempt can go on from this that is with the client. Behind text only a call can; an answer that is whole without one
  /// says that none is to come, unless one was lost before.
  func mayGoOn(behind flowed: EventTraits, _ judgement: Judgement) -> Bool {
    if flowed.isSubset(of: .reasoning) { return true }
    return facts.tools.count > 0 && !facts.forbidsCalls && (!judgement.isLate || hasWantedCall)
  }

  /// The next attempt, if the ladder has one that may help and the budgets allow it.
  mutating func climb(after failure: Ladder.Failure, at now: UInt64) -> Turn? {
    guard isEnforcing, attempts.count < policy.enforce.attempts else { return nil }
    if case .answer(let complaint) = failure, complaint.wantsCall { hasWantedCall = true }
    let spent = now - startedAt
    let budget = policy.enforce.time.wholeNanoseconds
    guard spent < budget, !isOverTokens, let step = ladder.step(after: failure) else { return nil }
    guard step.delay < budget - spent else { return climb(after: failure, at: now) }
    return Turn(.retry(step))
  }

  private var isOverTokens: Bool {
    guard let limit = policy.enforce.tokens else { return false }
    return attempts.reduce(0) { $0 + ($1.usage?.completion ?? 0) } >= limit
  }

  /// An attempt is made.
  mutating func begin(vendor: String, model: String, rung: Rung? = nil, at now: UInt64) {
    // One that stands in from the beginning.
    if attempts.isEmpty, rung == .otherVendor { ladder.move() }
    attempts.append(AttemptRecord(rung: rung, vendor: vendor, model: model, startedAt: now - startedAt))
    answer = .none
    nextLook = 0
    isUnjudged = false
    // What this attempt itself lets flow is no part of another's.
    // Nor is what was thought: only its own thoughts are left out of what goes on.
    isContinued = !flowed.subtracting(.reasoning).isEmpty
  }
}

extension Ladder.Complaint {
  init(_ bad: [Finding], in summary: ResponseSummary, tools: ToolSet, reasoningKey: VendorProfile.ReasoningKey?) {
    tokens = summary.usage?.completion
    // Of several choices one that is to blame: another attempt is told of one.
    let blamed = summary.choices.first { choice in bad.contains { $0.choice == choice.index } }
    isBroken = summary.callCount == 0 && (summary.isTruncated || summary.failure != nil)
    guard let choice = blamed ?? summary.choices.first else { return }
    let bad = bad.filter { $0.choice == choice.index }
    isCut = !bad.isEmpty && summary.findings.contains { $0.kind == .lengthFinish && $0.choice == choice.index }
    for (number, call) in choice.calls.enumerated() {
      let problems = bad.filter { $0.call == number }
      turn.calls.append(
        FailedCall(
          name: call.name, arguments: call.arguments,
          problem: FailedCall.Problem(of: call, isDeclared: tools.index(of: call.name.span) != nil, problems)))
      if tool == nil, !problems.isEmpty, tools.index(of: call.name.span) != nil { tool = call.name }
    }
    turn.hasMarkup = bad.contains { $0.kind == .leakedMarkup || $0.kind == .reasoningMarkup }
    wantsCall = !turn.calls.isEmpty || turn.hasMarkup || bad.contains { $0.kind == .callsWithoutCalls }
    if let reasoningKey {
      turn.reasoning = choice.reasoning
      turn.reasoningKey = reasoningKey
    }
  }
}

extension FailedCall.Problem {
  init(of call: AssembledCall, isDeclared: Bool, _ problems: [Finding]) {
    if problems.isEmpty {
      self = .none
    } else if !isDeclared {
      self = .unknownTool
    } else if let violations = call.verdict?.violations, !violations.isEmpty {
      self = .violations(violations)
    } else {
      self = .notJSON(problems[0].message)
    }
  }
}

extension Ladder.Retrying {
  /// What another attempt may change about an error status (reference 2.8).
  init(status: Int, _ failure: VendorFailure?) {
    switch failure?.kind {
    // More at once than that vendor ever takes (Groq).
    case .rateLimit where status == 413: self = .elsewhere
    case .rateLimit, .overloaded, .server: self = .same
    case .quota, .auth: self = .elsewhere
    // The model is not known there, or no longer.
    case .invalidRequest where status == 404: self = .elsewhere
    case .toolUseFailed: self = .forcing
    case .invalidRequest, .schemaRejected, .contentFilter: self = .never
    case nil:
      switch status {
      case 408, 425, 429, 500...: self = .same
      case 401, 402, 403, 404: self = .elsewhere
      default: self = .never
      }
    }
  }
}
