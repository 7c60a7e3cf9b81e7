// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import NIOCore
import Upstream

extension Enforcement {
  /// Lets a stream run up to its next point of decision, and decides.
  mutating func run(_ stream: consuming StreamHold, at now: UInt64) -> Turn {
    var hold = consume stream
    var out = ByteBuffer()
    while let signal = hold.advance(into: &out) {
      switch signal {
      case .settled:
        if let next = settle(&hold, hold.summary(), into: &out, at: now) { return leave(hold, out, next, at: now) }
      case .died(let death):
        if let next = stop(&hold, at: death, into: &out, now) { return leave(hold, out, next, at: now) }
      case .overflow:
        // Too long to be held, and so to be judged: the rest passes as it is.
        verdict = .unknown
        isUnjudged = true
        hold.release(into: &out)
      }
    }
    return leave(hold, out, .goOn, at: now)
  }

  /// Lets out what is held, without a judgement.
  mutating func spill(_ stream: consuming StreamHold, at now: UInt64) -> Turn {
    var hold = consume stream
    var out = ByteBuffer()
    if !hold.isReleased {
      verdict = .unknown
      isUnjudged = true
    }
    hold.spill(into: &out)
    return leave(hold, out, .goOn, at: now)
  }

  /// The vendor's stream is over, well or not.
  mutating func finishStream(
    _ stream: consuming StreamHold, _ ending: Ending, failure: UpstreamError?, at now: UInt64
  ) -> Turn {
    var hold = consume stream
    var out = ByteBuffer()
    if !hold.isSettled, let next = settle(&hold, hold.summary(ending), into: &out, at: now) {
      return leave(hold, out, next, at: now)
    }
    attempt.usage = hold.observer.usage ?? attempt.usage
    if hold.hasWithheld { noteWithheld(hold.summary(ending)) }
    if let failure, delivered?.isTruncated != false {
      // Nothing of the answer's end came, and nothing stands in for it but a whole one that was kept, where the client has nothing of this.
      if case .answer(_, _, _, _, flowed)? = spare, !hold.isSettled, !isUnjudged { return conclude(.vendor(attempt.vendor, failure), at: now) }
      return leave(hold, out, .abort(failure), at: now)
    }
    // Before an event without an end: behind it, a reader would take the comment for a part of it.
    if let comment = hold.comment { out.writeImmutableBuffer(comment) }
    hold.end(into: &out)
    return leave(hold, out, .complete, at: now)
  }

  /// A vendor has said all, and neither says so nor ends.
  mutating func settleSilent(_ stream: consuming StreamHold, at now: UInt64) -> Turn {
    var hold = consume stream
    var out = ByteBuffer()
    hold.settle()
    let next = settle(&hold, hold.summary(), into: &out, at: now)
    return leave(hold, out, next ?? .goOn, at: now)
  }

  /// Judges an answer that is complete, or ended. Nil: it goes to the client.
  private mutating func settle(
    _ hold: inout StreamHold, _ summary: ResponseSummary, into out: inout ByteBuffer, at now: UInt64
  ) -> Next? {
    if isUnjudged {
      note(summary)
      delivered = summary
      hold.comment = ByteBuffer(string: annotation.comment)
      hold.release(into: &out)
      return nil
    }
    let judgement = judge(summary, isContinued: isContinued)
    note(summary)
    if let complaint = judgement.complaint, isEnforcing {
      if mayGoOn(behind: flowed.union(hold.flowed), judgement), let turn = climb(after: .answer(complaint), at: now) {
        endsAtMarkup.formUnion(hold.endsAtMarkup(summary).subtracting(flowed))
        hold.releaseText(of: summary, into: &out)
        keep(judgement, .stream(hold), behind: flowed.union(hold.flowed))
        return turn.next
      }
      isExhausted = true
      if policy.enforce.onExhausted == .error { return exhausted(judgement, into: &out) }
    }
    accept(judgement)
    hold.comment = ByteBuffer(string: annotation.comment)
    if isExhausted { hold.releaseMarkup(of: summary, behind: endsAtMarkup, into: &out) }
    hold.release(judgement.original, mendedTo: judgement.mended, into: &out)
    // `on_exhausted: pass` promises the vendor's answer, whatever it is.
    hold.isClosed = isEnforcing && !isExhausted
    return nil
  }

  /// More came behind the answer: the client has none of it, the record has that it came.
  private mutating func noteWithheld(_ summary: ResponseSummary) {
    let findings = summary.findings.filter { [.afterFinish, .streamNotJSON, .oversizedEvent].contains($0.kind) }
    attempt.findings += findings
    delivered?.findings += findings
  }

  /// A call has died. Nil: it is read on, since a repair may mend it or the client may get it as it is.
  private mutating func stop(
    _ hold: inout StreamHold, at death: CallDeath, into out: inout ByteBuffer, _ now: UInt64
  ) -> Next? {
    // With `pass` all of it is wanted: it may be the last answer that there is.
    guard policy.enforce.onExhausted == .error else {
      hold.ignoresDeath = true
      return nil
    }
    // All calls are judged at every look, so what counts is what they have together. Looked at again when there is half as much more:
    // a long answer costs no more than linear time.
    let bytes = hold.observer.argumentBytes
    guard bytes >= nextLook else { return nil }
    nextLook = bytes + bytes / 2 + 16
    let arguments = hold.observer.arguments(of: death)
    let summary = hold.summary(.cut)
    guard let choice = summary.choices.first(where: { $0.index == death.choice }), death.call < choice.calls.count else {
      return nil
    }
    let name = choice.calls[death.call].name
    let tool = facts.tools.index(of: name.span)
    if mendability(of: arguments, death: death, tool: tool, request: facts, rules: policy.enforce.repairs) == .wait {
      return nil
    }
    let findings = summary.findings.filter { $0.choice == death.choice && $0.call == death.call }
    let judgement = judge(summary, isContinued: false)
    guard findings.contains(where: { policy.action(for: $0, in: summary) == .retry }), let complaint = judgement.complaint else {
      hold.ignoresDeath = true
      return nil
    }
    let turn = mayGoOn(behind: flowed.union(hold.flowed), judgement) ? climb(after: .answer(complaint), at: now) : nil
    note(summary)
    attempt.stoppedAt = death.offset
    attempt.error = "stopped"
    if let turn { return turn.next }
    isExhausted = true
    return exhausted(judgement, into: &out)
  }

  /// Keeps the stream for the next event, unless it was given up.
  private mutating func leave(_ hold: consuming StreamHold, _ out: ByteBuffer, _ next: Next, at now: UInt64) -> Turn {
    if streamHead == nil { streamHead = hold.observer.head }
    flowed.formUnion(hold.flowed)
    hasIDs = hold.hasIDs
    if case .retry = next { answer = .none } else { answer = .stream(hold) }
    var turn = send(out, length: .open, at: now)
    turn.next = next
    return turn
  }

  /// The client is told that no attempt was good enough: as an answer of its own, or within the stream that has begun.
  private mutating func exhausted(_ judgement: Judgement, into out: inout ByteBuffer) -> Next {
    let error = GatewayError.exhausted(attempts: attempts, judgement.mended).cleared(of: secrets)
    verdict = .invalid
    guard hasBegun || !flowed.isEmpty || out.readableBytes > 0 else { return .refuse(error) }
    out.writeBytes(EventRewrite.event(error.body))
    out.writeString(annotation.comment)
    out.writeBytes(OwnChunks.done)
    return .fail(error)
  }
}
