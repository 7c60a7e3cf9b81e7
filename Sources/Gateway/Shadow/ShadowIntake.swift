// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Fidelity
import Inspection
import NIOCore

/// Makes jobs of records: reads the request, and lets the sampler choose.
package struct ShadowIntake: Sendable {
  package enum Outcome: Sendable, Equatable {
    case job(ShadowJob)
    case skip(ShadowSkip)
    case drop(ShadowDrop)
  }

  package var sampler: ShadowSampler

  /// Tokens.
  private static let longestAnswer = 32_768

  package init(sampler: ShadowSampler = ShadowSampler()) { self.sampler = sampler }

  /// - Parameter reference: its name; an exchange that it answered itself is not asked of it again.
  package func look(at record: ExchangeRecord, reference: String, _ settings: ShadowSettings, now: Int64) -> Outcome {
    guard case .sent(let body, let hasTools)? = record.shadow, let first = record.attempts.first else {
      return .skip(record.shadow == .optedOut ? .optedOut : .unanswered)
    }
    if first.vendor == reference { return .skip(.reference) }
    if settings.onlyTools, !hasTools { return .skip(.noTools) }
    guard settings.shares(vendor: first.vendor, model: record.model, path: record.path) != nil else { return .skip(.rule) }
    guard !(first.finishReasons.first ?? "").isEmpty || first.stoppedAt != nil || first.isWholeWithoutReason else {
      return .skip(.unanswered)
    }
    if body.readableBytes > settings.bodyBytes { return .drop(.bodyTooLong) }
    guard let request = try? ChatRequest(reading: body.readableBytesUInt8Span) else { return .drop(.unusable) }
    let conversation = request.conversationHash(in: body.readableBytesUInt8Span)
    guard sampler.takes(conversation, vendor: first.vendor, model: record.model, path: record.path, settings) == true else {
      return .skip(.notSampled)
    }
    // A vendor that counts too high must not use up the day's budget, and so choose which of its answers are compared: a token is a
    // byte or more, and no answer is longer than models give.
    let most = body.readableBytes + Self.longestAnswer
    let claim = first.usage.map { max(0, $0.prompt ?? 0) &+ max(0, $0.completion ?? 0) }
    var job = ShadowJob(
      id: record.id, queuedAt: now, vendor: first.vendor, model: record.model, conversation: conversation,
      answer: Side(firstAttemptOf: record),
      // Where the vendor does not count: about four bytes a token, and an answer.
      tokens: min(claim ?? body.readableBytes / 4 + 1000, most),
      isRepeated: ShadowSampler.repeats(conversation, settings), body: body)
    job.secrets = record.secrets
    return .job(job)
  }
}

extension AttemptRecord {
  /// It came to its end and never said why. As for K2VV that is an answer, and a stop: or what a vendor wants nobody to compare would have
  /// no reason.
  fileprivate var isWholeWithoutReason: Bool { error == nil && findings.contains { $0.kind == .missingFinish } }
}

extension Side {
  /// What the vendor said in the first attempt, as it said it: no retry and no repair counts.
  ///
  /// An attempt that Belay stopped, since a call could no longer become valid, has no finish reason. The vendor was calling a
  /// tool, and wrongly: that is what it counts as, or the worst calls would be the ones that are never compared.
  init(firstAttemptOf record: ExchangeRecord) {
    guard let first = record.attempts.first else {
      self.init(.none)
      return
    }
    // In `observe` the calls are kept once, with the exchange.
    let calls = record.mode == .observe ? record.calls : first.calls
    var finish = Finish(reason: first.finishReasons.first)
    if finish == .none, first.stoppedAt != nil { finish = .toolCalls } else if finish == .none, first.isWholeWithoutReason { finish = .stop }
    self.init(calls: calls, finish: finish, usage: first.usage)
  }

  /// An answer as inspection saw it. Of several choices the first counts, as for K2VV.
  init(_ summary: ResponseSummary) {
    let choice = summary.choices.first { $0.index == 0 } ?? summary.choices.first
    self.init(calls: choice?.calls ?? [], finish: Finish(reason: choice?.finishReason), usage: summary.usage)
  }

  private init(calls: [AssembledCall], finish: Finish, usage: Usage?) {
    self.init(
      judged: finish,
      calls: calls.filter { $0.choice == 0 }.map {
        ToolCall(name: $0.name, arguments: $0.arguments, isValid: $0.verdict?.k2vvValid == true)
      }, promptTokens: usage?.prompt)
  }
}
