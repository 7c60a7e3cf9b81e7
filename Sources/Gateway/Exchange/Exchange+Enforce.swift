// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import NIOCore
import Upstream

/// What another attempt is made of: the client's request as it came.
struct RetrySource: Sendable {
  var body: ByteBuffer
  var headers: [ForwardedHeaders.Field]
  var route: Route
  /// The request as the vendor at hand first got it.
  var sent: ByteBuffer
  /// What is to be sent when the time has come.
  var next: UpstreamRequest?
  /// What is sent is not what the first attempt sent.
  var isChanged = false
  /// Bytes that were made anew for another vendor.
  var movedBytes = 0
  /// Those of a body that was changed for the attempt under way, and of the answer that it is to help against.
  var changedBytes = 0
  /// What is told of answers that another attempt followed.
  var toldBytes = 0

  /// What is there for attempts besides the client's request and what was first sent of it.
  var madeBytes: Int { movedBytes + changedBytes + toldBytes }
}

extension Exchange {
  /// The first attempt: at the vendor that was asked for, unless it is out of the rotation or its circuit breaker keeps calls
  /// from it.
  mutating func enforce(
    _ policy: Policy, _ call: UpstreamRequest, _ source: RetrySource, thinks: Bool, at now: UInt64
  ) -> Action {
    self.source = source
    let vendor = source.route.vendor
    let others = context.failover(from: vendor, policy, model: record.model, for: caller?.client)
    let standIn = context.standIn(for: source, policy, model: record.model, among: others)
    let ladder = Ladder(
      policy.enforce.ladder, at: standIn ?? context.place(at: vendor, model: record.model),
      others: standIn == nil ? others : Array(others.dropFirst()), request: facts, thinks: thinks)
    enforcement = Enforcement(
      policy: policy, facts: facts, isStream: record.isStream, keepsBodies: context.keepsBodies, keepsReasoning: turn != nil,
      ladder: ladder, secrets: context.secrets.search, startedAt: startedAt, at: now)
    if let standIn { return attempt(Ladder.Step(rung: .otherVendor, place: standIn, changes: []), at: now) }
    if policy.mode == .enforce, case .closed(let rest) = context.breakers.admit(vendor.name, at: now) {
      guard let step = enforcement?.ladder.step(after: .transport(retryable: false)) else {
        return refuse(.vendorResting(vendor.name, nanoseconds: rest), at: now)
      }
      return attempt(step, at: now)
    }
    enforcement?.begin(vendor: vendor.name, model: record.model, at: now)
    return .call(call)
  }

  mutating func judged(_ head: UpstreamHead, at now: UInt64) -> Action {
    if head.status < 500 {
      context.breakers.succeeded(record.vendor)
    } else if enforcement?.ladder.isChanged != true {
      // What a vendor says of Belay's own changes is not about others' requests.
      context.breakers.failed(record.vendor, at: now, breaker)
    }
    guard let turn = enforcement?.head(head, at: now) else { return .none }
    return carryOut(turn, at: now)
  }

  mutating func judged(_ error: UpstreamError, at now: UInt64) -> Action {
    if state == .calling, error.fault == .vendor { context.breakers.failed(record.vendor, at: now, breaker) }
    guard let turn = enforcement?.failed(error, at: now) else { return .none }
    return carryOut(turn, at: now)
  }

  /// The time for another attempt has come.
  package mutating func retryDue(at now: UInt64) -> Action {
    guard state == .calling, let request = source?.next else { return .none }
    source?.next = nil
    return .call(request)
  }

  /// The next `tick` judges the answer.
  package func isDueForJudgement(at now: UInt64) -> Bool { enforcement?.isSilentlyDone(at: now) ?? false }

  /// Time passes.
  package mutating func tick(at now: UInt64) -> Action {
    guard state == .answering || state == .calling, let turn = enforcement?.tick(at: now) else { return .none }
    return carryOut(turn, at: now)
  }

  private var breaker: EnforceSettings.Breaker { enforcement?.policy.enforce.breaker ?? EnforceSettings.Breaker() }

  /// Turns what enforcement decided into actions.
  mutating func carryOut(_ turn: Enforcement.Turn, at now: UInt64) -> Action {
    var actions: [Action] = []
    if let draft = turn.head {
      record.status = draft.head.status
      record.nanosecondsToFirstByte = now - startedAt
      hasBegun = true
      actions.append(.begin(answerHead(draft)))
    }
    if turn.bytes.readableBytes > 0 {
      record.responseBytes += turn.bytes.readableBytes
      if var bodies = record.bodies {
        record.bodies = nil
        bodies.append(turn.bytes)
        record.bodies = bodies
      }
      actions.append(.relay(turn.bytes))
    }
    switch turn.next {
    case .goOn: break
    case .retry(let step): actions.append(attempt(step, at: now))
    case .complete: actions.append(.finish(close(.completed, at: now)))
    case .refuse(let error): actions.append(refuse(error, at: now))
    case .fail(let error):
      record.error = error.code
      record.fault = error.fault
      actions.append(.finish(close(.refused, at: now)))
    case .abort(let error):
      // Where nothing of the answer came but its head, the client can be told what became of it.
      actions.append(
        hasBegun ? abort("vendor_\(error.kind.rawValue)", GatewayError.Fault(error.fault), at: now) : refuse(.vendor(record.vendor, error), at: now))
    }
    letGoOfHeld()
    switch actions.count {
    case 0: return .none
    case 1: return actions[0]
    default: return .sequence(actions)
    }
  }

