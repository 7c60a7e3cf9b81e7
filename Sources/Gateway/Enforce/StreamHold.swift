// SPDX-License-Identifier: Apache-2.0
import Inspection
import NIOCore

/// One vendor stream, held back where it must not reach the client unseen.
///
/// Whole events pass in order. Text and reasoning flow on at once; from the first piece of a tool call, or of markup that may
/// be one, everything is held until someone decides. What has said nothing yet (the role, empty deltas) waits for what comes
/// next, so that a stream of nothing but calls can be replaced without a trace.
///
///     hold.feed(bytes)
///     while let signal = hold.advance(into: &out) { release, mend, or give up }
struct StreamHold: Sendable {
  /// Something that asks for a decision. Nothing more is read until `advance` is called again.
  enum Signal: Equatable, Sendable {
    /// The vendor says that it is done, or that it failed: judge what there is. Not at a finish reason, behind which some go on.
    case settled
    /// A call can no longer become valid.
    case died(CallDeath)
    /// More is held than may be.
    case overflow
  }

  private enum Phase { case opening, flowing, holding, released }

  /// Bytes held back at most, those included that an event takes besides its own.
  private static let limit = 32 << 20
  private static let eventCost = 64
  /// A shorter event waits for its end all the same.
  static let spillBytes = 64 << 10

  private(set) var observer: ResponseObserver
  private let choiceCount: Int
  /// What leaves is judged; else it leaves as it came.
  private let isEnforcing: Bool
  let mayLoseCalls: Bool
  private var phase: Phase
  private var intake = EventIntake()
  private(set) var held: [Event] = []
  private var keptBytes = 0
  /// The last of them has no data; what has none either goes into the same.
  private var endsSilent = false
  private(set) var isSettled = false
  /// Without its vendor's word: what says nothing that is known here may still come, as Azure's filter does.
  private var isSettledInSilence = false
  /// Of an answer that was judged, what still comes says no more to the client.
  var isClosed = false
  /// Something came behind it.
  private(set) var hasWithheld = false
  /// An event with an `id` has left: from then on OpenAI's SDK for Python takes each blank line for an event, and fails at it.
  var hasIDs = false

  /// Kinds of content that have left.
  var flowed: EventTraits = []
  /// Applied to every event that leaves.
  var rewrite: EventRewrite?
  /// Put before the end mark, once.
  var comment: ByteBuffer?
  /// A dead call is read on, to its end.
  var ignoresDeath = false

  /// - Parameters:
  ///   - isEnforcing: false lets everything pass, and only asks for a decision at the end.
  ///   - mayCall: there are tools. Of several choices one may then be lost for a call in another, and the next attempt stands in for
  ///     all of them only as long as the client has seen none: nothing flows.
  ///   - mayLoseCalls: markup may be a call that has to be put in its place. Else it flows like any text.
  init(observer: ResponseObserver, choiceCount: Int, isEnforcing: Bool, mayCall: Bool, mayLoseCalls: Bool) {
    self.observer = observer
    self.choiceCount = choiceCount
    self.isEnforcing = isEnforcing
    self.mayLoseCalls = mayLoseCalls
    phase = !isEnforcing ? .released : choiceCount > 1 && mayCall ? .holding : .opening
  }

  /// All choices have their finish reason: a vendor that then falls silent has said all, unless it has gone on behind one before.
  var isFinished: Bool {
    !isSettled && !observer.goesOnAfterFinish && observer.finishedChoices >= max(choiceCount, observer.begunChoices) && observer.begunChoices > 0
  }

  /// Judges it as if it were done.
  mutating func settle() { (isSettled, isSettledInSilence) = (true, true) }

  /// A part of an event has left, so that anything put behind it would stand in the event.
  var isWithinEvent: Bool { intake.isWithinEvent }
  /// Something is held back.
  var isHolding: Bool { phase == .holding }
  /// A client has nothing new, whatever the vendor sends meanwhile, until a word comes.
  var isWaiting: Bool { phase == .opening || phase == .flowing && !held.isEmpty }
  /// Nothing waits for a decision, and nothing will.
  var isReleased: Bool { phase == .released }
  /// Bytes that are held back, an event without its end among them. Arguments are there twice more: as they are put together, and
  /// where they are judged.
  var heldBytes: Int {
    intake.unfinished.readableBytes + observer.keptBytes + (phase == .released ? 0 : keptBytes + observer.argumentBytes)
  }

  mutating func feed(_ bytes: ByteBuffer) { intake.feed(bytes) }

  /// Passes on what may pass, up to the next point of decision; nil: all that came is used up.
  mutating func advance(into out: inout ByteBuffer) -> Signal? {
    while let event = intake.next(by: &observer) {
      if let signal = take(isEnforcing ? event.plain() : event, into: &out) { return signal }
    }
    // An event without an end must not fill the memory.
    guard intake.unfinished.readableBytes > Self.limit else { return nil }
    guard phase == .released else { return .overflow }
    passUnfinished(into: &out)
    return nil
  }

  /// Lets out what is held. Everything after it passes.
  mutating func release(into out: inout ByteBuffer) {
    for event in held { pass(event, into: &out) }
    dropHeld()
  }

  /// The same, with a long event whose end has not come.
  mutating func spill(into out: inout ByteBuffer) {
    observer.keepNoMore()
    release(into: &out)
    guard intake.unfinished.readableBytes >= Self.spillBytes else { return }
    passUnfinished(into: &out)
  }

