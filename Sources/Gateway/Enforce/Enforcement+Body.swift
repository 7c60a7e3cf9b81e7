// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import NIOCore
import Upstream

extension Enforcement {
  /// A whole body has come: an answer in one piece, or an error.
  mutating func judgeBody(_ summary: ResponseSummary, _ body: ByteBuffer, at now: UInt64) -> Turn {
    answer = .none
    note(summary)
    guard summary.isSuccess else { return judgeError(summary, body, at: now) }
    let judgement = judge(summary, isContinued: isContinued)
    if let complaint = judgement.complaint, isEnforcing {
      if mayGoOn(behind: flowed, judgement), let turn = climb(after: .answer(complaint), at: now) {
        keep(judgement, .body(body), behind: flowed)
        return turn
      }
      isExhausted = true
      if policy.enforce.onExhausted == .error { return refuse(.exhausted(attempts: attempts, judgement.mended)) }
    }
    return give(judgement, body, at: now)
  }

  /// The client gets a whole answer, in the form that it asked for.
  mutating func give(_ judgement: Judgement, _ body: ByteBuffer, at now: UInt64) -> Turn {
    accept(judgement)
    let summary = judgement.original
    guard isEnforcing, isStream != (summary.format == .eventStream), !hasBegun || isStream, isStream || summary.keepsAllCalls else {
      return deliver(mended(body, judgement), at: now)
    }
    return isStream ? deliverStream(mended(body, judgement), at: now) : deliverWhole(body, judgement, at: now)
  }

  /// A whole answer to a client that asked for a stream.
  private mutating func deliverStream(_ body: ByteBuffer, at now: UInt64) -> Turn {
    guard let chunk = FormConversion.chunk(of: body.readableBytesUInt8Span) else { return deliver(body, at: now) }
    var rewrite = continuation()
    rewrite.usage = nil
    var events = ByteBuffer(bytes: rewrite.apply(to: chunk.span) ?? EventRewrite.event(chunk))
    events.writeString(annotation.comment)
    events.writeBytes(OwnChunks.done)
    var turn = send(events, length: .open, as: "text/event-stream", at: now)
    turn.next = .complete
    return turn
  }

  /// A stream to a client that asked for a whole answer.
  private mutating func deliverWhole(_ stream: ByteBuffer, _ judgement: Judgement, at now: UInt64) -> Turn {
    let body = FormConversion.body(of: stream.readableBytesUInt8Span, judgement.mended)
    var rewrite = BodyRewrite(original: judgement.mended, mended: judgement.mended, usage: usageMark)
    let bytes = ByteBuffer(bytes: rewrite.apply(to: body.span) ?? body)
    var turn = send(bytes, length: .known(bytes.readableBytes), as: "application/json", at: now)
    turn.next = .complete
    return turn
  }

  /// An error status. What only this vendor, or only this moment, or Belay is to blame for is tried again; the rest passes.
  private mutating func judgeError(_ summary: ResponseSummary, _ body: ByteBuffer, at now: UInt64) -> Turn {
    attempt.error = "http_\(attempt.status)"
    guard isEnforcing else { return deliver(body, at: now) }
    let retrying = Ladder.Retrying(status: attempt.status, summary.failure)
    let delay = head.flatMap { RetryAfter.nanoseconds(in: $0.headers) }
    if let head { keep(.error(head, body)) }
    if let turn = climb(after: .status(retrying, delay: delay), at: now) { return turn }
    var error = GatewayError.exhausted(attempts: attempts, summary)
    // A bad moment passes.
    error.isRetryable = retrying == .same
    if error.isRetryable { error.retryAfter = delay.map { Int(clamping: $0 / 1_000_000_000) } }
    return conclude(error, at: now)
  }

  private func mended(_ body: ByteBuffer, _ judgement: Judgement) -> ByteBuffer {
    var body = body
    if isEnforcing, judgement.mended.isOdd, let plain = PlainForm.body(of: body.readableBytesUInt8Span) { body = ByteBuffer(bytes: plain) }
    guard usageMark != nil || judgement.mended != judgement.original else { return body }
    var rewrite = BodyRewrite(original: judgement.original, mended: judgement.mended, usage: usageMark)
    return rewrite.apply(to: body.readableBytesUInt8Span).map { ByteBuffer(bytes: $0) } ?? body
  }

  mutating func deliver(_ body: ByteBuffer, at now: UInt64) -> Turn {
    guard !hasBegun else {
      // A stream has begun, and this is no stream: nothing of it can be said in one.
      return refuse(.exhausted(attempts: attempts, delivered))
    }
    var turn = send(body, length: .known(body.readableBytes), at: now)
    turn.next = .complete
    return turn
  }

  /// Belay's own error: as an answer of its own, or within the stream that has begun.
  mutating func refuse(_ error: GatewayError) -> Turn {
    let error = error.cleared(of: secrets)
    verdict = .invalid
    guard hasBegun else { return Turn(.refuse(error)) }
    var turn = Turn(.fail(error))
    turn.bytes.writeBytes(EventRewrite.event(error.body))
    turn.bytes.writeString(annotation.comment)
    turn.bytes.writeBytes(OwnChunks.done)
    return turn
  }
}
