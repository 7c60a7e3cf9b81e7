// SPDX-License-Identifier: Apache-2.0

/// One event of a `text/event-stream`, as found by `EventStreamFramer`.
package enum EventStreamEvent: Equatable, Sendable {
  /// The event's data lies in one piece in the bytes that were just fed, at this range of them.
  case input(Range<Int>)
  /// The event arrived in pieces, or has several data lines: its data is the framer's `held`.
  case held
  /// The event's data, its lines joined by LF, was longer than the framer's limit and is gone: `bytes` is its length.
  case tooLong(bytes: Int)
}

/// Cuts a `text/event-stream` into events after the WHATWG grammar (HTML, 9.2.5 and 9.2.6), whatever the chunking.
///
/// LF, CR and CRLF end a line, comments and unknown fields are passed over, a BOM at the very start is dropped, and one
/// space after the colon belongs to the colon (Kimi's coding endpoint sends `data:{…}` without it, R61). Data that
/// arrives in one piece is never copied. Nothing here fails: an event over the limit is an event that says so.
///
///     var at = 0
///     while let event = framer.next(in: bytes, from: &at) { … }      // until nil: all of `bytes` is consumed
package struct EventStreamFramer: Sendable {
  /// What a blank line ended.
  package enum Block: Equatable, Sendable {
    case event(EventStreamEvent)
    /// No data: comments, fields that only matter to a client that reconnects, or a blank line too many.
    case silent
  }

  /// How the stream is written, where that is not as usual.
  package struct Style: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// There were comments (R62).
    package static let comments = Style(rawValue: 1)
    /// An object stood right behind `data:` (R61).
    package static let tightFields = Style(rawValue: 2)
  }

  /// The data of the last `.held` event, its lines joined by LF. Good until the next call of `next` or `finish`.
  package private(set) var held: [UInt8] = []
  /// The `event:` field of the event last returned, empty when it has none.
  package private(set) var type: [UInt8] = []
  package private(set) var style: Style = []

  private(set) var limit: Int
  /// A line that has no end yet.
  private var partial: [UInt8] = []
  /// Where the data of the event in progress is.
  private var data = Data.none
  private var nextType: [UInt8] = []
  /// Length of the data of an event in progress that is too long and was dropped.
  private var dropped = 0
  private var isDropping = false
  /// What the rest of a line is that was too long to be kept until its end.
  private var rest = Rest.none
  private var skipsLineFeed = false
  private var bomBytesSeen: UInt8 = 0
  private var isHeldReturned = false

  private enum Data { case none, input(Range<Int>), held }
  private enum Rest { case none, data, passedOver }

  /// Whether the next byte begins an event, with nothing left of what came before.
  var isBetweenEvents: Bool { isBetweenLines && !skipsLineFeed }

  /// The same, but that it may be the second half of a line end.
  var isBetweenLines: Bool {
    guard case .none = data else { return false }
    return partial.isEmpty && nextType.isEmpty && bomBytesSeen == 3 && !isDropping && rest == .none
  }

  /// Bytes that are kept of an event in progress.
  package var keptBytes: Int { partial.count &+ held.count &+ nextType.count }

  /// For want of memory: from now on no event of more data than this is kept, the one in progress included.
  package mutating func keep(upTo limit: Int) {
    self.limit = min(self.limit, limit)
    startOver()
    if partial.count &+ dataLength > self.limit { letGoOfPartial() }
    if case .held = data, held.count > self.limit { drop(upTo: held.count) }
  }

  /// Gives back memory that is out of the ordinary, and the event returned last: a stream may rest for minutes.
  mutating func shrink() {
    startOver()
    if held.isEmpty, held.capacity > Self.ordinary { held = [] }
    if partial.isEmpty, partial.capacity > Self.ordinary { partial = [] }
  }

  private static let ordinary = 256 << 10
  /// Longer than any type that means something.
  private var typeLimit: Int { min(limit, 256) }

  /// - Parameters:
  ///   - limit: the most bytes that the data of one event may have; 8 MiB holds any tool call that was ever seen whole.
  ///   - isAtStart: a byte order mark would be one.
  package init(limit: Int = 8 << 20, isAtStart: Bool = true) {
    self.limit = limit
    if !isAtStart { bomBytesSeen = 3 }
  }

  /// The next event of `input` at or after `position`, or `nil` when all of `input` is consumed.
  ///
  /// - Parameter position: an offset into `input`, 0 at first; moved past what was consumed.
  package mutating func next(in input: borrowing Span<UInt8>, from position: inout Int) -> EventStreamEvent? {
    if case .event(let event)? = scan(input, from: &position, stopsAtSilence: false) { event } else { nil }
  }

  /// The next block of `input` that ends at or after `position`, for whoever passes bytes on block by block; else as `next`.
  package mutating func nextBlock(in input: borrowing Span<UInt8>, from position: inout Int) -> Block? {
    scan(input, from: &position, stopsAtSilence: true)
  }

  @inline(__always)
  private mutating func scan(
    _ input: borrowing Span<UInt8>, from position: inout Int, stopsAtSilence: Bool
  ) -> Block? {
    startOver()
    while position < input.count {
      if bomBytesSeen < 3, skipByteOrderMark(input[position]) {
        position &+= 1
        continue
      }
      if skipsLineFeed {
        skipsLineFeed = false
        if input[position] == lineFeed {
          position &+= 1
          continue
        }
      }
      guard let end = firstLineEnd(in: input, from: position) else {
        keepPartial(input.extracting(position..<input.count))
        position = input.count
        break
      }
      let line = position..<end
      position = end &+ 1
      skipsLineFeed = input[end] == carriageReturn
      if partial.isEmpty, rest == .none {
        if line.isEmpty {
          if let event = dispatch() { return .event(event) }
          if stopsAtSilence { return .silent }
        } else {
          take(line: line, of: input)
        }
      } else {
        keepPartial(input.extracting(line))
        takePartial()
      }
    }
    if case .input(let range) = data { hold(input.extracting(range)) }
    return nil
  }

  /// The stream is over. Returns the event that no blank line ended, which the grammar says to discard: a vendor or
  /// a network that cut the stream leaves one. The framer then starts anew.
  package mutating func finish() -> EventStreamEvent? {
    startOver()
    if !partial.isEmpty || rest != .none { takePartial() }
    let event = dispatch()
    self = EventStreamFramer(limit: limit, held: held, type: type, style: style)
    return event
  }
}

