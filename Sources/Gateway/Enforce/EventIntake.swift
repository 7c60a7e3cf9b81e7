// SPDX-License-Identifier: Apache-2.0
import Inspection
import NIOCore

/// Cuts a vendor's stream into events, each with its bytes as they came.
struct EventIntake: Sendable {
  private var input = ByteBuffer()
  /// How much of it is used up.
  private var used = 0
  /// Of an event whose end has not come.
  var unfinished = ByteBuffer()
  /// A part of the event has left.
  private(set) var isWithinEvent = false
  /// It ends within a line.
  private var isWithinLine = false
  /// The line feed that may come next is the second half of a line end whose first has been made whole.
  private var endsInReturn = false
  /// Nothing of the stream was looked at yet.
  private var isAtStart = true

  mutating func feed(_ bytes: ByteBuffer) {
    if input.readableBytes == 0 {
      input = bytes
    } else {
      input.moveReaderIndex(forwardBy: used)
      used = 0
      input.writeImmutableBuffer(bytes)
    }
  }

  /// The next event that is whole; nil: all that came is used up.
  mutating func next(by observer: inout ResponseObserver) -> StreamHold.Event? {
    if isAtStart, !dropMark() { return nil }
    return input.readableBytes > 0 ? nextEvent(observer: &observer) : nil
  }

  /// Lets out the event whose end has not come, but for what a short line has so far: it may be one that speaks in Belay's name.
  mutating func passUnfinished(into out: inout ByteBuffer) {
    let tail = unfinished.readableBytesView.shortLine(within: isWithinLine)
    let count = unfinished.readableBytes - (tail?.count ?? 0)
    let event = StreamHold.Event(
      bytes: unfinished.getSlice(at: unfinished.readerIndex, length: count) ?? ByteBuffer(), traits: [], isRest: isWithinEvent, isWithinLine: isWithinLine)
    if count > 0 { out.writeImmutableBuffer(event.unforged(goesOn: tail == nil).bytes) }
    // A copy: of so long a buffer nothing is kept.
    unfinished = tail.map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
    (isWithinEvent, isWithinLine) = (true, tail == nil)
  }

  /// What there is at a stream's end of an event without one.
  mutating func takeUnfinished() -> StreamHold.Event {
    defer { unfinished.clear() }
    return StreamHold.Event(bytes: unfinished, traits: [], isRest: isWithinEvent, isWithinLine: isWithinLine)
  }


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

  private mutating func nextEvent(observer: inout ResponseObserver) -> StreamHold.Event? {
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
    let (isRest, isWithinLine) = (isWithinEvent, isWithinLine)
    (self.isWithinEvent, self.isWithinLine) = (false, false)
    // Something of Belay's own may come between: a line feed alone behind it would be one more blank line.
    if bytes.readableBytesView.last == 0x0D {
      endsInReturn = true
      bytes.writeInteger(0x0A as UInt8)
    }
    if unfinished.readableBytes == 0 { return StreamHold.Event(bytes: bytes, traits: traits, isRest: isRest, isWithinLine: isWithinLine) }
    unfinished.writeImmutableBuffer(bytes)
    defer { unfinished = ByteBuffer() }
    return StreamHold.Event(bytes: unfinished, traits: traits, isRest: isRest, isWithinLine: isWithinLine)
  }
}

extension ByteBufferView {
  /// The line at the end, which may be empty; nil where it is long.
  ///
  /// - Parameter isWithin: these bytes begin within a line.
  fileprivate func shortLine(within isWithin: Bool) -> ByteBufferView? {
    if last == 0x0A { return self[endIndex...] }
    let tail = suffix(64)
    // A carriage return at the end may be half of a line's end.
    if let end = tail.dropLast().lastIndex(where: { $0 == 0x0A || $0 == 0x0D }) { return self[(end + 1)...] }
    return tail.count < 64 && !isWithin ? self : nil
  }
}

extension StreamHold {
  /// One event as it came, blank line and all.
  struct Event: Sendable {
    var bytes: ByteBuffer
    var traits: EventTraits
    /// A part of it has left before, so that this is to follow as it is.
    var isRest = false
    /// That part ends within a line.
    var isWithinLine = false

    /// In the one form that all clients read alike, see `PlainForm`. An error is none of an answer.
    func plain() -> Event {
      guard traits.contains(.odd), !traits.contains(.failure), !isRest, let data,
        let chunk = PlainForm.chunk(of: data.span, isRepeated: traits.contains(.repetition))
      else { return self }
      return Event(bytes: ByteBuffer(bytes: EventRewrite.event(chunk)), traits: traits)
    }

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
}
