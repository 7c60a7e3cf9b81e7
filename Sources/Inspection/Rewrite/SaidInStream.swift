// SPDX-License-Identifier: Apache-2.0
import JSON

/// What the chunks of a stream say together, read in one pass.
struct SaidInStream {
  struct Choice {
    var text: [UInt8] = []
    var reasoningContent: [UInt8] = []
    var reasoning: [UInt8] = []
    var refusal: [UInt8] = []
    /// By its member, `content` and `refusal`.
    var logprobs: [String: [JSONValue]] = [:]
    /// Parts of the content that are no text, and how much of the text stands before them.
    var parts: [(at: Int, value: JSONValue)] = []
    var others = OtherMembers()
    /// What stands beside the delta.
    var ownOthers = OtherMembers()

    private static let known = ["role", "content", "refusal", "reasoning_content", "reasoning", "tool_calls", "function_call"]
      .map { JSONString($0) }
    private static let ownKnown = ["index", "delta", "message", "finish_reason", "logprobs", "usage"].map { JSONString($0) }

    mutating func add(_ delta: JSONValue) {
      add(content: delta["content"])
      refusal += delta["refusal"]?.utf8?.utf8 ?? []
      // As the decoder has it: some vendors say the same under two of the keys.
      if let said = delta["reasoning_content"]?.utf8?.utf8, !said.isEmpty {
        reasoningContent += said
      } else if let said = delta["reasoning"]?.utf8?.utf8, !said.isEmpty {
        reasoning += said
      } else {
        for detail in delta["reasoning_details"]?.array ?? [] { reasoning += (detail["text"] ?? detail["summary"])?.utf8?.utf8 ?? [] }
      }
      for (key, value) in delta.object?.members ?? [] where !Self.known.contains(key) { others.add(key, value) }
    }

    /// Of the choice itself.
    mutating func add(own choice: JSONValue) {
      for (key, value) in choice.object?.members ?? [] where !Self.ownKnown.contains(key) { ownOthers.add(key, value, isPiece: false) }
    }

    /// A string, or parts of one and of other kinds.
    private mutating func add(content: JSONValue?) {
      text += content?.utf8?.utf8 ?? []
      for part in content?.array ?? [] {
        if let words = part.utf8 ?? part["text"]?.utf8 { text += words.utf8 } else { parts.append((text.count, part)) }
      }
    }
  }

  static let headKeys = ["id", "created", "model", "system_fingerprint"]

  /// The first value of each of the keys.
  private(set) var head: [JSONValue?] = headKeys.map { _ in nil }
  private(set) var choices: [Int: Choice] = [:]
  /// The last one.
  private(set) var usage: JSONValue?
  private(set) var others = OtherMembers()
  private var decoder = ChunkDecoder()

  private static let known = (headKeys + ["object", "choices", "usage", "error", "chunk"]).map { JSONString($0) }

  init(_ stream: borrowing Span<UInt8>, by numbers: [Int]) {
    for number in numbers { choices[number] = Choice() }
    var framer = EventStreamFramer()
    var position = 0
    while let event = framer.next(in: stream, from: &position) {
      switch event {
      case .input(let range): take(stream.extracting(range))
      case .held:
        let held = framer.held
        take(held.span)
      case .tooLong: break
      }
    }
  }

  private mutating func take(_ data: borrowing Span<UInt8>) {
    guard let chunk = try? JSONValue(parsing: data) else { return }
    try? decoder.decode(data, as: .chunk)
    for (place, key) in Self.headKeys.enumerated() where head[place] == nil { head[place] = chunk[JSONString(key)] }
    let said = chunk["choices"]?.array ?? []
    for (position, choice) in said.enumerated() {
      let number = choice["index"]?.int ?? position
      // As it was judged.
      if let said = [choice["delta"], decoder.repeatsSaid == true ? nil : choice["message"]].compactMap({ $0 }).first(where: { $0.object != nil }) {
        choices[number]?.add(said)
      }
      choices[number]?.add(own: choice)
      for key in ["content", "refusal"] {
        if let more = choice["logprobs"]?[JSONString(key)]?.array { choices[number]?.logprobs[key, default: []] += more }
      }
    }
    for (key, value) in chunk.object?.members ?? [] where !Self.known.contains(key) { others.add(key, value, isPiece: false) }
    usage = [chunk["usage"], said.first?["usage"]].compactMap { $0 }.first { $0.object != nil } ?? usage
  }
}

/// Members that mean nothing here. Of a list in pieces there are all elements, of an object in pieces, where it is not a large one, the last
/// of each member, of other values the last.
struct OtherMembers {
  private var values: [(key: JSONString, value: JSONValue)] = []
  /// Strings of an `audio`, which come in pieces.
  private var sound: [[UInt8]] = soundKeys.map { _ in [] }
  private static let soundKeys: [JSONString] = ["data", "transcript"]
  /// Each is looked for among those before.
  private static let limit = 64

  mutating func add(_ key: JSONString, _ value: JSONValue, isPiece: Bool = true) {
    guard value != .null else { return }
    if isPiece, key == "audio" {
      for (place, part) in Self.soundKeys.enumerated() { sound[place] += value[part]?.utf8?.utf8 ?? [] }
    }
    guard let place = values.firstIndex(where: { $0.key == key }) else {
      if values.count < Self.limit { values.append((key, value)) }
      return
    }
    if isPiece, let more = value.array, case .array(var list) = values[place].value {
      // With one owner it is not copied as it grows.
      values[place].value = .null
      list += more
      values[place].value = .array(list)
    } else if isPiece, let more = value.object, more.count <= Self.limit, case .object(var object) = values[place].value,
      object.count <= Self.limit
    {
      for (key, value) in more.members where object.count < Self.limit || object[key] != nil { object[key] = value }
      values[place].value = .object(object)
    } else {
      values[place].value = value
    }
  }

  func write(into writer: inout JSONWriter) {
    for (key, value) in values {
      var value = value
      if key == "audio" {
        for (part, bytes) in zip(Self.soundKeys, sound) where !bytes.isEmpty { value[part] = .string(JSONString(utf8: bytes)) }
      }
      writer.write(key: key.utf8)
      writer.write(value)
    }
  }
}
