// SPDX-License-Identifier: Apache-2.0
import JSON

/// Remembers the last chunk of a stream, to know the next one without reading it.
///
/// Most chunks differ from the one before in nothing but one string: a piece of text, of reasoning or of arguments.
/// When all bytes before and after that string are the same, the chunk is JSON exactly if the string is, and says the
/// same but for the string. So only the string has to be read.
struct RepeatedChunk: Sendable {
  /// Up to and without the string's opening quote; from after its closing quote.
  private var before: [UInt8] = []
  private var after: [UInt8] = []
  /// How many bytes of `before` and of `after` are not the chunk's but frame its event: the field's name, and the blank line.
  private var lead = 0
  private var tail = 0
  /// The one event of that chunk; `nil` as long as there is none to go by.
  private var event: ChatEvent?

  /// Remembers a chunk whose only event is `event`, and whose only text is the string at `string`, quotes included.
  mutating func learn(_ payload: borrowing Span<UInt8>, string: Range<Int>, event: ChatEvent) {
    before.removeAll(keepingCapacity: true)
    before.append(payload.extracting(0..<string.lowerBound))
    after.removeAll(keepingCapacity: true)
    after.append(payload.extracting(string.upperBound..<payload.count))
    self.event = event
    (lead, tail) = (0, 0)
  }

  /// Remembers how the event of the chunk just learned is written, if that is as nearly always: `data:` in front of it, nothing
  /// else, and a blank line behind.
  mutating func learnFrame(_ stream: borrowing Span<UInt8>, event whole: Range<Int>, data: Range<Int>) {
    guard event != nil, tail == 0, whole.upperBound &- data.upperBound == 2, stream[data.upperBound] == 0x0A,
      stream[data.upperBound &+ 1] == 0x0A
    else { return }
    let field = Array(copying: stream.extracting(whole.lowerBound..<data.lowerBound))
    guard field == Self.field || field == Self.tightField else { return }
    before.insert(contentsOf: field, at: 0)
    after.append(0x0A)
    after.append(0x0A)
    (lead, tail) = (field.count, 2)
  }

  private static let field = Array("data: ".utf8)
  private static let tightField = Array("data:".utf8)

  /// The text of an event of `stream` that begins at `start`, and where the event ends, if nothing else differs and the text
  /// stands for itself.
  @inline(__always)
  func plainText(in stream: borrowing Span<UInt8>, from start: Int) -> (text: Range<Int>, end: Int)? {
    guard tail > 0, event != nil, stream.has(before.span, at: start) else { return nil }
    let quote = start &+ before.count
    guard quote < stream.count, stream[quote] == 0x22 else { return nil }
    let close = stream.endOfPlainText(from: quote &+ 1)
    guard close > quote &+ 1, close < stream.count, stream[close] == 0x22, stream.has(after.span, at: close &+ 1) else { return nil }
    return ((quote &+ 1)..<close, close &+ 1 &+ after.count)
  }

  mutating func forget() { event = nil }

  /// Where the string of `payload` would be, quotes included, if nothing else differs. An empty string is none: it
  /// may make a reader look for the text elsewhere.
  func string(in payload: borrowing Span<UInt8>) -> Range<Int>? {
    let (head, rest) = (before.count &- lead, after.count &- tail)
    guard event != nil, payload.count > head &+ rest &+ 2 else { return nil }
    guard payload.hasSuffix(after.span.extracting(0..<rest)), payload.hasPrefix(before.span.extracting(lead..<before.count)) else {
      return nil
    }
    return head..<(payload.count &- rest)
  }

  /// The event of a chunk whose text is `text`.
  func event(_ text: Range<Int>) -> ChatEvent? {
    switch event {
    case .text(let choice, _): return .text(choice: choice, text)
    case .reasoning(let choice, _): return .reasoning(choice: choice, text)
    case .call(let choice, var delta):
      delta.arguments = text
      return .call(choice: choice, delta)
    default: return nil
    }
  }
}

extension ChunkDecoder {
  /// Decodes the event of `stream` that begins at `start`, if it differs from the last one by one plain string only.
  ///
  /// - Returns: where the event ends; `nil`, and nothing has changed, if it has to be read.
  @inline(__always)
  mutating func decodeRepeatedEvent(_ stream: borrowing Span<UInt8>, from start: Int) -> Int? {
    guard let (range, end) = repeated.plainText(in: stream, from: start) else { return nil }
    events.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
    text.append(stream.extracting(range))
    guard let event = repeated.event(0..<text.count) else { return nil }
    events.append(event)
    return end
  }

  /// Decodes a chunk that differs from the last one by one string only; `false` if it does not, or if that is no
  /// string.
  mutating func decodeRepeated(_ payload: borrowing Span<UInt8>) -> Bool {
    guard let string = repeated.string(in: payload) else { return false }
    let json = payload.extracting(string)
    if isPlainString(json) {
      text.append(json.extracting(1..<(json.count &- 1)))
    } else {
      guard (try? index.read(json)) != nil else { return false }
      _ = decodeText(index.root, of: json)
    }
    guard !text.isEmpty, let event = repeated.event(0..<text.count) else { return false }
    events.append(event)
    return true
  }

  /// Remembers the chunk that was just decoded, if one string is all its text, and nothing in it is to be written anew.
  mutating func learnRepeated(_ payload: borrowing Span<UInt8>) {
    guard events.count == 1, !isOdd, let soleString else { return repeated.forget() }
    switch events[0] {
    case .text(_, 0..<text.count), .reasoning(_, 0..<text.count): break
    case .call(_, let delta) where delta.arguments == 0..<text.count && !text.isEmpty: break
    default: return repeated.forget()
    }
    repeated.learn(payload, string: index.range(soleString), event: events[0])
  }
}

/// Whether this is a JSON string that stands for itself: ASCII without quotes, backslashes and control characters in between.
private func isPlainString(_ json: borrowing Span<UInt8>) -> Bool {
  let last = json.count &- 1
  return json[0] == 0x22 && json[last] == 0x22 && json.endOfPlainText(from: 1) == last
}
