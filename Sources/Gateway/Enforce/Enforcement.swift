// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import NIOCore
import Store
import Upstream

/// What `annotate` and `enforce` do with the answers to one request: attempt after attempt, until one may go to the client.
///
/// Pure, like `Exchange`, which owns it: vendor events come in, a `Turn` says what the client gets and how it goes on.
/// `annotate` lets everything pass and only says what it saw; `enforce` holds back, mends, and asks for another attempt.
///
/// ```
/// head ─ body* ─ end | failed ──> judge ─ accept ─> the client: as it came, or mended
///                                   └─ reject ─> ladder ─ step ─> retry
///                                                  └─ climbed ─> on_exhausted: pass | error
/// ```
struct Enforcement: Sendable {
  /// What follows an event.
  struct Turn: Sendable {
    /// The head of the answer, at most once in an exchange.
    var head: Draft?
    /// Bytes of the answer's body.
    var bytes = ByteBuffer()
    var next = Next.goOn

    init(_ next: Next = .goOn) { self.next = next }
  }

  enum Next: Sendable {
    case goOn
    /// Give this attempt up and make another.
    case retry(Ladder.Step)
    /// The answer is complete.
    case complete
    /// Nothing was sent, and nothing will be but this.
    case refuse(GatewayError)
    /// The answer had begun, and is complete with this error in it.
    case fail(GatewayError)
    /// The answer had begun, and its end can only be cut off.
    case abort(UpstreamError)
  }

  /// The head of an answer before it is written: the vendor's, and what Belay says in it.
  struct Draft: Sendable {
    var head: UpstreamHead
    /// The body's length in bytes, where it may not be the vendor's.
    var length: Length
    /// Instead of the vendor's own `Content-Type`.
    var contentType: String?
    var fields: [(name: String, value: String)] = []

    enum Length: Equatable, Sendable {
      case asSent
      case known(Int)
      /// A stream: to be framed as it comes.
      case open
    }
  }

  /// What of an attempt's answer is at hand.
  enum Answer: Sendable {
    case none
    case stream(StreamHold)
    /// A JSON answer, or an error: looked at when it is whole.
    case body(ResponseObserver, ByteBuffer)
    /// Passes unseen: too long to be kept.
    case passing
  }

  /// A body longer than this passes as it is: it must not fill the memory.
  static let bodyLimit = 16 << 20

  let policy: Policy
  let facts: RequestFacts
  let isStream: Bool
  private let keepsBodies: Bool
  /// The next turn's request may need it.
  private let keepsReasoning: Bool
  /// What no error of Belay's own may repeat.
  let secrets: SecretSearch
  let startedAt: UInt64
  var ladder: Ladder

  var attempts: [AttemptRecord] = []
  var head: UpstreamHead?
  var answer = Answer.none
  /// The head has been sent.
  var hasBegun = false
  /// How the stream that the client sees began, and what of it cannot be taken back.
  var streamHead: ChunkHead?
  var flowed: EventTraits = []
  /// See ``StreamHold``.
  var hasIDs = false
  /// Something of an earlier attempt's answer is with the client.
  var isContinued = false
  var lastWriteAt: UInt64
  /// When something of the answer came.
  private var lastPieceAt: UInt64
  /// How long `[DONE]` is waited for behind the last finish reason.
  private static let patience: UInt64 = 1_000_000_000
  /// From how many argument bytes of all calls on a dead one is looked at again.
  var nextLook = 0
  /// More was held than may be: what came has left, and nothing can stand in for it.
  var isUnjudged = false

  // What came of it.
  var repairs: [Repair] = []
  /// The answer as the client got it.
  var delivered: ResponseSummary?
  var verdict = Annotation.Verdict.none
  /// No attempt was good enough, and the ladder was climbed.
  var isExhausted = false
  /// What the client gets where no later attempt gives it anything.
  var spare: Spare?
  /// The attempt whose answer the client gets, where that is not the last.
  var told: Int?
  /// A call was wrong, or lost, in an answer that another attempt followed.
  var hasWantedCall = false
  /// What of an earlier attempt's text is with the client ended where markup began, which was held.
  var endsAtMarkup: EventTraits = []

