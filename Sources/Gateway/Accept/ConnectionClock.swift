// SPDX-License-Identifier: Apache-2.0

/// What a client's connection is at, and since when. Times are nanoseconds of uptime.
package struct ConnectionClock: Sendable {
  package enum Phase: Sendable {
    /// Whether there is a place for it is not known yet; nothing is read.
    case asking
    /// Between requests.
    case idle
    /// A request's head has begun to arrive.
    case readingHead
    /// A request's body is arriving.
    case readingBody
    /// The request is complete; its answer is awaited or under way.
    case answering
    /// The last answer is being written, as fast as the client takes it.
    case closing
    /// The last answer is out; what still comes is read and thrown away, so that the client can read the answer.
    case lingering
    case closed
  }

  /// What was read, and waits for its turn here: in two places at once, of one read.
  package struct Waiting: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Records of TLS.
    package static let unopened = Waiting(rawValue: 1)
    package static let unparsed = Waiting(rawValue: 2)
  }

  package private(set) var phase = Phase.idle
  /// The vendor takes no more of the request's body for now.
  package var isUploadFull = false
  private var waiting: Waiting = []
  /// Since when something does.
  private var heldAt: UInt64?
  /// When the phase's limit was last pushed back.
  private var touchedAt: UInt64
  /// When the last request's head was whole, or the last answer was out.
  private var beganAt: UInt64 = 0
  /// Since when the client has not taken what is written for it.
  private var stalledAt: UInt64?
  /// Since when only the client keeps the answer from its end.
  private var wholeAt: UInt64?

  package init(at now: UInt64) { touchedAt = now }

  package mutating func enter(_ phase: Phase, at now: UInt64) {
    self.phase = phase
    touchedAt = now
    wholeAt = nil
    if phase == .readingBody || phase == .lingering { beganAt = now }
  }

  /// Bytes of a request were read, before they are parsed.
  package mutating func bytesArrived(at now: UInt64) {
    switch phase {
    case .idle: enter(.readingHead, at: now)
    case .readingBody, .lingering: touchedAt = now
    case .asking, .readingHead, .answering, .closing, .closed: break
    }
  }

  /// The vendor takes more. The client could not go on: its time begins anew.
  package mutating func uploadGoesOn(at now: UInt64) {
    isUploadFull = false
    touchedAt = now
  }

  package var isHeld: Bool { heldAt != nil }

  package mutating func hold(_ part: Waiting, at now: UInt64) {
    waiting.insert(part)
    if heldAt == nil { heldAt = now }
  }

  /// All of it had its turn. Where nothing else waits, nothing was read meanwhile: the client's time stood still.
  package mutating func letGo(_ part: Waiting, at now: UInt64) {
    waiting.remove(part)
    guard waiting.isEmpty, let since = heldAt.map({ max($0, touchedAt) }) else { return }
    heldAt = nil
    if now > since { touchedAt += now - since }
  }

  package mutating func takesAnswer(_ takes: Bool, at now: UInt64) { stalledAt = takes ? nil : now }

  /// All of the answer is written; the client has yet to take a part of it.
  package mutating func answerIsWhole(at now: UInt64) { wholeAt = now }

  /// Between requests for so long.
  package func hasRested(_ time: UInt64, at now: UInt64) -> Bool { phase == .idle && !isHeld && now - touchedAt >= time }

  /// The phase had lasted too long by `now`, after which it may have begun.
  package func isOver(_ limits: ClientLimits, at now: UInt64) -> Bool {
    let limit: UInt64
    switch phase {
    case .idle where isHeld, .readingHead where isHeld, .readingBody where isHeld: return false
    case .readingHead: limit = limits.head
    // The vendor takes no more at the moment: its own limits count.
    case .readingBody where isUploadFull: return false
    case .readingBody: limit = limits.body
    case .idle: limit = limits.idle
    case .lingering where now > beganAt && now - beganAt > limits.lingeringInAll: return true
    case .lingering: limit = limits.lingering
    case .asking, .answering, .closing, .closed: return false
    }
    return now > touchedAt && now - touchedAt > limit
  }

  /// How the client is waited for: for a whole request, or to take the answer. Nil where it is Belay's turn, or the vendor's.
  ///
  /// - Parameter isNew: no request has come on the connection yet.
  package func wait(isNew: Bool) -> WaitingConnections.Wait? {
    switch phase {
    // What the client sent waits here: it may be all of it.
    case .readingHead where isHeld, .idle where isHeld: nil
    case .readingHead: .init(rank: .unheard, since: touchedAt)
    case .idle: .init(rank: isNew ? .unheard : .answered, since: touchedAt)
    case .readingBody: isUploadFull ? nil : .init(rank: .slow, since: beganAt)
    case .answering: (stalledAt ?? wholeAt).map { .init(rank: .slow, since: $0) }
    case .closing: .init(rank: .slow, since: touchedAt)
    case .lingering: .init(rank: .answered, since: beganAt)
    case .asking, .closed: nil
    }
  }
}