extension EventStreamFramer {
  private init(limit: Int, held: [UInt8], type: [UInt8], style: Style) {
    self.limit = limit
    self.style = style
    self.held = held
    self.type = type
    isHeldReturned = true
  }

  /// Forgets the event that was returned last.
  private mutating func startOver() {
    if isHeldReturned {
      held.removeAll(keepingCapacity: true)
      isHeldReturned = false
    }
  }

  /// True while `byte` continues a BOM at the start of the stream, which is then dropped.
  private mutating func skipByteOrderMark(_ byte: UInt8) -> Bool {
    let expected: UInt8 = bomBytesSeen == 0 ? 0xEF : bomBytesSeen == 1 ? 0xBB : 0xBF
    if byte == expected {
      bomBytesSeen &+= 1
      return true
    }
    // Part of a BOM is no BOM: those bytes begin the first line.
    if bomBytesSeen > 0 { partial.append(0xEF) }
    if bomBytesSeen > 1 { partial.append(0xBB) }
    bomBytesSeen = 3
    return false
  }

  private mutating func keepPartial(_ bytes: borrowing Span<UInt8>) {
    switch rest {
    case .none:
      partial.append(bytes)
      if partial.count &+ dataLength > limit { letGoOfPartial() }
    case .data: dropped &+= bytes.count
    case .passedOver: break
    }
  }

  /// A line that has no end yet may be too long to be kept. What counts is the length of the data, as of a line that arrives whole:
  /// what is too long must not depend on the cuts. Up to the seventh byte nothing is decided.
  private mutating func letGoOfPartial() {
    guard partial.count > 6 else { return }
    switch Self.name(of: partial.span) {
    case .data(let value):
      let length = length(with: partial.count &- value)
      guard length > limit else { return }
      if value == 5, partial[5] == brace { style.insert(.tightFields) }
      drop(upTo: length)
      rest = .data
    case .type(let value):
      guard partial.count &- value > typeLimit else { return }
      nextType = []
      rest = .passedOver
    case .comment:
      style.insert(.comments)
      rest = .passedOver
    case .other:
      rest = .passedOver
    }
    partial = []
  }