  init(
    policy: Policy, facts: RequestFacts, isStream: Bool, keepsBodies: Bool, keepsReasoning: Bool, ladder: Ladder, secrets: SecretSearch,
    startedAt: UInt64, at now: UInt64
  ) {
    self.policy = policy
    self.facts = facts
    self.isStream = isStream
    self.keepsBodies = keepsBodies
    self.keepsReasoning = keepsReasoning || policy.traits.needsReasoning
    self.ladder = ladder
    self.secrets = secrets
    self.startedAt = startedAt
    (lastWriteAt, lastPieceAt) = (now, now)
  }

  var isEnforcing: Bool { policy.mode == .enforce }

  /// The attempt under way.
  var attempt: AttemptRecord {
    get { attempts[attempts.count - 1] }
    // In place: an answer that is recorded grows piece by piece, and would be copied with each.
    _modify { yield &attempts[attempts.count - 1] }
  }

  // MARK: Events

  mutating func head(_ head: UpstreamHead, at now: UInt64) -> Turn {
    self.head = head
    attempt.status = head.status
    attempt.firstByteAt = now - startedAt
    if keepsBodies { attempt.answer = RecordedAnswer(head) }
    let unread = head.unread
    let format = head.format(unread, isStreamRequested: isStream)
    var options: ResponseObserver.Options = []
    if isEnforcing { options = [.keepsText, .watchesCalls] }
    if keepsReasoning { options.insert(.keepsReasoning) }
    if keepsBodies { options.insert(.keepsSpeech) }
    let observer = ResponseObserver(
      format: format, status: head.status, request: facts, options: options, bodyLimit: Self.bodyLimit, unread: unread)
    guard head.isSuccess, format == .eventStream, isStream || !isEnforcing else {
      answer = .body(observer, ByteBuffer())
      return Turn()
    }
    var hold = StreamHold(
      observer: observer, choiceCount: facts.choiceCount, isEnforcing: isEnforcing, mayCall: facts.tools.count > 0,
      mayLoseCalls: facts.mayLoseCalls)
    if attempts.count > 1 { hold.rewrite = continuation() }
    hold.hasIDs = hasIDs
    answer = .stream(hold)
    return Turn()
  }

  mutating func body(_ bytes: ByteBuffer, at now: UInt64) -> Turn {
    attempt.bytes += bytes.readableBytes
    lastPieceAt = now
    attempt.answer?.append(bytes)
    switch answer {
    case .none:
      return Turn()
    case .stream(var hold):
      // Taken out, so that it is not copied when it changes.
      answer = .none
      hold.feed(bytes)
      // Given away: with a copy that lives on here, each piece would copy all that is held.
      return run(consume hold, at: now)
    case .body(var observer, var buffer):
      answer = .none
      observer.feed(bytes.readableBytesUInt8Span)
      buffer.writeImmutableBuffer(bytes)
      guard buffer.readableBytes > Self.bodyLimit else {
        answer = .body(observer, buffer)
        return Turn()
      }
      return passUnseen(buffer, observer.finish(.cut), at: now)
    case .passing:
      return send(bytes, length: .asSent, at: now)
    }
  }

  /// Bytes of the answer that are held back, and of one that may be told in its place.
  var heldBytes: Int {
    let spared = spare?.heldBytes ?? 0
    return switch answer {
    case .none, .passing: spared
    case .stream(let hold): spared + hold.heldBytes
    // The observer has them too.
    case .body(_, let buffer): spared + 2 * buffer.readableBytes
    }
  }

  /// More is held for all exchanges than may be: what this one holds leaves as it came, as if it were too much for one.
  mutating func overflow(at now: UInt64) -> Turn {
    spare = nil
    switch answer {
    case .none, .passing: return Turn()
    case .stream(let hold):
      answer = .none
      return spill(hold, at: now)
    case .body(var observer, let buffer):
      answer = .none
      observer.keepNoMoreOfBody()
      return passUnseen(buffer, observer.finish(.cut), at: now)
    }
  }

