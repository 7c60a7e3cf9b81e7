// SPDX-License-Identifier: Apache-2.0
package import JSON

/// Makes events of one chunk of a stream, or of one whole response. What it needs it keeps and uses again, so that a
/// warm decoder allocates nothing for a chunk.
///
/// Fields that are unknown, null or of the wrong type say nothing; only a payload that is no JSON object is an error.
package struct ChunkDecoder: Sendable {
  package enum Form: Sendable { case chunk, response }

  package enum Failure: Error, Equatable, Sendable {
    case notJSON(JSONError)
    case notAnObject
    /// A member that stands twice, or in another case: see `checkNames`.
    case ambiguous(String)
    /// Clients take one of them, or both together.
    case repeatedChoice(Int)
    /// Of an event that is of another kind than chunks are.
    case foreignEvent

    /// It may be JSON, and has more values than are read.
    var isTooMuch: Bool {
      if case .notJSON(let error) = self, case .tooMany = error.reason { true } else { false }
    }
  }

  /// What the last payload said.
  package internal(set) var events: [ChatEvent] = []
  /// Decoded text of the last payload, which the events' ranges point into.
  package internal(set) var text: [UInt8] = []
  /// Habits of this vendor that were seen in any payload so far.
  package internal(set) var habits: Habits = []
  /// In the last payload something stands in a form that clients do not read alike: see ``PlainForm``.
  package internal(set) var isOdd = false
  /// Whether the messages of the last payload, a chunk, repeat what was said: all of them do, or none.
  var repeatsSaid: Bool?
  /// What the first payload with choices says of the response.
  package private(set) var head: ChunkHead?
  var index = JSONIndex()
  private var hasModel = false
  /// A choice had an index.
  var numbersChoices = false
  /// Choices that have said something in a `delta`.
  var spoken: [Int] = []
  /// More choices are read by nobody.
  static let mostSpoken = 128
  var repeated = RepeatedChunk()
  /// The string that the last piece of text, reasoning or arguments came from, if it came from one.
  var soleString: JSONIndex.Node?

  /// Ways of saying things that not every client expects.
  package struct Habits: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Chunks after the first one that say nothing (R66).
    package static let emptyDeltas = Habits(rawValue: 1)
    /// `usage` in a choice (R63).
    package static let usageInChoice = Habits(rawValue: 2)
    /// Reasoning under `reasoning` (R69).
    package static let reasoning = Habits(rawValue: 4)
    /// Reasoning under `reasoning_details`, and nowhere else (R69).
    package static let reasoningDetails = Habits(rawValue: 8)
  }

  package init() {}

  /// For another response: forgets all but its memory, and of that what is out of the ordinary.
  mutating func startOver() {
    shrink()
    text.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
    repeated.forget()
    habits = []
    head = nil
    hasModel = false
    numbersChoices = false
    isOdd = false
    repeatsSaid = nil
    spoken.removeAll(keepingCapacity: true)
    soleString = nil
  }

  /// Gives back memory that is out of the ordinary, with what the last payload said where it was that: a stream may rest for minutes.
  mutating func shrink() {
    if index.isLarge { index = JSONIndex() }
    if text.capacity > Self.keptBytes { text = [] }
    if events.capacity > Self.keptEvents { events = [] }
  }

  /// As for requests: far more than any answer has.
  private static let limits = JSONLimits(bytes: JSONLimits.maximumBytes, values: 1 << 20)
  private static let keptBytes = 256 << 10
  private static let keptEvents = 1024

  /// Replaces `events` and `text` by those of `payload`; leaves them empty when it throws.
  package mutating func decode(_ payload: borrowing Span<UInt8>, as form: Form) throws(Failure) {
    events.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
    isOdd = false
    repeatsSaid = nil
    if form == .chunk {
      if decodeRepeated(payload) { return }
      if isDoneMark(payload) {
        events.append(.done)
        return
      }
    }
    do {
      try decodeWhole(payload, as: form)
    } catch {
      events.removeAll(keepingCapacity: true)
      text.removeAll(keepingCapacity: true)
      isOdd = false
      repeatsSaid = nil
      throw error
    }
    if form == .chunk { learnRepeated(payload) }
  }

  private mutating func decodeWhole(_ payload: borrowing Span<UInt8>, as form: Form) throws(Failure) {
    soleString = nil
    if form == .response {
      text.reserveCapacity(payload.count)
      events.reserveCapacity(8)
    }
    do {
      try index.read(payload, limits: Self.limits)
    } catch {
      throw .notJSON(error)
    }
    guard index.kind(index.root) == .object else { throw .notAnObject }
    if payload.count > mostDigits, index.hasNumber(longerThan: mostDigits) { throw .ambiguous("number") }
    try checkNames(of: index.root, .whole, in: payload)
    if let choices = index.value("choices", in: index.root, of: payload), let number = repeatedNumber(choices, of: payload) {
      throw .repeatedChoice(number)
    }
    let isFirst = head == nil
    var choices: JSONIndex.Node?
    var usage: JSONIndex.Node?
    var error: JSONIndex.Node?
    var object: JSONIndex.Node?
    for (key, value) in index.members(index.root) {
      let key = WireKey(key, in: index)
      if key.is("choices", index, payload) {
        choices = value
      } else if key.is("usage", index, payload) {
        usage = value
      } else if key.is("error", index, payload) {
        error = value
      } else if key.is("chunk", index, payload) && index.kind(value) == .object
        || key.is("type", index, payload) && index.equals(value, "content.delta", in: payload)
      {
        // LangChain takes the one for the chunk, and passes over the other.
        throw .ambiguous(index.kind(value) == .object ? "chunk" : "type")
      } else if key.is("object", index, payload) {
        object = value
      } else if key.is("chunk", index, payload) {
        isOdd = true
      } else if !hasModel, key.is("model", index, payload), index.kind(value) == .string {
        hasModel = true
        events.append(.model(decodeText(value, of: payload)))
      }
    }
    if let choices {
      try checkList(choices, "choices")
      if index.kind(choices) != .array { isOdd = true }
      if isFirst { head = ChunkHead(of: index, in: payload) }
      var position = 0
      for choice in index.elements(choices) {
        try decodeChoice(choice, at: position, of: payload, as: form)
        position &+= 1
      }
    }
    if let usage { decodeUsage(usage, of: payload) }
    // OpenAI's SDK passes over what does not call itself a chunk.
    if form == .chunk, choices != nil, !(object.map { index.equals($0, "chat.completion.chunk", in: payload) } ?? false) { isOdd = true }
    if events.isEmpty, !isFirst, form == .chunk, let choices, index.count(choices) > 0 { habits.insert(.emptyDeltas) }
    if let error, isError(error) {
      decodeFailure(error, of: payload)
    } else if choices == nil {
      decodeUnwrappedFailure(of: payload)
    }
  }

  /// Appends a string's text; empty for anything else.
  mutating func decodeText(_ node: JSONIndex.Node, of payload: borrowing Span<UInt8>) -> Range<Int> {
    let start = text.count
    index.decode(node, of: payload, into: &text)
    return start..<text.count
  }

  /// The same for a string that is a piece of text, reasoning or arguments.
  @discardableResult
  mutating func decodePiece(_ node: JSONIndex.Node, of payload: borrowing Span<UInt8>) -> Range<Int> {
    let range = decodeText(node, of: payload)
    if !range.isEmpty { soleString = node }
    return range
  }

  /// Text of an event, as a string.
  package func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

  /// The same for what may be long: its beginning, up to a character's end.
  func string(_ range: Range<Int>, limit: Int) -> String {
    guard range.count > limit else { return string(range) }
    var end = range.lowerBound &+ limit
    while end > range.lowerBound, text[end] & 0xC0 == 0x80 { end &-= 1 }
    return string(range.lowerBound..<end)
  }
}

/// `[DONE]`, white space around it allowed.
func isDoneMark(_ payload: borrowing Span<UInt8>) -> Bool {
  guard payload.count < 16 else { return false }
  var end = payload.count
  while end > 0, payload[end &- 1].isWhiteSpace { end &-= 1 }
  var start = 0
  while start < end, payload[start].isWhiteSpace { start &+= 1 }
  return payload.extracting(start..<end).isEqual(to: ([0x5B, 0x44, 0x4F, 0x4E, 0x45, 0x5D] as [6 of UInt8]).span)
}
