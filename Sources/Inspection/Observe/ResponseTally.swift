// SPDX-License-Identifier: Apache-2.0

/// Adds up the events of one response, whatever they come in.
struct ResponseTally: Sendable {
  /// Text, reasoning or part of a call was seen.
  private(set) var hasContent = false

  private let request: RequestFacts
  private var assembler: CallAssembler
  private var choices: [ObservedChoice] = []
  private var summary: ResponseSummary

  init(format: ResponseFormat, request: RequestFacts, callLimit: Int) {
    self.request = request
    assembler = CallAssembler(limit: callLimit)
    summary = ResponseSummary(format: format)
  }

  /// What the decoder made of an event of a stream, or of a whole body.
  mutating func take(_ decoder: borrowing ChunkDecoder) {
    summary.events &+= 1
    for number in decoder.events.indices { take(decoder.events[number], decoder) }
  }

  /// An event or a body that is no JSON object.
  mutating func takeUnreadable(_ payload: borrowing Span<UInt8>, _ error: ChunkDecoder.Failure) {
    summary.events &+= 1
    summary.unreadable &+= 1
    guard summary.unreadableSample == nil else { return }
    let reason = if case .notJSON(let error) = error { " (\(error))" } else { "" }
    summary.unreadableSample = quoted(payload) + reason
  }

  /// An event that says of itself that it is an error; its data is the message unless it had one in it.
  mutating func takeErrorEvent(_ data: borrowing Span<UInt8>) {
    guard summary.failure == nil else { return }
    summary.failure = VendorFailure(message: excerpt(data, limit: 500))
  }

  /// An event or a body over its limit.
  mutating func takeOversized() { summary.oversized &+= 1 }

  mutating func finish(_ ending: Ending) -> ResponseSummary {
    summary.ending = ending
    assembler.finish(tools: request.tools.names)
    summary.choices = choices.map { choice in
      var whole = choice.summary
      whole.calls = choices.count == 1 ? assembler.calls : assembler.calls.filter { $0.choice == whole.index }
      return whole
    }
    summary.choices.sort { $0.index < $1.index }
    switch summary.format {
    case .json:
      summary.isTruncated = ending == .cut && !summary.isReadable
    case .eventStream:
      let isFinished = !choices.isEmpty && choices.allSatisfy { $0.summary.finishReason != nil }
      summary.isTruncated = !summary.isDone && !isFinished && summary.failure == nil
    }
    summary.findings = summary.inspected(against: request)
    return summary
  }
}

extension ResponseTally {
  private mutating func take(_ event: ChatEvent, _ decoder: borrowing ChunkDecoder) {
    switch event {
    case .text(let choice, let range):
      guard let place = place(of: choice) else { return }
      choices[place].takeText(decoder.text.span.extracting(range))
    case .reasoning(let choice, let range):
      guard let place = place(of: choice) else { return }
      choices[place].takeReasoning(decoder.text.span.extracting(range))
    case .otherContent(let choice):
      guard let place = place(of: choice) else { return }
      choices[place].summary.hasOtherContent = true
    case .call(let choice, let delta):
      guard place(of: choice) != nil else { return }
      assembler.take(delta, choice: choice, text: decoder.text.span)
    case .finish(let choice, let range):
      guard let place = place(of: choice, isContent: false) else { return }
      choices[place].summary.finishReason = decoder.string(range)
    case .usage(let usage):
      summary.usage = usage
    case .model(let range):
      summary.model = decoder.string(range)
    case .failure(let failure):
      guard summary.failure == nil else { return }
      summary.failure = VendorFailure(
        message: decoder.string(failure.message), type: failure.type.isEmpty ? nil : decoder.string(failure.type),
        code: failure.code.isEmpty ? nil : decoder.string(failure.code))
    case .done:
      summary.isDone = true
      summary.events &-= 1
    }
  }

  /// Where the choice is in `choices`; `nil` for one choice too many.
  private mutating func place(of choice: Int, isContent: Bool = true) -> Int? {
    hasContent = hasContent || isContent
    if let place = choices.firstIndex(where: { $0.summary.index == choice }) { return place }
    guard choices.count < Self.choiceLimit else { return nil }
    choices.append(ObservedChoice(index: choice))
    return choices.count &- 1
  }

  /// OpenAI's own limit of `n`; what a vendor sends beyond it is not counted.
  private static let choiceLimit = 128
}
