// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import NIOCore
import Upstream

/// What is kept for a ladder's end that gives the client nothing else: see ``Ladder``.
extension Enforcement {
  indirect enum Spare: Sendable {
    /// What the client's own request came to: an error status, or none.
    case error(UpstreamHead, ByteBuffer)
    case failure(GatewayError)
    /// With `on_exhausted: pass` the last whole answer, which attempt's it is, and what was with the client when it was over.
    case answer(Judgement, UpstreamHead, Kept, attempt: Int, flowed: EventTraits)

    enum Kept: Sendable {
      case body(ByteBuffer)
      case stream(StreamHold)
    }

    var heldBytes: Int {
      switch self {
      case .error(_, let body): body.readableBytes
      case .failure: 0
      // What was read of it is there too.
      case .answer(_, _, .body(let body), _, _): 2 * body.readableBytes
      case .answer(_, _, .stream(let hold), _, _): hold.heldBytes
      }
    }
  }

  /// An attempt has no answer. What it came to is kept where its request was the client's own, which is asked before the ladder takes back
  /// what it changed.
  mutating func keep(_ error: Spare) {
    guard ladder.isClientsOwn else { return }
    if case .answer? = spare { return }
    spare = error
  }

  /// Another attempt follows an answer that cannot be used.
  mutating func keep(_ judgement: Judgement, _ answer: Spare.Kept, behind flowed: EventTraits) {
    guard let head, policy.enforce.onExhausted == .pass, !judgement.original.isTruncated, judgement.original.failure == nil else { return }
    spare = .answer(judgement, head, answer, attempt: attempts.count - 1, flowed: flowed)
  }

  /// No attempt follows one that has no answer: the client gets what is kept, else `error`.
  mutating func conclude(_ error: GatewayError, at now: UInt64) -> Turn {
    defer { spare = nil }
    switch spare {
    case nil: return refuse(error)
    case .failure(let told): return hasBegun ? refuse(told) : Turn(.refuse(told))
    case .error(let head, let body):
      self.head = head
      isExhausted = attempts.count > 1
      return deliver(body, at: now)
    case .answer(let judgement, let head, let kept, let attempt, let flowed):
      // Behind text of another attempt it would be no answer of either.
      guard flowed == self.flowed else { return refuse(error) }
      isExhausted = true
      told = attempt
      self.head = head
      return switch kept {
      case .body(let body): give(judgement, body, at: now)
      case .stream(let hold): give(judgement, hold, at: now)
      }
    }
  }

  /// The client gets a stream that was kept, from where it was held on.
  private mutating func give(_ judgement: Judgement, _ kept: StreamHold, at now: UInt64) -> Turn {
    accept(judgement)
    var (hold, out) = (kept, ByteBuffer())
    var rewrite = hold.rewrite ?? EventRewrite()
    rewrite.usage = usageMark
    hold.rewrite = rewrite
    hold.hasIDs = hasIDs
    hold.comment = ByteBuffer(string: annotation.comment)
    hold.releaseMarkup(of: judgement.original, behind: endsAtMarkup, into: &out)
    hold.release(judgement.original, mendedTo: judgement.mended, into: &out)
    if let comment = hold.comment {
      // Its vendor fell silent before it said that it was done.
      out.writeImmutableBuffer(comment)
      out.writeBytes(OwnChunks.done)
    }
    var turn = send(out, length: .open, at: now)
    turn.next = .complete
    return turn
  }
}
