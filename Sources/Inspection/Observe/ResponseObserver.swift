// SPDX-License-Identifier: Apache-2.0

/// Watches one response go by and says in the end what it was. It changes nothing and never fails: bytes come in as
/// they arrive, cut anywhere, and what is wrong with them becomes a finding.
package struct ResponseObserver: Sendable {
  /// Something of the answer has been seen: text, reasoning or part of a call in a stream, any byte of a whole body.
  package var hasFirstToken: Bool { tally.hasContent || !body.isEmpty || isBodyTooLong }

  /// What is done beside the findings, for whoever acts on a response while it streams.
  package struct Options: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Made once: another module would make `[]` by a call of generic code.
    package static let none: Options = []
    /// Calls are validated as they arrive: see `death`.
    package static let watchesCalls = Options(rawValue: 1)
    /// Text from a marker on is kept: see `MarkupLeak.text`.
    package static let keepsText = Options(rawValue: 2)
    /// Reasoning is kept: see `ChoiceSummary.reasoning`.
    package static let keepsReasoning = Options(rawValue: 4)
    /// What a stream says is kept, as ``spokenText(of:)`` would find it: see `ResponseSummary.spoken`.
    package static let keepsSpeech = Options(rawValue: 8)
  }

  private let format: ResponseFormat
  private let bodyLimit: Int
  private var framer: EventStreamFramer
  private var body: [UInt8] = []
  private var isBodyTooLong = false
  private let isUnread: Bool
  private var page = HTMLSniffer()
  private var decoder: ChunkDecoder
  private var tally: ResponseTally

  /// - Parameters:
  ///   - status: the HTTP status; with one that is no success the body is taken for an error.
  ///   - request: what the findings about calls depend on, see `ChatRequest.facts(in:)`.
  ///   - eventLimit: bytes of one event that are kept, at most.
  ///   - callLimit: bytes of all tool calls that are kept, at most; and of a leak, and of reasoning.
  ///   - bodyLimit: bytes of a JSON body that are kept, at most; a longer one is not looked at.
  ///   - unread: why nothing of the body is to be looked at, if so: that is then what is found.
  ///   - decoder: what an earlier response's `takeDecoder` gave, for its memory.
  package init(
    format: ResponseFormat, status: Int = 200, request: RequestFacts, options: Options = .none, eventLimit: Int = 8 << 20,
    callLimit: Int = 32 << 20, bodyLimit: Int = 64 << 20, unread: String? = nil, decoder: consuming ChunkDecoder = ChunkDecoder()
  ) {
    self.format = format
    self.decoder = decoder
    self.bodyLimit = bodyLimit
    framer = EventStreamFramer(limit: eventLimit)
    tally = ResponseTally(
      format: format, status: status, request: request, callLimit: callLimit, options: options)
    isUnread = unread != nil
    if let unread { tally.takeUnread(unread) }
  }

  /// The text or the reasoning so far ends in what may be the beginning of a marker.
  package var isHoldingMarker: Bool { tally.isHoldingMarker }
  /// A marker was found in text or reasoning: what follows there belongs to a lost call.
  package var hasLeak: Bool { tally.hasLeak }
  /// The first call that can no longer become valid, with `.watchesCalls`.
  package var death: CallDeath? { tally.deaths.first }
  /// All of them, in the order in which that was noticed.
  package var deaths: [CallDeath] { tally.deaths }
  /// The calls as put together so far; their names may change before `finish`.
  package var calls: [AssembledCall] { tally.calls }
  /// Bytes of the arguments of all calls so far.
  package var argumentBytes: Int { tally.argumentBytes }
  /// Bytes of the answer that are kept.
  package var keptBytes: Int { tally.keptBytes &+ framer.keptBytes &+ body.count }
  /// No more is kept, for want of memory: calls that go on are not judged, long events and a whole body are not looked at.
  package mutating func keepNoMore() {
    guard format == .eventStream else { return keepNoMoreOfBody() }
    tally.keepNoMore()
    framer.keep(upTo: Self.shortEvent)
  }

  private static let shortEvent = 64 << 10

  /// The body is not kept, for want of memory, and so not looked at.
  package mutating func keepNoMoreOfBody() {
    isBodyTooLong = true
    body = []
  }
  /// The arguments so far of a call that died.
  package func arguments(of death: CallDeath) -> [UInt8] { tally.arguments(of: death) }
  /// The token counts so far: most vendors tell them behind the finish reason.
  package var usage: Usage? { tally.usage }
  /// How many choices have begun.
  package var begunChoices: Int { tally.begunChoices }
  /// How many choices have a finish reason.
  package var finishedChoices: Int { tally.finishedChoices }
  /// A choice has gone on behind its finish reason, so that none is the end.
  package var goesOnAfterFinish: Bool { tally.goesOnAfterFinish }
  /// What the first chunk said of the response as a whole.
  package var head: ChunkHead? { decoder.head }

  /// The next bytes of the response's body.
  package mutating func feed(_ bytes: borrowing Span<UInt8>) {
    if isUnread { return }
    page.take(bytes)
    switch format {
    case .json:
      keep(bytes)
    case .eventStream:
      var at = 0
      while at < bytes.count {
        if takeRepeated(bytes, from: &at) != nil { continue }
        let start = at
        guard let event = framer.next(in: bytes, from: &at) else { return }
        _ = take(event, at: start..<at, in: bytes)
      }
    }
  }

  /// Takes one event only, for whoever holds events back: the next one that ends in `bytes` at or after `position`.
  ///
  /// Its raw bytes are those from the old `position` to the new one, with what earlier bytes left unfinished in front. Call it
  /// with the same `bytes` until it returns `nil`: then no further event ends there, and all of `bytes` is consumed. A body
  /// that is no stream is one event, which `finish` handles.
  package mutating func next(in bytes: borrowing Span<UInt8>, from position: inout Int) -> EventTraits? {
    if isUnread {
      position = bytes.count
      return nil
    }
    if position == 0 { page.take(bytes) }
    switch format {
    case .json:
      keep(bytes.extracting(position..<bytes.count))
      position = bytes.count
      return nil
    case .eventStream:
      if let traits = takeRepeated(bytes, from: &position) { return traits }
      let start = position
      switch framer.nextBlock(in: bytes, from: &position) {
      case nil: return nil
      case .silent: return []
      case .event(let event): return take(event, at: start..<position, in: bytes)
      }
    }
  }

  /// How many bytes of a stream at `position`, where a block has just ended, are blank lines: they say nothing, and whoever passes on
  /// by block can pass over them all at once.
  package func blankLines(in bytes: borrowing Span<UInt8>, at position: Int) -> Int {
    guard format == .eventStream, framer.isBetweenLines else { return 0 }
    var end = position
    while end < bytes.count, bytes[end] == 0x0A || bytes[end] == 0x0D { end &+= 1 }
    return end &- position
  }

  /// The response is over. Feed nothing after that.
  package mutating func finish(_ ending: Ending) -> ResponseSummary {
    switch format {
    case _ where isUnread: break
    case .json where isBodyTooLong:
      _ = tally.takeOversized()
    case .json:
      let body = body
      _ = take(body.span, as: .response)
    case .eventStream:
      // Of an event without its blank line only `[DONE]` counts: no client ever sees another one.
      if framer.finish() == .held, isDoneMark(framer.held.span) { _ = takeHeld() }
    }
    return tally.finish(ending, habits: decoder.habits, style: framer.style, isHTML: page.isPage)
  }

  /// After `finish`: the decoder, for the next response.
  package mutating func takeDecoder() -> ChunkDecoder {
    // A swap leaves its buffers with one owner: a copy would be made anew as soon as it is used.
    var taken = ChunkDecoder()
    swap(&taken, &decoder)
    taken.startOver()
    return taken
  }

  private mutating func keep(_ bytes: borrowing Span<UInt8>) {
    if body.count &+ bytes.count <= bodyLimit, !isBodyTooLong {
      body.append(bytes)
    } else {
      isBodyTooLong = true
      body = []
    }
  }

  /// The short way for the event that nearly all are: one like the last, but for its text.
  @inline(__always)
  private mutating func takeRepeated(_ bytes: borrowing Span<UInt8>, from position: inout Int) -> EventTraits? {
    guard framer.isBetweenEvents, bytes.count &- position <= framer.limit,
      let end = decoder.decodeRepeatedEvent(bytes, from: position)
    else { return nil }
    position = end
    return tally.take(decoder)
  }

  @inline(__always)
  private mutating func take(_ event: EventStreamEvent, at whole: Range<Int>, in bytes: borrowing Span<UInt8>) -> EventTraits {
    switch event {
    case .input(let range):
      let traits = takeEvent(bytes.extracting(range))
      decoder.repeated.learnFrame(bytes, event: whole, data: range)
      return traits
    case .held: return takeHeld()
    case .tooLong: return tally.takeOversized()
    }
  }

  private mutating func takeHeld() -> EventTraits {
    let held = framer.held
    defer { framer.shrink() }
    return takeEvent(held.span)
  }

  private mutating func takeEvent(_ data: borrowing Span<UInt8>) -> EventTraits {
    if data.isBlank { return [] }
    // Of the assistants' API: OpenAI's SDKs put such an event into another, and read no chunk there.
    if framer.type.starts(with: "thread.".utf8) { return tally.takeUnreadable(data, .foreignEvent) }
    // `event: error` is an error whatever its data is (R64).
    return take(data, as: .chunk, isError: !framer.type.isEmpty && framer.type.elementsEqual("error".utf8))
  }

  private mutating func take(
    _ payload: borrowing Span<UInt8>, as form: ChunkDecoder.Form, isError: Bool = false
  ) -> EventTraits {
    do {
      defer { decoder.shrink() }
      try decoder.decode(payload, as: form)
      let traits = tally.take(decoder)
      return isError ? traits.union(tally.takeErrorEvent(payload)) : traits
    } catch {
      if !isError, error.isTooMuch { return tally.takeOversized() }
      // Clients that do not look at an event's type may read it, and in it what is not read here.
      return isError ? tally.takeErrorEvent(payload).union(.unreadable) : tally.takeUnreadable(payload, error)
    }
  }
}
