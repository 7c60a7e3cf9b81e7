// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
package import NIOCore
import Synchronization
package import Upstream

/// One exchange: a client's request, the vendor's answer, and what was seen of both. Read this file first.
///
/// ```
/// client ─ requestHead ─ requestBody* ─ requestEnd ─┐            every event returns one action;
///                                                   ├─ call ─ vendor    the shell (`ConnectionHandler`) carries it out
/// client ─ begin ─ relay* ─ finish ─────────────────┴─ vendorHead ─ vendorBody* ─ vendorEnd | vendorFailed
/// ```
///
/// A value without I/O, clock or randomness: time comes in as nanoseconds, so every path is tested by value. In `observe` mode
/// the client receives exactly the vendor's bytes, and the vendor exactly the client's but for the declared edits. In the other
/// modes the vendor's side goes through `Enforcement`, which may hold back, mend, and ask for another attempt (`call` again).
package struct Exchange {
  /// What the shell does next.
  package enum Action: Sendable {
    case none
    /// Start the vendor call. A streamed body follows with `upload` and `finishUpload`.
    case call(UpstreamRequest)
    case upload(ByteBuffer)
    case finishUpload
    /// Write the head of the answer.
    case begin(AnswerHead)
    /// Write body bytes as they came.
    case relay(ByteBuffer)
    /// The answer is complete.
    case finish(ExchangeRecord)
    /// Answer in the vendor's place; a call under way is cancelled.
    case refuse(GatewayError, ExchangeRecord)
    /// The answer had begun and cannot be completed: close the client's connection, so that it sees the cut.
    case abort(ExchangeRecord)
    /// Nobody is there to answer: cancel the vendor call.
    case abandon(ExchangeRecord)
    /// Cancel the vendor call and make another, after so many nanoseconds: `retryDue` is told the time.
    case retry(after: UInt64)
    /// Several of these, in order.
    indirect case sequence([Action])
  }

  enum State {
    /// An inspected request is arriving; it is collected whole. Next: `calling`, `ended`.
    case collecting
    /// The vendor has the request, or is receiving a passing one; no answer yet. Next: `answering`, `ended`.
    case calling
    /// The answer flows to the client, or is looked at before it may. Next: `calling` (another attempt), `ended`.
    case answering
    case ended
  }

  /// A whole JSON answer larger than this is relayed and not looked at: it must not fill the memory.
  private static let observedBodyBytes = 16 << 20
  /// What a client names is kept up to here, whatever it sends.
  static let nameBytes = 256
  private static let pathBytes = 2048

  var state = State.collecting
  let context: Context
  let startedAt: UInt64
  var route: Route?
  /// Who asks, where the proxy has keys of its own.
  var caller: ClientGate.Caller?
  /// The page in a browser that asks, where its origin is allowed.
  var page: Page?
  var headers: [ForwardedHeaders.Field] = []
  var body = ByteBuffer()
  /// Bytes of the body that count among those held for all clients.
  private(set) var held = 0
  /// Bytes of the answer, and of what is made of the request, that count among those held back for all clients.
  var heldBack = 0
  var madeOfRequest = 0
  /// Its tools count, once for all exchanges that have them.
  var hasSharedTools = false
  /// What the body's length is said to be, as far as that is believed before it is there.
  private var expectedBytes = 0
  private static let mostExpectedBytes = 1 << 20
  var record: ExchangeRecord
  var facts = RequestFacts()
  var observer: ResponseObserver?
  var answer: RecordedAnswer?
  /// Where the vendor's answer is no success.
  var mask: SecretMask?
  /// The client has the head of an answer.
  var hasBegun = false
  /// In `annotate` and `enforce`.
  var enforcement: Enforcement?
  /// Where in the conversation the answer stands, if its reasoning is to be kept.
  var turn: ReasoningChain?
  let memory: Memory
  private let peer: UInt64
  /// Whose share of the bodies that are held its own counts to: the client's, where the proxy knows clients, else the address's.
  var holder: UInt64 { caller.map { context.owner([], $0.client) } ?? peer }
  /// What another attempt is made of.
  var source: RetrySource?

  /// - Parameter peer: whose connection it is, for what each may hold: a number for an address.
  package init(_ head: RequestHead, id: String, context: Context, memory: Memory, peer: UInt64 = 0, at now: UInt64) {
    self.peer = peer
    self.context = context
    self.memory = memory
    self.startedAt = now
    self.record = ExchangeRecord(id: id, method: head.method, path: bounded(head.path, Self.pathBytes))
    record.secrets = context.keys(of: head)
  }

  // MARK: The client's side

  package mutating func requestHead(_ head: RequestHead, at now: UInt64) -> Action {
    let route: Route
    do throws(GatewayError) {
      guard let admitted = try admit(head, at: now) else { return .none }
      route = admitted
    } catch {
      return refuse(error, at: now)
    }
    self.route = route
    record.vendor = route.vendor.name
    record.isInspected = route.isInspected
    if route.isInspected, let shadow = context.shadowing(head, by: caller?.client) { (record.shadow, record.reference) = (shadow, context.mark) }
    headers = asked(head)

    if route.isInspected {
      if let error = head.unreadable { return refuse(error, at: now) }
      if let length = head.contentLength, length > context.requestBytes {
        return refuse(.bodyTooLarge(limit: context.requestBytes), at: now)
      }
      expectedBytes = min(head.contentLength ?? 0, Self.mostExpectedBytes)
      return .none
    }
    state = .calling
    return .call(vendorRequest(route, headers, body: head.hasBody ? .stream(length: head.contentLength) : .none))
  }

  package mutating func requestBody(_ bytes: ByteBuffer, at now: UInt64) -> Action {
    record.requestBytes += bytes.readableBytes
    switch state {
    case .collecting:
      guard body.readableBytes + bytes.readableBytes <= context.requestBytes else {
        return refuse(.bodyTooLarge(limit: context.requestBytes), at: now)
      }
      let limit = context.configuration.limits.bufferedBytes
      guard context.lasting.bodies.withLock({ $0.hold(bytes.readableBytes, for: holder, within: limit) }) else {
        return refuse(.overloaded, at: now)
      }
      held += bytes.readableBytes
      if body.readableBytes == 0 {
        body = bytes
      } else {
        body.reserveCapacity(expectedBytes)
        body.writeImmutableBuffer(bytes)
      }
      return .none
    case .calling, .answering:
      return .upload(bytes)
    case .ended:
      return .none
    }
  }

  /// Its end is what takes long: the request is whole, and looked at.
  var isCollecting: Bool { state == .collecting }

  package mutating func requestEnd(at now: UInt64) -> Action {
    switch state {
    case .collecting:
      guard let route else { return permit(at: now) }
      do throws(ChatRequestError) {
        state = .calling
        return try inspectRequest(route, at: now)
      } catch {
        return refuse(.invalidJSON(error), at: now)
      }
    case .calling, .answering:
      return record.isInspected ? .none : .finishUpload
    case .ended:
      return .none
    }
  }

  /// The call that answers the end of the request was handed over, so many nanoseconds after that end.
  package mutating func callMade(after nanoseconds: UInt64) {
    if state == .calling { record.nanosecondsOverhead = nanoseconds }
  }

  package mutating func clientGone(at now: UInt64) -> Action {
    guard state != .ended else { return .none }
    return .abandon(close(.abandoned, at: now))
  }

  /// In place of ``requestHead(_:at:)`` and all that follows it, for a request whose turn does not come.
  package mutating func leaveUnbegun(_ head: RequestHead, at now: UInt64) -> ExchangeRecord {
    if case .refuse(_, let record) = requestHead(head, at: now) { return record }
    (record.error, record.fault) = ("not_begun", .client)
    // Not as one that a vendor was asked for.
    state = .collecting
    return close(.abandoned, at: now)
  }

  /// The client was too slow, or broke the protocol, before its request was complete.
  package mutating func requestFailed(_ error: GatewayError, at now: UInt64) -> Action {
    switch state {
    case .collecting, .calling: refuse(error, at: now)
    case .answering: abort(error.code, error.fault, at: now)
    case .ended: .none
    }
  }

  // MARK: The vendor's side

  package mutating func vendorHead(_ head: UpstreamHead, at now: UInt64) -> Action {
    guard state == .calling else { return .none }
    if head.sendsElsewhere {
      let what = "answered \(head.status), go elsewhere: keys and conversation are not sent there. Is its base_url right?"
      return vendorFailed(UpstreamError(.redirected, what), at: now)
    }
    state = .answering
    let head = masked(head)
    if enforcement != nil { return judged(head, at: now) }
    record.status = head.status
    record.nanosecondsToFirstByte = now - startedAt
    if record.isInspected {
      if context.keepsBodies { answer = RecordedAnswer(head) }
      var options: ResponseObserver.Options = turn == nil ? .none : .keepsReasoning
      if context.keepsBodies { options.insert(.keepsSpeech) }
      let unread = head.unread
      observer = ResponseObserver(
        format: head.format(unread, isStreamRequested: record.isStream), status: head.status, request: facts, options: options,
        bodyLimit: Self.observedBodyBytes, unread: unread, decoder: memory.takeDecoder())
    }
    let fields = ForwardedHeaders.toClient(head.headers, secrets: context.secrets.search, keepsLocation: head.status != 304)
    hasBegun = true
    return .begin(AnswerHead(status: head.status, fields: opened(fields), exchangeID: record.id))
  }

  package mutating func vendorBody(_ bytes: ByteBuffer, at now: UInt64) -> Action {
    guard state == .answering else { return .none }
    return take(mask?.mask(bytes) ?? bytes, at: now)
  }

  private mutating func take(_ bytes: ByteBuffer, at now: UInt64) -> Action {
    guard bytes.readableBytes > 0 else { return .none }
    if let turn = enforcement?.body(bytes, at: now) { return countHeld(after: carryOut(turn, at: now), at: now) }
    record.responseBytes += bytes.readableBytes
    answer?.append(bytes)
    observer?.feed(bytes.readableBytesUInt8Span)
    if record.nanosecondsToFirstToken == nil, observer?.hasFirstToken == true {
      record.nanosecondsToFirstToken = now - startedAt
    }
    return countHeld(after: .relay(bytes), at: now)
  }

  package mutating func vendorEnd(at now: UInt64) -> Action {
    guard state == .answering else { return .none }
    let rest = mask?.end() ?? ByteBuffer()
    mask = nil
    if rest.readableBytes > 0 {
      let last = take(rest, at: now)
      return state == .answering ? .sequence([last, vendorEnd(at: now)]) : last
    }
    if let turn = enforcement?.end(at: now) { return carryOut(turn, at: now) }
    return .finish(close(.completed, at: now))
  }

  package mutating func vendorFailed(_ error: UpstreamError, at now: UInt64) -> Action {
    if enforcement != nil, state == .calling || state == .answering { return judged(error, at: now) }
    return switch state {
    case .collecting, .ended: .none
    case .calling: refuse(.vendor(record.vendor, error), at: now)
    case .answering: cut(by: error, at: now)
    }
  }

  /// What came goes to the client all the same, and what the mask held back is a part of it.
  private mutating func cut(by error: UpstreamError, at now: UInt64) -> Action {
    let rest = take(mask?.end() ?? ByteBuffer(), at: now)
    let end = abort("vendor_\(error.kind.rawValue)", GatewayError.Fault(error.fault), at: now)
    if case .none = rest { return end }
    return .sequence([rest, end])
  }
}

