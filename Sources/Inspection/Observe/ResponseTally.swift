// SPDX-License-Identifier: Apache-2.0

/// Adds up the events of one response, whatever they come in.
struct ResponseTally: Sendable {
  /// Text, reasoning or part of a call was seen.
  private(set) var hasContent = false
  /// The first calls that can no longer become valid, in the order in which that was noticed.
  private(set) var deaths: [CallDeath] = []

  private let request: RequestFacts
  private var room: ObservedChoice.Room
  /// Bytes of what is said that are kept.
  private let speechLimit: Int
  private var assembler: CallAssembler
  private var watches: CallWatches?
  private var choices: [ObservedChoice] = []
  private var summary: ResponseSummary

  init(
    format: ResponseFormat, status: Int, request: RequestFacts, callLimit: Int, options: ResponseObserver.Options
  ) {
    self.request = request
    room = ObservedChoice.Room(
      limit: callLimit, keepsLeaks: options.contains(.keepsText), keepsReasoning: options.contains(.keepsReasoning))
    speechLimit = format == .eventStream && options.contains(.keepsSpeech) ? min(callLimit, Self.speechLimit) : 0
    assembler = CallAssembler(limit: callLimit)
    watches = options.contains(.watchesCalls) ? CallWatches(tools: request.tools) : nil
    summary = ResponseSummary(format: format)
    summary.status = status
    if speechLimit > 0 { summary.spoken = [] }
  }

  var isHoldingMarker: Bool { choices.contains { $0.isHoldingMarker } }
  var hasLeak: Bool { choices.contains { $0.summary.leak != nil } }
  var usage: Usage? { summary.usage }
  var begunChoices: Int { choices.count }
  var finishedChoices: Int { choices.count { $0.summary.finishReason != nil } }
  var goesOnAfterFinish: Bool { choices.contains { $0.summary.goesOnAfterFinish } }
  var calls: [AssembledCall] { assembler.named(among: request.tools.names, strangers: request.strangers) }
  var argumentBytes: Int { assembler.argumentBytes }
  /// Bytes of what was said that are kept, and what each call takes besides.
  var keptBytes: Int {
    let said = choices.reduce(0) { $0 &+ $1.summary.reasoning.count &+ ($1.summary.leak?.text.count ?? 0) }
    return assembler.keptBytes &+ assembler.calls.count << 10 &+ (watches?.keptBytes ?? 0) &+ said &+ (summary.spoken?.count ?? 0)
  }
  mutating func keepNoMore() {
    assembler.keepNoMore()
    watches = nil
    (room.leak, room.reasoning) = (min(room.leak, 0), min(room.reasoning, 0))
    summary.spoken = nil
  }
  func arguments(of death: CallDeath) -> [UInt8] { assembler.calls[death.position].arguments }

  /// What the decoder made of an event of a stream, or of a whole body.
  mutating func take(_ decoder: borrowing ChunkDecoder) -> EventTraits {
    summary.events &+= 1
    var traits: EventTraits = []
    if speechLimit > 0 { keepSpeech(decoder) }
    for number in decoder.events.indices { traits.formUnion(take(decoder.events[number], decoder)) }
    if decoder.isOdd { traits.insert(.odd) }
    if traits.contains(.odd) { summary.isOdd = true }
    return traits
  }

  /// An event or a body that is no JSON object.
  mutating func takeUnreadable(_ payload: borrowing Span<UInt8>, _ error: ChunkDecoder.Failure) -> EventTraits {
    summary.events &+= 1
    summary.unreadable &+= 1
    guard summary.unreadableSample == nil else { return .unreadable }
    let reason =
      switch error {
      case .notJSON(let error): " (\(error))"
      case .repeatedChoice(let number): " (two choices have the index \(number))"
      case .ambiguous(let name): " ('\(name)' can be read in two ways)"
      case .foreignEvent: " (an event of another kind)"
      case .notAnObject: ""
      }
    summary.unreadableSample = quoted(payload) + reason
    return .unreadable
  }

  /// A body of which nothing is read.
  mutating func takeUnread(_ reason: String) {
    summary.events &+= 1
    summary.unreadable &+= 1
    summary.unreadableSample = reason
  }

  /// An event that says of itself that it is an error; its data is the message unless it had one in it.
  mutating func takeErrorEvent(_ data: borrowing Span<UInt8>) -> EventTraits {
    if summary.failure == nil {
      summary.failure = VendorFailure(message: excerpt(data, limit: 500), status: summary.status)
    }
    return .failure
  }

  /// An event or a body over its limit.
  mutating func takeOversized() -> EventTraits {
    summary.oversized &+= 1
    return .unreadable
  }