  private mutating func passUnfinished(into out: inout ByteBuffer) {
    guard isClosed else { return intake.passUnfinished(into: &out) }
    hasWithheld = true
    intake.unfinished = ByteBuffer()
  }

  /// Something else was sent in place of what is held. Everything after it passes.
  mutating func dropHeld() {
    held.removeAll()
    keptBytes = 0
    endsSilent = false
    phase = .released
  }

  /// The vendor's stream is over: an event without its end passes too, if everything does.
  mutating func end(into out: inout ByteBuffer) {
    // Who reads line by line would take one that nobody judged.
    let text = intake.unfinished.readableBytes < 16 ? String(buffer: intake.unfinished) : ""
    let isMark = text.contains("[DONE]")
    if phase == .released, isMark || rewrite == nil && !isClosed {
      if isMark, isEnforcing {
        out.writeBytes(OwnChunks.done)
      } else {
        out.writeImmutableBuffer(intake.takeUnfinished().unforged().bytes)
      }
    }
    intake.unfinished.clear()
  }

  /// The answer up to here, as if it ended here.
  func summary(_ ending: Ending = .complete) -> ResponseSummary {
    var copy = observer
    return copy.finish(ending)
  }

  // MARK: Events

  private mutating func take(_ event: Event, into out: inout ByteBuffer) -> Signal? {
    switch phase {
    case .released:
      guard !isSettled, isLast(event) else {
        // What says nothing that is known here may say something to others.
        let traits = event.traits.subtracting(.form)
        if isClosed, !event.isRest, !traits.isDisjoint(with: .saying) || traits.isEmpty && !isSettledInSilence && !event.isSilent {
          if !passUsage(event, into: &out) { hasWithheld = true }
        } else {
          pass(event, into: &out)
        }
        return nil
      }
      keep(event)
      isSettled = true
      return .settled
    case .holding:
      keep(event)
      return decision(event)
    case .opening, .flowing:
      if mayLoseCalls && observer.hasLeak || !event.traits.isDisjoint(with: .decisive) {
        phase = .holding
        keep(event)
        return decision(event)
      }
      let waits = phase == .opening || !held.isEmpty || isEarlyUsage(event)
      keep(event)
      if mayLoseCalls && observer.isHoldingMarker || waits && event.traits.isDisjoint(with: .content) {
        return keptBytes > Self.limit ? .overflow : nil
      }
      phase = .flowing
      for event in held { pass(event, into: &out) }
      held.removeAll(keepingCapacity: true)
      keptBytes = 0
      endsSilent = false
      return nil
    }
  }

  /// Token counts before any finish reason: if none comes, Belay's stands before them, as some clients have those of the last chunk.
  private func isEarlyUsage(_ event: Event) -> Bool {
    event.traits.contains(.usage) && observer.finishedChoices < max(1, observer.begunChoices)
  }

  private func isLast(_ event: Event) -> Bool {
    !event.traits.isDisjoint(with: [.done, .failure])
  }

  private mutating func decision(_ event: Event) -> Signal? {
    if keptBytes > Self.limit { return .overflow }
    if !isSettled, isLast(event) {
      isSettled = true
      return .settled
    }
    if !ignoresDeath, let death = observer.death { return .died(death) }
    return nil
  }

  private mutating func keep(_ event: Event) {
    let isSilent = event.traits.isEmpty && event.isSilent
    keptBytes += event.bytes.readableBytes
    if isSilent, endsSilent {
      held[held.count - 1].bytes.writeImmutableBuffer(event.bytes)
    } else {
      held.append(event)
      keptBytes += Self.eventCost
    }
    endsSilent = isSilent
  }

  // MARK: What leaves

  mutating func pass(_ event: Event, into out: inout ByteBuffer) {
    var event = isEnforcing && !event.isRest ? event.cleaned(&hasIDs) : event.unforged()
    if event.traits.contains(.done) {
      if let comment { out.writeImmutableBuffer(comment) }
      comment = nil
      // With blanks around it, it is the end to some clients, and JSON to others.
      if isEnforcing, event.data.map({ !$0.elementsEqual("[DONE]".utf8) }) ?? false { event.bytes = ByteBuffer(bytes: OwnChunks.done) }
    }
    flowed.formUnion(event.traits.intersection(.flowing))
    if rewrite != nil, let data = event.data, let changed = rewrite?.apply(to: data.span) {
      out.writeBytes(changed)
    } else if out.readableBytes == 0 {
      out = event.bytes
    } else {
      out.writeImmutableBuffer(event.bytes)
    }
  }

  /// Of an event behind the answer that only repeats the finish reason, its token counts. False if it says more.
  private mutating func passUsage(_ event: Event, into out: inout ByteBuffer) -> Bool {
    guard event.traits.subtracting(.form) == [.finish, .usage], let data = event.data else { return false }
    var counts = rewrite ?? EventRewrite()
    counts.drops = [.delta, .finish]
    guard let changed = counts.apply(to: data.span) else { return false }
    out.writeBytes(changed)
    return true
  }
}

extension EventTraits {
  /// Events that no client may see before someone has judged the answer.
  static let decisive: EventTraits = [.call, .finish, .failure, .done, .unreadable]
  /// Events that say something to a client.
  static let content: EventTraits = [.text, .reasoning, .otherContent]
  /// What there is of an answer.
  static let saying: EventTraits = [.text, .reasoning, .otherContent, .call, .finish, .unreadable]
  /// How it says that.
  static let form: EventTraits = [.odd, .repetition]
  /// What cannot be taken back once it has left.
  static let flowing: EventTraits = [.text, .reasoning, .otherContent, .call]
}