  private mutating func passUnseen(_ body: ByteBuffer, _ summary: ResponseSummary, at now: UInt64) -> Turn {
    // In a stream that has begun, it would be no event.
    if hasBegun { return Turn(.abort(UpstreamError(.tooLarge, "an answer that is no stream is too long to be made one"))) }
    note(summary)
    delivered = summary
    verdict = .unknown
    answer = .passing
    return send(body, length: .asSent, at: now)
  }

  mutating func end(at now: UInt64) -> Turn {
    attempt.endedAt = now - startedAt
    switch answer {
    case .none, .passing: return Turn(.complete)
    case .stream(let hold): return finishStream(hold, .complete, failure: nil, at: now)
    case .body(var observer, let buffer): return judgeBody(observer.finish(.complete), buffer, at: now)
    }
  }

  mutating func failed(_ error: UpstreamError, at now: UInt64) -> Turn {
    attempt.endedAt = now - startedAt
    attempt.error = error.kind.rawValue
    switch answer {
    case .stream(let hold):
      return finishStream(hold, .cut, failure: error, at: now)
    case .passing:
      return Turn(.abort(error))
    case .none, .body:
      answer = .none
      // What fails once in these ways fails again.
      let isLasting = error.kind == .tls || error.kind == .redirected
      let told = GatewayError.vendor(attempt.vendor, error)
      keep(.failure(told))
      return climb(after: .transport(retryable: error.fault == .vendor && !isLasting), at: now) ?? conclude(told, at: now)
    }
  }

  /// Its vendor has said all, and neither says so nor ends.
  func isSilentlyDone(at now: UInt64) -> Bool {
    guard isEnforcing, case .stream(let hold) = answer else { return false }
    return hold.isFinished && now - lastPieceAt >= Self.patience
  }

  /// Time passes: says something to a client that has waited for long, so that nothing between closes the connection.
  mutating func tick(at now: UInt64) -> Turn {
    if isSilentlyDone(at: now), case .stream(let hold) = answer {
      answer = .none
      return settleSilent(hold, at: now)
    }
    guard isEnforcing, isStream, now - lastWriteAt >= policy.enforce.keepAlive.wholeNanoseconds else { return Turn() }
    let text: String
    switch answer {
    case .stream(let hold) where hold.isWithinEvent: return Turn()
    case .stream(let hold) where hold.isHolding: text = ": belay is checking a tool call\n"
    // Kimi thinks for minutes, and vendors that queue say only so.
    case .stream(let hold) where hold.isWaiting || attempts.count > 1: text = ": belay is waiting for the vendor\n"
    // Another attempt is awaited, by a client that has seen the beginning of a stream.
    case .none where hasBegun: text = ": belay is waiting for the vendor\n"
    default: return Turn()
    }
    return send(ByteBuffer(string: text), length: .open, at: now)
  }

  // MARK: To the client

  /// Bytes of the answer, with its head if that has not gone yet.
  mutating func send(_ bytes: ByteBuffer, length: Draft.Length, as contentType: String? = nil, at now: UInt64) -> Turn {
    var turn = Turn()
    turn.bytes = bytes
    guard bytes.readableBytes > 0 || length != .open else { return turn }
    lastWriteAt = now
    if !hasBegun, let head {
      hasBegun = true
      turn.head = Draft(head: head, length: length, contentType: contentType ?? head.plainType, fields: annotation.fields)
    }
    return turn
  }

  /// What Belay says of the answer so far.
  var annotation: Annotation {
    Annotation(attempts: attempts.count, verdict: verdict, repairs: repairs, isExhausted: isExhausted)
  }

  /// What the other attempts used; nil where there was none.
  var usageMark: UsageMark? {
    guard attempts.count > 1 else { return nil }
    let told = told ?? attempts.count - 1
    return UsageMark(earlier: attempts.indices.filter { $0 != told }.map { attempts[$0].usage })
  }

  /// How the events of a later attempt change: they go on with the stream that the client already sees.
  func continuation() -> EventRewrite {
    var rewrite = EventRewrite()
    rewrite.usage = usageMark
    guard !flowed.isEmpty else { return rewrite }
    rewrite.head = streamHead
    rewrite.drops = [.role]
    if flowed.contains(.text) { rewrite.drops.insert(.text) }
    if flowed.contains(.reasoning) { rewrite.drops.insert(.reasoning) }
    return rewrite
  }
}