  /// Makes one more attempt, or the next one that a circuit breaker admits.
  private mutating func attempt(_ first: Ladder.Step, at now: UInt64) -> Action {
    var step = first
    while case .closed(let rest) = context.breakers.admit(step.place.vendor.name, at: now) {
      guard let next = enforcement?.ladder.step(after: .transport(retryable: false)) else {
        return giveUp(.vendorResting(step.place.vendor.name, nanoseconds: rest), at: now)
      }
      step = next
    }
    countRefused()
    do {
      try prepare(step)
    } catch {
      // The client's request could be read, so this one can be too; whatever it is, no vendor is to blame.
      return giveUp(.broken("the request for another attempt cannot be made: \(error)"), at: now)
    }
    enforcement?.begin(vendor: step.place.vendor.name, model: step.place.model, rung: step.rung, at: now + step.delay)
    if context.keepsBodies, source?.isChanged == true, case .bytes(let sent)? = source?.next?.body { enforcement?.attempt.sent = sent }
    guard countMade() else {
      takeBackUnmade()
      return giveUp(.overloaded, at: now)
    }
    record.vendor = step.place.vendor.name
    state = .calling
    return .retry(after: step.delay)
  }

  /// An attempt whose time has not come was not made: its vendor was not asked.
  mutating func takeBackUnmade() {
    guard source?.next != nil else { return }
    source?.next = nil
    enforcement?.attempts.removeLast()
  }

  /// No attempt can follow: the client is told, within its stream if that has begun.
  private mutating func giveUp(_ error: GatewayError, at now: UInt64) -> Action {
    guard let turn = enforcement?.conclude(error, at: now) else { return refuse(error, at: now) }
    return carryOut(turn, at: now)
  }

  /// The request of another attempt.
  private mutating func prepare(_ step: Ladder.Step) throws {
    guard var source else { return }
    let (vendor, model) = (step.place.vendor, step.place.model)
    let policy = context.policy(vendor: vendor, model: model)
    if vendor.name != source.route.vendor.name {
      var moved = source.body
      if model != record.model {
        let renamed = try retryBody([UInt8](buffer: moved), changes: [.model(Array(model.utf8))], generation: policy.generation)
        moved = ByteBuffer(bytes: renamed)
      }
      source.route = source.route.at(vendor)
      // A key of the client's, or of another vendor's, never goes there.
      source.headers = ForwardedHeaders.forOtherVendor(source.headers, without: record.secrets)
      let normalization = normalized(try ChatRequest(reading: moved.readableBytesUInt8Span), moved, policy)
      source.sent = apply(normalization, to: moved)
      source.movedBytes = model == record.model && normalization.edits.isEmpty ? 0 : source.sent.readableBytes
      source.isChanged = true
    }
    // Who answered it would give the same answer to the same key, which stands for the same body.
    let isAnswered = enforcement?.attempts.last.map { (200..<300).contains($0.status) } ?? false
    if isAnswered || step.changes.contains(where: { $0 != .resend }) {
      source.headers.removeAll { ForwardedHeaders.isIdempotencyKey($0.name) }
    }
    var body = source.sent
    source.changedBytes = enforcement?.ladder.aimBytes(besides: step.changes) ?? 0
    // The same again is the same bytes.
    let changes = step.changes.filter { $0 != .resend }
    if !changes.isEmpty {
      body = ByteBuffer(bytes: try retryBody([UInt8](buffer: body), changes: changes, generation: policy.generation))
      source.isChanged = true
      source.changedBytes += changes.reduce(body.readableBytes) { $0 + $1.queuedBytes }
    }
    source.next = vendorRequest(source.route, source.headers, body: .bytes(body))
    self.source = source
  }

  private func answerHead(_ draft: Enforcement.Draft) -> AnswerHead {
    var fields = ForwardedHeaders.toClient(
      draft.head.headers, secrets: context.secrets.search, keepsLocation: draft.head.status != 304,
      keepsLength: draft.length == .asSent, keepsType: draft.contentType == nil)
    if let type = draft.contentType { fields.append("Content-Type", type.utf8) }
    if case .known(let length) = draft.length { fields.append("Content-Length", String(length).utf8) }
    for field in draft.fields { fields.append(field.name, field.value.utf8) }
    return AnswerHead(status: draft.head.status, fields: opened(fields), exchangeID: record.id)
  }
}