  /// Bytes of data of the event in progress.
  private var dataLength: Int {
    switch data {
    case .none: dropped
    case .input(let range): range.count
    case .held: held.count
    }
  }

  /// The same with one more line of data.
  private func length(with count: Int) -> Int {
    if case .none = data, !isDropping { return count }
    return dataLength &+ 1 &+ count
  }

  private mutating func drop(upTo length: Int) {
    dropped = length
    guard !isDropping else { return }
    isDropping = true
    held.removeAll(keepingCapacity: false)
    data = .none
  }

  /// The line in `partial` has ended.
  private mutating func takePartial() {
    if rest != .none {
      rest = .none
      return
    }
    var line: [UInt8] = []
    swap(&line, &partial)
    if let value = field(of: line.span) {
      let length = length(with: line.count &- value)
      if isDropping || length > limit {
        drop(upTo: length)
      } else if case .none = data {
        // The only data line so far: the line becomes what is held, its field name cut off in place.
        swap(&held, &line)
        held.removeSubrange(..<value)
        data = .held
      } else {
        appendData(line.span.extracting(value..<line.count))
      }
    }
    line.removeAll(keepingCapacity: true)
    swap(&line, &partial)
  }

  private mutating func take(line: Range<Int>, of input: borrowing Span<UInt8>) {
    guard let value = field(of: input.extracting(line)) else { return }
    let range = (line.lowerBound &+ value)..<line.upperBound
    let length = length(with: range.count)
    if isDropping || length > limit { return drop(upTo: length) }
    switch data {
    case .none:
      data = .input(range)
    case .input(let first):
      hold(input.extracting(first))
      appendData(input.extracting(range))
    case .held:
      appendData(input.extracting(range))
    }
  }

  /// A line's field, and where its value begins.
  private enum Field { case data(Int), type(Int), comment, other }

  @inline(__always)
  private static func name(of line: borrowing Span<UInt8>) -> Field {
    var nameEnd = 0
    while nameEnd < line.count, line[nameEnd] != colon { nameEnd &+= 1 }
    var value = nameEnd
    if value < line.count { value &+= 1 }
    if value < line.count, line[value] == space { value &+= 1 }
    if nameEnd == 4, line[0] == 0x64, line[1] == 0x61, line[2] == 0x74, line[3] == 0x61 { return .data(value) }
    if nameEnd == 0, !line.isEmpty { return .comment }
    if nameEnd == 5, line[0] == 0x65, line[1] == 0x76, line[2] == 0x65, line[3] == 0x6E, line[4] == 0x74 { return .type(value) }
    return .other  // `id` and `retry` only matter to a client that reconnects.
  }

  /// Reads a whole line's field. For `data` it returns where the value begins; anything else is dealt with here.
  @inline(__always)
  private mutating func field(of line: borrowing Span<UInt8>) -> Int? {
    switch Self.name(of: line) {
    case .data(let value):
      if value == 5, line.count > 5, line[5] == brace { style.insert(.tightFields) }
      return value
    case .type(let value):
      nextType.removeAll(keepingCapacity: true)
      if line.count &- value <= typeLimit { nextType.append(line.extracting(value..<line.count)) }
    case .comment: style.insert(.comments)
    case .other: break
    }
    return nil
  }

  private mutating func hold(_ bytes: borrowing Span<UInt8>) {
    held.append(bytes)
    data = .held
  }

  private mutating func appendData(_ bytes: borrowing Span<UInt8>) {
    held.append(lineFeed)
    hold(bytes)
  }

  /// A blank line: ends the event in progress, if it has data.
  private mutating func dispatch() -> EventStreamEvent? {
    defer {
      nextType.removeAll(keepingCapacity: true)
      data = .none
      isDropping = false
      dropped = 0
    }
    if isDropping {
      type.removeAll(keepingCapacity: true)
      return .tooLong(bytes: dropped)
    }
    switch data {
    case .none: return nil
    case .input(let range):
      swap(&type, &nextType)
      return .input(range)
    case .held:
      swap(&type, &nextType)
      isHeldReturned = true
      return .held
    }
  }
}

private let lineFeed: UInt8 = 0x0A
private let carriageReturn: UInt8 = 0x0D
private let colon: UInt8 = 0x3A
private let space: UInt8 = 0x20
private let brace: UInt8 = 0x7B
