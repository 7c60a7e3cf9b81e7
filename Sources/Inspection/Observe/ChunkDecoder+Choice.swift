// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChunkDecoder {
  mutating func decodeChoice(
    _ choice: JSONIndex.Node, at position: Int, of payload: borrowing Span<UInt8>, as form: Form
  ) throws(Failure) {
    guard index.kind(choice) == .object else { throw .ambiguous("choices") }
    try checkNames(of: choice, .choice, in: payload)
    var (number, isNumbered) = (position, false)
    var delta: JSONIndex.Node?
    var message: JSONIndex.Node?
    var finish: JSONIndex.Node?
    var native: JSONIndex.Node?
    var usage: JSONIndex.Node?
    var error: JSONIndex.Node?
    for (key, value) in index.members(choice) {
      let key = WireKey(key, in: index)
      if key.is("delta", index, payload) {
        delta = value
      } else if key.is("index", index, payload) {
        // Clients key by what stands there; of a negative number Python counts from the end.
        guard let place = index.integer(value, of: payload), place >= 0 else { throw .ambiguous("index") }
        (number, isNumbered) = (place, true)
      } else if key.is("finish_reason", index, payload) {
        finish = value
      } else if key.is("message", index, payload) {
        message = value
      } else if key.is("usage", index, payload) {
        usage = value
      } else if key.is("error", index, payload) {
        error = value
      } else if key.is("native_finish_reason", index, payload) {
        native = value
      } else if key.is("logprobs", index, payload) {
        noteKind(of: value, .object)
      }
    }
    if let message, index.kind(message) != .object { isOdd = true }
    if let delta { noteKind(of: delta, .object) }
    delta = delta.flatMap { index.kind($0) == .object ? $0 : nil }
    message = message.flatMap { index.kind($0) == .object ? $0 : nil }
    // A stream's last chunk may repeat the whole answer as a `message` beside its `delta`.
    let said = form == .chunk ? delta ?? message : message ?? delta
    if form == .response, said != message { isOdd = true }
    // Or without one (MiniMax): it says what its deltas have said.
    let isRead = form == .chunk && said != nil && said == message
    let isRepeated = isRead && spoken.contains(number)
    if form == .chunk, message != nil {
      guard repeatsSaid ?? isRepeated == isRepeated else { throw .ambiguous("message") }
      repeatsSaid = isRepeated
      events.append(.echo(choice: number, isRepeated: isRepeated))
    }
    if isNumbered { numbersChoices = true }
    // Clients that key by it have half of a call here, and half there.
    if let said, !isNumbered, numbersChoices, index.value("tool_calls", in: said, of: payload) != nil { throw .ambiguous("index") }
    let count = events.count
    if let said, !isRepeated { try decodeSaid(said, choice: number, isWhole: said == message, of: payload) }
    if form == .chunk, !isRead, events.count > count, spoken.count <= Self.mostSpoken, !spoken.contains(number) { spoken.append(number) }
    if let finish { noteKind(of: finish, .string) }
    if let finish, index.kind(finish) == .string {
      let reason = decodeText(finish, of: payload)
      // Some vendors write none as a word (Alibaba's in every chunk but the last).
      if !reason.isEmpty, !isNone(reason) { events.append(.finish(choice: number, reason)) }
    }
    if let native, index.kind(native) == .string {
      let reason = decodeText(native, of: payload)
      if !reason.isEmpty { events.append(.nativeFinish(choice: number, reason)) }
    }
    if let usage {
      if index.kind(usage) == .object { habits.insert(.usageInChoice) }
      decodeUsage(usage, of: payload)
    }
    // OpenAI's SDK for Python fails at a choice without.
    if form == .chunk, said == nil, events.count > count { isOdd = true }
    if let error, isError(error) { decodeFailure(error, of: payload) }
  }

  /// What is neither of this kind nor null says nothing here, and something elsewhere.
  mutating func noteKind(of value: JSONIndex.Node, _ kind: JSONKind) {
    if index.kind(value) != kind, index.kind(value) != .null { isOdd = true }
  }

  private func isNone(_ word: Range<Int>) -> Bool {
    word.count == 4 && ["null", "none"].contains { $0.utf8.elementsEqual(text[word].map(\.asciiLowercased)) }
  }

  /// The first number that two choices have.
  func repeatedNumber(_ choices: JSONIndex.Node, of payload: borrowing Span<UInt8>) -> Int? {
    guard index.count(choices) > 1 else { return nil }
    var numbers: Set<Int> = []
    for (position, choice) in index.elements(choices).enumerated() {
      let number = index.value("index", in: choice, of: payload).flatMap { index.integer($0, of: payload) } ?? position
      if !numbers.insert(number).inserted { return number }
    }
    return nil
  }

  /// A `delta` or a `message`.
  private mutating func decodeSaid(
    _ said: JSONIndex.Node, choice: Int, isWhole: Bool, of payload: borrowing Span<UInt8>
  ) throws(Failure) {
    try checkNames(of: said, .said, in: payload)
    var content: JSONIndex.Node?
    var reasoning = Reasoning()
    var calls: JSONIndex.Node?
    var (hasOther, hasLegacyCall) = (false, false)
    for (key, value) in index.members(said) {
      let key = WireKey(key, in: index)
      if key.is("content", index, payload) {
        content = value
        if index.kind(value) != .array {
          noteKind(of: value, .string)
        } else if index.isText(value, inPart: !isWhole, of: payload) {
          isOdd = true
        }
      } else if key.is("tool_calls", index, payload) {
        calls = value
        noteKind(of: value, .array)
      } else if key.is("reasoning_content", index, payload) {
        reasoning.content = value
        noteKind(of: value, .string)
      } else if key.is("reasoning", index, payload) {
        reasoning.plain = value
      } else if key.is("reasoning_details", index, payload) {
        reasoning.details = value
      } else if key.is("refusal", index, payload) || key.is("audio", index, payload)
        || key.is("images", index, payload)
      {
        hasOther = hasOther || saysSomething(value)
        noteKind(of: value, key.is("refusal", index, payload) ? .string : key.is("images", index, payload) ? .array : .object)
      } else if key.is("function_call", index, payload) {
        // Beside calls it is the first of them once more (llama-cpp-python).
        hasLegacyCall = names(value)
        noteKind(of: value, .object)
        // One with members that are null, as some vendors write it, is one to OpenAI's SDK for JavaScript.
        if !hasLegacyCall, index.kind(value) == .object { isOdd = true }
      } else if key.is("provider_specific_fields", index, payload) {
        noteKind(of: value, .object)
      } else if key.is("role", index, payload), !index.isAssistant(value, in: payload) {
        isOdd = true
      }
    }
    decodeReasoning(reasoning, choice: choice, of: payload)
    if let content { decodeContent(content, choice: choice, of: payload) }
    if hasOther { events.append(.otherContent(choice: choice)) }
    if hasLegacyCall { events.append(calls.map { index.count($0) == 0 } ?? true ? .legacyCall(choice: choice) : .legacyEcho(choice: choice)) }
    guard let calls else { return }
    try checkList(calls, "tool_calls")
    var position = 0
    for call in index.elements(calls) {
      try decodeCall(call, at: position, choice: choice, isWhole: isWhole, of: payload)
      position &+= 1
      // One more than are told apart, so that they are known to be too many.
      if position > CallAssembler.mostCalls { break }
    }
  }

  /// The keys under which vendors put reasoning (R69).
  private struct Reasoning {
    /// `reasoning_content`: Moonshot, SGLang, Fireworks.
    var content: JSONIndex.Node?
    /// `reasoning`: vLLM since its rename.
    var plain: JSONIndex.Node?
    /// `reasoning_details`: OpenRouter, which sends the same text as `reasoning` too.
    var details: JSONIndex.Node?
  }

  /// Takes the first of the keys that says something: some vendors send the same text under two.
  private mutating func decodeReasoning(_ reasoning: Reasoning, choice: Int, of payload: borrowing Span<UInt8>) {
    let start = text.count
    if let content = reasoning.content { decodePiece(content, of: payload) }
    if text.count == start, let plain = reasoning.plain {
      decodePiece(plain, of: payload)
      if text.count > start { habits.insert(.reasoning) }
    }
    if text.count == start, let details = reasoning.details {
      for detail in index.elements(details) {
        if let part = index.value("text", in: detail, of: payload) ?? index.value("summary", in: detail, of: payload) {
          index.decode(part, of: payload, into: &text)
        }
      }
      if text.count > start { habits.insert(.reasoningDetails) }
    }
    if text.count > start { events.append(.reasoning(choice: choice, start..<text.count)) }
  }

  /// A `function_call` with a name or arguments.
  private func names(_ call: JSONIndex.Node) -> Bool { index.hasMembers(call) || index.kind(call) == .string && saysSomething(call) }

  /// A string, or an array of text parts and parts of other kinds.
  private mutating func decodeContent(_ content: JSONIndex.Node, choice: Int, of payload: borrowing Span<UInt8>) {
    var hasOther = false
    let start = text.count
    if index.kind(content) == .array {
      for part in index.elements(content) {
        if let words = index.words(of: part, in: payload) { index.decode(words, of: payload, into: &text) } else { hasOther = true }
      }
    } else {
      decodePiece(content, of: payload)
    }
    if text.count > start { events.append(.text(choice: choice, start..<text.count)) }
    if hasOther { events.append(.otherContent(choice: choice)) }
  }

  /// An `error` that no client takes for none.
  func isError(_ node: JSONIndex.Node) -> Bool {
    switch index.kind(node) {
    case .null, .false: false
    case .string: index.range(node).count > 2
    default: true
    }
  }

  func saysSomething(_ node: JSONIndex.Node) -> Bool { index.saysSomething(node) }
}

extension JSONIndex {
  fileprivate func saysSomething(_ node: Node) -> Bool {
    switch kind(node) {
    case .null, .false: false
    case .string: range(node).count > 2
    case .array, .object: count(node) > 0
    case .true, .number: true
    }
  }

  /// Of an object's members one says something.
  func hasMembers(_ object: Node) -> Bool {
    for (_, value) in members(object) where saysSomething(value) { return true }
    return false
  }

  /// The text of one part of a content: a string, or an object's `text`.
  func words(of part: Node, in bytes: borrowing Span<UInt8>) -> Node? {
    if kind(part) == .string { return part }
    return value("text", in: part, of: bytes).flatMap { kind($0) == .string ? $0 : nil }
  }

  /// Whether a content of parts is a text in all of them, or in one: of a stream OpenAI's SDK for Python leaves out what is no string
  /// where others are.
  func isText(_ content: Node, inPart: Bool, of bytes: borrowing Span<UInt8>) -> Bool {
    var (texts, others) = (0, 0)
    for part in elements(content) { if words(of: part, in: bytes) != nil { texts &+= 1 } else { others &+= 1 } }
    return others == 0 || inPart && texts > 0
  }
}