  mutating func finish(
    _ ending: Ending, habits: ChunkDecoder.Habits, style: EventStreamFramer.Style, isHTML: Bool
  ) -> ResponseSummary {
    summary.ending = ending
    summary.habits = habits
    summary.style = style
    summary.isHTML = isHTML
    assembler.finish(tools: request.tools.names, strangers: request.strangers)
    summary.choices = choices.map { choice in
      var whole = choice.summary
      whole.calls = choices.count == 1 ? assembler.calls : assembler.calls.filter { $0.choice == whole.index }
      return whole
    }
    summary.choices.sort { $0.index < $1.index }
    if !summary.isSuccess, summary.failure == nil, summary.choices.isEmpty {
      let words = isHTML ? "an HTML page" : summary.unreadableSample ?? "no error that can be read"
      summary.failure = VendorFailure(message: words, status: summary.status)
    }
    switch summary.format {
    case .json:
      summary.isTruncated = ending != .complete && !summary.isReadable
    case .eventStream:
      // Of what was cut, nobody knows whether choices that have not begun, or more of one that goes on behind its reason, were to come.
      let isAllBegun = ending == .complete || choices.count >= request.choiceCount && !goesOnAfterFinish
      let isFinished = !choices.isEmpty && isAllBegun && choices.allSatisfy { $0.summary.finishReason != nil }
      summary.isTruncated = !summary.isDone && !isFinished && summary.failure == nil && !isHTML
    }
    if ending != .left { summary.judge(against: request) }
    summary.findings = summary.inspected(against: request)
    return summary
  }
}

extension ResponseTally {
  private mutating func take(_ event: ChatEvent, _ decoder: borrowing ChunkDecoder) -> EventTraits {
    switch event {
    case .text(let choice, let range):
      guard let place = saying(choice) else { return .text }
      choices[place].takeText(decoder.text.span.extracting(range), room: &room) { request.tools.names }
      return .text
    case .reasoning(let choice, let range):
      guard let place = saying(choice) else { return .reasoning }
      choices[place].takeReasoning(decoder.text.span.extracting(range), room: &room)
      return .reasoning
    case .otherContent(let choice):
      guard let place = saying(choice) else { return .otherContent }
      choices[place].summary.hasOtherContent = true
      return .otherContent
    case .echo(_, let isRepeated): return isRepeated ? [.odd, .repetition] : .odd
    case .legacyEcho:
      // Who sends `functions` reads it.
      return request.tools.count > 0 ? .odd : []
    case .legacyCall(let choice):
      guard let place = saying(choice) else { return .call }
      choices[place].summary.hasOtherContent = true
      choices[place].summary.hasLegacyCall = true
      return .call
    case .call(let choice, let delta):
      guard let place = saying(choice) else { return .call }
      // A whole message has no order of text and calls.
      if !delta.isWhole, !choices[place].hasCalls { choices[place].hasCalls = true }
      let number = assembler.take(delta, choice: choice, text: decoder.text.span)
      watch(number, delta, text: decoder.text.span)
      return .call
    case .finish(let choice, let range):
      guard let place = place(of: choice, isContent: false) else { return .finish }
      choices[place].summary.finishReason = decoder.string(range, limit: Self.wordLimit)
      if choices[place].finishedIn == 0 { choices[place].finishedIn = summary.events }
      return .finish
    case .nativeFinish(let choice, let range):
      guard let place = place(of: choice, isContent: false) else { return [] }
      choices[place].summary.nativeFinishReason = decoder.string(range, limit: Self.wordLimit)
      return []
    case .usage(let usage):
      summary.usage = usage
      return .usage
    case .model(let range):
      summary.model = decoder.string(range, limit: Self.wordLimit)
      return []
    case .failure(let failure):
      guard summary.failure == nil else { return .failure }
      summary.failure = VendorFailure(
        message: decoder.string(failure.message, limit: Self.messageLimit),
        type: failure.type.isEmpty ? nil : decoder.string(failure.type, limit: Self.wordLimit),
        code: failure.code.isEmpty ? nil : decoder.string(failure.code, limit: Self.wordLimit), status: summary.status)
      return .failure
    case .done:
      summary.isDone = true
      summary.events &-= 1
      return .done
    }
  }

  private mutating func keepSpeech(_ decoder: borrowing ChunkDecoder) {
    guard summary.spoken.map({ $0.count < speechLimit }) ?? false else { return }
    for event in decoder.events { summary.spoken?.append(spokenBy: event, decoder) }
  }

  private mutating func watch(_ number: Int, _ delta: CallDelta, text: borrowing Span<UInt8>) {
    guard watches != nil else { return }
    let call = assembler.calls[number]
    guard let (offset, reason) = watches?.take(delta, of: call, at: number, text: text) else { return }
    let earlier = assembler.calls[..<number].count { $0.choice == call.choice }
    deaths.append(CallDeath(choice: call.choice, call: earlier, offset: offset, reason: reason, position: number))
  }

  /// Where the choice is in `choices`; `nil` for one choice too many.
  private mutating func place(of choice: Int, isContent: Bool = true) -> Int? {
    hasContent = hasContent || isContent
    for place in choices.indices where choices[place].summary.index == choice { return place }
    guard choices.count < Self.choiceLimit else {
      summary.hasTooManyChoices = true
      return nil
    }
    choices.append(ObservedChoice(index: choice))
    return choices.count &- 1
  }

  /// The same of a choice that says something, which none does once it has finished.
  private mutating func saying(_ choice: Int) -> Int? {
    guard let place = place(of: choice) else { return nil }
    if choices[place].finishedIn != 0, choices[place].finishedIn != summary.events { choices[place].summary.goesOnAfterFinish = true }
    return place
  }

  /// OpenAI's own limit of `n`; what a vendor sends beyond it is not read.
  private static let choiceLimit = 128
  /// Bytes that are kept of a finish reason, a model's name, an error's type and code.
  private static let wordLimit = 1024
  /// As much as is kept of the bytes that it was said in.
  private static let speechLimit = 8 << 20
  /// Bytes that are kept of an error's message: more of it is an echo of the request.
  private static let messageLimit = 8 << 10
}
