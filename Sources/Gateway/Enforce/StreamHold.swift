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

  /// One event as it came, blank line and all.
  struct Event: Sendable {
    var bytes: ByteBuffer
    var traits: EventTraits
    /// A part of it has left before, so that this is to follow as it is.
    var isRest = false
  }

  private enum Phase { case opening, flowing, holding, released }

  /// Bytes held back at most, those included that an event takes besides its own.
  private static let limit = 32 << 20
  private static let eventCost = 64
  /// A shorter event waits for its end all the same.
  static let spillBytes = 64 << 10

  private(set) var observer: ResponseObserver
  private let choiceCount: Int
  private var phase: Phase
  private var input = ByteBuffer()
  /// How much of it is used up.
  private var used = 0
  /// Of an event whose end has not come.
  private var unfinished = ByteBuffer()
  private(set) var held: [Event] = []
  private var keptBytes = 0
  /// The last of them has no data; what has none either goes into the same.
  private var endsSilent = false
  private(set) var isSettled = false
  /// Of an answer that was judged, what still comes says no more to the client.
  var isClosed = false
  /// Something came behind it.
  private(set) var hasWithheld = false
  /// A part of an event has left, so that anything put behind it would stand in the event.
  private(set) var isWithinEvent = false
  /// The line feed that may come next is the second half of a line end whose first has been made whole.
  private var endsInReturn = false
  /// Nothing of the stream was looked at yet.
  private var isAtStart = true

  /// Kinds of content that have left.
  var flowed: EventTraits = []
  /// Applied to every event that leaves.
  var rewrite: EventRewrite?
  /// Put before the end mark, once.
  var comment: ByteBuffer?
  /// A dead call is read on, to its end.
  var ignoresDeath = false

  /// - Parameter isHolding: false lets everything pass, and only asks for a decision at the end.
  init(observer: ResponseObserver, choiceCount: Int, isHolding: Bool) {
    self.observer = observer
    self.choiceCount = choiceCount
    phase = isHolding ? .opening : .released
  }

  /// All choices have their finish reason: a vendor that then falls silent has said all.
  var isFinished: Bool { !isSettled && observer.finishedChoices >= max(choiceCount, observer.begunChoices) && observer.begunChoices > 0 }

  /// Judges it as if it were done.
  mutating func settle() { isSettled = true }

  /// Something is held back.
  var isHolding: Bool { phase == .holding }
  /// Nothing waits for a decision, and nothing will.
  var isReleased: Bool { phase == .released }
  /// Bytes that are held back, an event without its end among them. Arguments are there twice more: as they are put together, and
  /// where they are judged.
  var heldBytes: Int {
    unfinished.readableBytes + observer.keptBytes + (phase == .released ? 0 : keptBytes + observer.argumentBytes)
  }

  mutating func feed(_ bytes: ByteBuffer) {
    if input.readableBytes == 0 {
      input = bytes
    } else {
      input.moveReaderIndex(forwardBy: used)
      used = 0
      input.writeImmutableBuffer(bytes)
    }
  }

  /// Passes on what may pass, up to the next point of decision; nil: all that came is used up.
  mutating func advance(into out: inout ByteBuffer) -> Signal? {
    if isAtStart, !dropMark() { return nil }
    while input.readableBytes > 0, let event = nextEvent() {
      if let signal = take(event, into: &out) { return signal }
    }
    // An event without an end must not fill the memory.
    guard unfinished.readableBytes > Self.limit else { return nil }
    guard phase == .released else { return .overflow }
    if isClosed {
      hasWithheld = true
    } else {
      out.writeImmutableBuffer(unfinished)
      isWithinEvent = true
    }
    unfinished.clear()
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
    guard unfinished.readableBytes >= Self.spillBytes else { return }
    if isClosed {
      hasWithheld = true
    } else {
      out.writeImmutableBuffer(unfinished)
      isWithinEvent = true
    }
    unfinished = ByteBuffer()
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
    let isMark = unfinished.readableBytes < 16 && String(buffer: unfinished).contains("[DONE]")
    if phase == .released, rewrite == nil, !isClosed || isMark { out.writeImmutableBuffer(unfinished) }
    unfinished.clear()
  }

  /// The answer up to here, as if it ended here.
  func summary(_ ending: Ending = .complete) -> ResponseSummary {
    var copy = observer
    return copy.finish(ending)
  }

  // MARK: Events

  /// A byte order mark is one at a stream's beginning only: behind a comment that has left by then it would be part of an event's
  /// first line. False as long as it cannot be told.
  private mutating func dropMark() -> Bool {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    // One that follows another would be the first to whoever reads on from here.
    while true {
      let begin = input.readableBytesView.prefix(mark.count)
      guard mark.starts(with: begin) else { break }
      guard begin.count == mark.count else { return false }
      input.moveReaderIndex(forwardBy: mark.count)
    }
    isAtStart = false
    return true
  }

  private mutating func nextEvent() -> Event? {
    let arrived = input
    var traits: EventTraits? = []
    var position = used
    // What the observer has not begun with is not passed over: it looks how a body begins.
    if used > 0 { position += observer.blankLines(in: arrived.readableBytesUInt8Span, at: used) }
    if position == used { traits = observer.next(in: arrived.readableBytesUInt8Span, from: &position) }
    var bytes = arrived.getSlice(at: arrived.readerIndex + used, length: position - used) ?? ByteBuffer()
    if endsInReturn, bytes.readableBytes > 0 {
      endsInReturn = false
      if bytes.readableBytesView.first == 0x0A { bytes.moveReaderIndex(forwardBy: 1) }
    }
    used = position
    if used == arrived.readableBytes { (input, used) = (ByteBuffer(), 0) }
    guard let traits else {
      unfinished.writeImmutableBuffer(bytes)
      return nil
    }
    let isRest = isWithinEvent
    isWithinEvent = false
    // Something of Belay's own may come between: a line feed alone behind it would be one more blank line.
    if bytes.readableBytesView.last == 0x0D {
      endsInReturn = true
      bytes.writeInteger(0x0A as UInt8)
    }
    if unfinished.readableBytes == 0 { return Event(bytes: bytes, traits: traits, isRest: isRest) }
    unfinished.writeImmutableBuffer(bytes)
    defer { unfinished = ByteBuffer() }
    return Event(bytes: unfinished, traits: traits, isRest: isRest)
  }

  private mutating func take(_ event: Event, into out: inout ByteBuffer) -> Signal? {
    switch phase {
    case .released:
      guard !isSettled, isLast(event) else {
        // What says nothing that is known here may say something to others.
        if isClosed, !event.isRest, !event.traits.isDisjoint(with: .saying) || event.traits.isEmpty && !event.isSilent {
          hasWithheld = true
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
      if observer.hasLeak || !event.traits.isDisjoint(with: .decisive) {
        phase = .holding
        keep(event)
        return decision(event)
      }
      keep(event)
      if observer.isHoldingMarker || phase == .opening && event.traits.isDisjoint(with: .content) {
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
    let event = event.isRest ? event : event.cleaned()
    if event.traits.contains(.done), let comment {
      self.comment = nil
      out.writeImmutableBuffer(comment)
    }
    flowed.formUnion(event.traits.intersection(.flowing))
    if event.traits.contains(.echo) {
      // Some clients take it for the answer, and it was not judged.
      var echoless = rewrite ?? EventRewrite()
      echoless.drops.insert(.message)
      if let data = event.data, let changed = echoless.apply(to: data.span) { out.writeBytes(changed) }
      echoless.drops.remove(.message)
      // How much of a text may still pass has changed.
      if rewrite != nil { rewrite = echoless }
    } else if rewrite != nil, let data = event.data, let changed = rewrite?.apply(to: data.span) {
      out.writeBytes(changed)
    } else if out.readableBytes == 0 {
      out = event.bytes
    } else {
      out.writeImmutableBuffer(event.bytes)
    }
  }
}

extension StreamHold.Event {
  /// There are only comments, blank lines and the like.
  var isSilent: Bool {
    var framer = EventStreamFramer(isAtStart: false)
    var position = 0
    return framer.next(in: bytes.readableBytesUInt8Span, from: &position) == nil
  }

  /// The event's data; nil for one without (a comment) and for one that is too long.
  var data: [UInt8]? {
    var framer = EventStreamFramer(isAtStart: false)
    var position = 0
    switch framer.next(in: bytes.readableBytesUInt8Span, from: &position) {
    case .input(let range): return bytes.getBytes(at: bytes.readerIndex + range.lowerBound, length: range.count)
    case .held: return framer.held
    case .tooLong, nil: return nil
    }
  }
}

extension EventTraits {
  /// Events that no client may see before someone has judged the answer.
  static let decisive: EventTraits = [.call, .finish, .failure, .done, .unreadable]
  /// Events that say something to a client.
  static let content: EventTraits = [.text, .reasoning, .otherContent]
  /// What there is of an answer.
  static let saying: EventTraits = [.text, .reasoning, .otherContent, .call, .finish, .unreadable]
  /// What cannot be taken back once it has left.
  static let flowing: EventTraits = [.text, .reasoning, .otherContent, .call]
}
