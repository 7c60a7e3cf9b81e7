// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection

/// Which attempt follows one that failed: the rungs in their order, each once a vendor, as far as they can help and the vendor
/// is known to honour them.
///
/// What the client gets at its end, by what the last attempt came to:
/// - an answer that cannot be used: what `on_exhausted` says;
/// - an error about the client's own request, that is unchanged and at the vendor that was asked for: that error, as it came;
/// - any other error never. It is about what Belay changed, or of a vendor that the client did not ask: in its place stands the last
///   error about the client's own request, or `no_valid_answer` where that had none.
///
/// With `on_exhausted: pass` the last whole answer that there was comes before any error.
package struct Ladder: Sendable {
  /// Why an attempt is not what the client gets.
  package enum Failure: Sendable {
    /// No head came.
    case transport(retryable: Bool)
    /// The vendor answered with an error. `delay`: what it asks to wait, in nanoseconds.
    case status(Retrying, delay: UInt64?)
    /// The answer is there and cannot be used.
    case answer(Complaint)
  }

  /// What another attempt after an error status may change.
  package enum Retrying: Sendable { case same, elsewhere, forcing, never }

  /// What is wrong with an answer.
  package struct Complaint: Sendable {
    /// The declared tool whose call failed, if it is clear which was meant.
    package var tool: [UInt8]?
    package var turn = FailedTurn(calls: [])
    /// The answer ended at a limit of tokens, after so many.
    package var isCut = false
    package var tokens: Int?
    /// A call is what was wrong, or is missing: an answer that says nothing may have nothing to say.
    package var wantsCall = false
    /// It broke off, or was an error, before there was a call: that says nothing of what the model would do.
    package var isBroken = false
  }

  /// Where an attempt may go: a vendor, what it calls the model, and its dialect for that.
  package struct Place: Sendable {
    package var vendor: Vendor
    package var model: String
    package var profile: VendorProfile
  }

  /// One more attempt.
  package struct Step: Sendable {
    package var rung: Rung
    package var place: Place
    /// All changes to the vendor's first request, those of earlier rungs included.
    package var changes: [RetryChange]
    package var delay: UInt64 = 0
  }

  private let rungs: [Rung]
  private let others: [Place]
  private let request: RequestFacts
  private let thinks: Bool
  private var place: Place
  private var next = 0
  private var nextOther = 0
  private var changes: [RetryChange] = []
  /// How many of them the last step added.
  private var added = 0
  /// It has left the vendor that the client asked.
  private var hasMoved = false
  /// What is to be helped against: the last answer that could not be used.
  private(set) var aim: Failure?

  /// - Parameters:
  ///   - others: where a failover may go, in order: never the first vendor itself.
  ///   - thinks: the request lets the model think, so that `thinking_off` support does not apply.
  package init(_ rungs: [Rung], at place: Place, others: [Place], request: RequestFacts, thinks: Bool) {
    self.rungs = rungs
    self.place = place
    self.others = others
    self.request = request
    self.thinks = thinks
  }

  /// The next attempt that may help against `failure`; nil: the ladder is climbed.
  package mutating func step(after failure: Failure) -> Step? {
    let cause = cause(of: failure)
    while next < rungs.count {
      let rung = rungs[next]
      if rung == .otherVendor, mayGoElsewhere(cause), nextOther < others.count {
        place = others[nextOther]
        nextOther += 1
        (changes, added) = ([], 0)
        move()
        return Step(rung: rung, place: place, changes: [])
      }
      next += 1
      guard let change = change(rung, after: cause) else { continue }
      changes.append(contentsOf: change)
      added = change.count
      return Step(rung: rung, place: place, changes: changes, delay: delay(failure))
    }
    return nil
  }

  /// The last attempt's request is what the client sent, to whom it sent it.
  var isClientsOwn: Bool { !hasMoved && !isChanged }
  var isChanged: Bool { changes.contains { $0 != .resend } }

  /// What comes is of another vendor than the client asked. What one has answered is no other's business.
  mutating func move() { (hasMoved, aim) = (true, nil) }

  /// What the next attempt has to help against. One that failed by the moment, or by what Belay changed in it, leaves the answer before
  /// it to be mended: without that change.
  private mutating func cause(of failure: Failure) -> Failure {
    switch failure {
    case .answer(let complaint) where complaint.isBroken: break
    case .answer, .status(.forcing, _):
      aim = failure
      return failure
    case .transport(retryable: true), .status(.same, _): break
    case .transport: return failure
    case .status: if isClientsOwn { return failure }
    }
    guard let aim else { return failure }
    changes.removeLast(added)
    added = 0
    return aim
  }

  /// What a rung changes; nil where it cannot help or is not known to be honoured.
  private func change(_ rung: Rung, after failure: Failure) -> [RetryChange]? {
    let complaint: Complaint?
    switch failure {
    case .transport(let retryable):
      return rung == .resend && retryable ? [.resend] : nil
    case .status(.same, _):
      return rung == .resend ? [.resend] : nil
    case .status(.elsewhere, _), .status(.never, _):
      return nil
    case .status(.forcing, _): complaint = nil
    case .answer(let why): complaint = why
    }
    let profile = place.profile
    switch rung {
    case .resend:
      guard let complaint, complaint.isCut else { return [.resend] }
      return [.moreTokens(complaint.tokens.map { max(8192, 2 * $0) })]
    case .strict:
      return hasTools && complaint?.isCut != true && honours(profile.strict) ? [.strict] : nil
    case .toolChoice:
      guard hasTools, request.mayDemandCall, complaint.map({ $0.wantsCall && !$0.isCut }) ?? true else { return nil }
      if let tool = complaint?.tool, honours(profile.toolChoiceNamed) { return [.requireTool(name: tool)] }
      return honours(profile.toolChoiceRequired) ? [.requireTool(name: nil)] : nil
    case .feedback:
      guard let complaint, !complaint.isCut, !request.continuesAnswer else { return nil }
      return [.feedback(complaint.turn)]
    case .otherVendor:
      return nil
    }
  }

  /// What the client's own vendor refuses, each would; what another one does, the next may take.
  private func mayGoElsewhere(_ failure: Failure) -> Bool {
    if case .status(.never, _) = failure { hasMoved } else { true }
  }

  private func delay(_ failure: Failure) -> UInt64 {
    if case .status(_, let delay?) = failure { delay } else { 0 }
  }

  private var hasTools: Bool { request.tools.count > 0 }

  private func honours(_ support: VendorProfile.Support) -> Bool {
    support == .yes || support == .thinkingOff && !thinks
  }
}