// MARK: - The ends

extension Exchange {
  mutating func refuse(_ error: GatewayError, at now: UInt64) -> Action {
    // An answer has one head: one that has begun can only end.
    if hasBegun { return abort(error.code, error.fault, at: now) }
    // Its own words a client may be told: what became of a guess at a key in them would tell whether it is right.
    let error = error.fault == .client ? error : error.cleared(of: context.secrets.search)
    record.status = error.status
    record.error = error.code
    record.fault = error.fault
    record.bodies?.append(ByteBuffer(bytes: error.body))
    return .refuse(error, close(.refused, at: now))
  }

  mutating func abort(_ code: String, _ fault: GatewayError.Fault, at now: UInt64) -> Action {
    record.error = code
    record.fault = fault
    return .abort(close(.broken, at: now))
  }

  /// Ends the exchange: what was seen of the answer goes into the record.
  mutating func close(_ outcome: ExchangeRecord.Outcome, at now: UInt64) -> ExchangeRecord {
    let isAsked = state == .calling
    state = .ended
    if held > 0 { context.lasting.bodies.withLock { $0.letGo(held, of: holder) } }
    held = 0
    record.outcome = outcome
    record.nanosecondsTotal = now - startedAt
    takeBackUnmade()
    if let enforcement {
      record.take(enforcement)
      if outcome == .completed, let answer = enforcement.delivered { keepReasoning(of: answer) }
      self.enforcement = nil
      source = nil
    } else if var observer = observer.take() {
      let isLeft = outcome == .abandoned || record.fault == .belay
      let summary = observer.finish(outcome == .completed ? .complete : isLeft ? .left : .cut)
      memory.giveBack(observer.takeDecoder())
      record.take(summary, answer)
      keepReasoning(of: summary)
    } else if isAsked, record.isInspected {
      record.takeNoAnswer()
    }
    letGoOfAll()
    return record
  }

  /// What the model thought goes into the cache from which the next turn's request gets it back.
  private func keepReasoning(of summary: ResponseSummary) {
    guard let turn else { return }
    for choice in summary.choices where !choice.reasoning.isEmpty {
      context.lasting.reasoning.withLock { $0.insert(choice.reasoning, before: choice.calls, at: turn) }
    }
  }
}

func bounded(_ text: String, _ bytes: Int) -> String {
  text.utf8.count <= bytes ? text : String(decoding: text.utf8.prefix(bytes), as: UTF8.self)
}
