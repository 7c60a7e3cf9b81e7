// SPDX-License-Identifier: Apache-2.0
import JSON

// Results that no id tells, but that say of which function they are: in `name`, in Ollama's `tool_name`, or in an id that some client or
// adaptor made of the function's name.
extension ResultPairing {
  /// Gives unpaired results the unanswered calls of the functions that they name.
  mutating func pairByName(_ messages: Range<Int>, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    var given = GivenCalls()
    for number in messages where isUnpaired(number, request) {
      guard let (name, isInID) = name(of: number, request, bytes) else { continue }
      let call = names.next(name, after: given.last[name], marks)
      note(call, of: number)
      if let call {
        given.last[name] = call
      } else if isInID {
        // The call that it answers is not there, or has its result.
        close(number)
      } else {
        given.overrun.insert(name)
      }
    }
    takeNoted(messages, given, names, of: request, bytes)
  }

  /// The same among the calls that have the result's id, where several do (R20).
  mutating func pairNamesakes(_ messages: Range<Int>, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    var given = GivenCalls()
    for number in messages where isUnpaired(number, request) {
      guard let id = request.messages[number].toolCallID, !request.index.isBlank(id, in: bytes), let name = request.messages[number].name,
        let key = namesakes.key(id: id, name: name, request.index, bytes), namesakes.contains(key)
      else { continue }
      let call = namesakes.next(key, after: given.last[key], marks)
      note(call, of: number)
      if let call { given.last[key] = call } else { given.overrun.insert(key) }
    }
    takeNoted(messages, given, namesakes, of: request, bytes)
  }

  /// A name that more results say than there are calls was looked up by an id that all of them share: it tells nothing.
  private mutating func takeNoted(
    _ messages: Range<Int>, _ given: GivenCalls, _ calls: CallNames, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) {
    guard !given.last.isEmpty else { return }
    for number in messages {
      guard case .call(let call) = marks.answer(of: number), !marks.isAnswered(call) else { continue }
      if !given.overrun.isEmpty, let key = calls.key(of: request.calls[call], request.index, bytes), given.overrun.contains(key) {
        note(nil, of: number)
      } else {
        take(.call(call), of: number)
      }
    }
  }

  /// The function that a result names, if a call of the turn is of it. What else a client writes there says nothing; but an id in the
  /// model's own form is that of a call, here or not.
  private mutating func name(
    of number: Int, _ request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> (name: [UInt8], isInID: Bool)? {
    let (index, message) = (request.index, request.messages[number])
    let toolName = index.value("tool_name", in: message.node, of: bytes)
    guard !index.isBlank(message.name, in: bytes) || toolName != nil || !index.isBlank(message.toolCallID, in: bytes) else { return nil }
    names.enter(turn, after: row, request, bytes)
    if let name = message.name.flatMap({ index.functionName($0, in: bytes) }), names.contains(name) { return (name, false) }
    if let name = toolName.flatMap({ index.functionName($0, in: bytes) }), names.contains(name) { return (name, false) }
    guard let id = message.toolCallID.flatMap({ index.decodedID($0, of: bytes) }) else { return nil }
    let whole = Array(id[CanonicalID.bareName(in: id.span)])
    if let name = known(whole) { return (name, true) }
    if CanonicalID.isModelsOwn(id.span) { return (whole, true) }
    guard let part = CanonicalID.name(in: id.span), let name = known(Array(id[part])) else { return nil }
    return (name, true)
  }

  /// A name as a call of the turn has it. A tool's own name may have the model's prefix, without which calls are known.
  private func known(_ name: [UInt8]) -> [UInt8]? {
    if names.contains(name) { return name }
    let bare = CanonicalID.bareName(in: name.span)
    guard bare.count < name.count, names.contains(Array(name[bare])) else { return nil }
    return Array(name[bare])
  }
}

/// What results were given before all of them have been looked at.
private struct GivenCalls {
  /// Of each text the last call.
  var last: [[UInt8]: Int] = [:]
  /// Texts that more results say than there are calls.
  var overrun: Set<[UInt8]> = []
}
