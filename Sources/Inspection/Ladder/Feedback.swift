// SPDX-License-Identifier: Apache-2.0
import JSON

/// Appends what the model answered, with a result for each call that says what is wrong with it; or, after an empty answer, a
/// word of the user.
func feedbackEdits(
  _ turn: FailedTurn, _ request: ChatRequest, _ generation: Generation, _ bytes: borrowing Span<UInt8>
) throws(RetryError) -> [JSONEdit] {
  let index = request.index
  guard let list = index.value("messages", in: index.root, of: bytes), index.kind(list) == .array
  else { throw .noMessages }
  var writer = JSONWriter(appendingTo: index.count(list) > 0 ? [UInt8(ascii: ",")] : [])
  if turn.calls.isEmpty {
    let begin = turn.hasMarkup ? unreadCalls : emptyAnswer
    writeMessage("user", "\(begin) \(request.toolChoice == .none ? "Answer in text." : turn.hasMarkup ? callAgain : goOn)", to: &writer)
  } else {
    let ids = newIDs(for: turn.calls, request, generation, bytes)
    writeAnswer(turn, ids, to: &writer)
    for (call, id) in zip(turn.calls, ids) { writeResult(call, id, request, generation, &writer, bytes) }
  }
  let place = index.elements(list).reduce(index.range(list).lowerBound + 1) { index.range($1).upperBound }
  return [JSONEdit(range: place..<place, replacement: writer.finish())]
}

private let emptyAnswer = "Your last answer was empty."
private let goOn = "Go on: call a tool, or answer in text."

private let unreadCalls = "Your last answer had a tool call within its text, which could not be read."
private let callAgain = "Make the call again as a tool call, or answer in text alone."

private func writeMessage(_ role: String, _ content: String, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.write(key: "role")
  writer.write(string: role)
  writer.write(key: "content")
  writer.write(string: content)
  writer.endObject()
}

private func writeAnswer(_ turn: FailedTurn, _ ids: [[UInt8]], to writer: inout JSONWriter) {
  writer.beginObject()
  writer.write(key: "role")
  writer.write(string: "assistant")
  writer.write(key: "content")
  // Blank text beside calls is refused by some (Q2), null by none that is known.
  if turn.text.span.isBlank { writer.writeNull() } else { writer.write(string: turn.text) }
  if let reasoning = turn.reasoning {
    writer.write(key: Array(turn.reasoningKey.rawValue.utf8))
    writer.write(raw: reasoningJSON(reasoning, as: turn.reasoningKey))
  }
  writer.write(key: "tool_calls")
  writer.beginArray()
  for (call, id) in zip(turn.calls, ids) {
    writer.beginObject()
    writer.write(key: "id")
    writer.write(string: id)
    writer.write(key: "type")
    writer.write(string: "function")
    writer.write(key: "function")
    writer.beginObject()
    writer.write(key: "name")
    writer.write(string: call.name)
    writer.write(key: "arguments")
    writer.write(string: call.sentArguments)
    writer.endObject()
    writer.endObject()
  }
  writer.endArray()
  writer.endObject()
}

private func writeResult(
  _ call: FailedCall, _ id: [UInt8], _ request: ChatRequest, _ generation: Generation, _ writer: inout JSONWriter,
  _ bytes: borrowing Span<UInt8>
) {
  writer.beginObject()
  writer.write(key: "role")
  writer.write(string: "tool")
  writer.write(key: "tool_call_id")
  writer.write(string: id)
  if generation == .k3 {
    writer.write(key: "name")
    writer.write(string: call.name)
  }
  writer.write(key: "content")
  writer.write(string: feedback(on: call, request, bytes))
  writer.endObject()
}

extension FailedCall {
  /// The arguments as they go into the history. Servers parse those and fail on what is no JSON object (vLLM reads them for its
  /// template); such arguments are quoted in the result.
  fileprivate var sentArguments: [UInt8] { hasObject ? arguments : Array("{}".utf8) }

  var hasObject: Bool {
    var index = JSONIndex()
    do { try index.read(arguments.span) } catch { return false }
    return index.kind(index.root) == .object
  }
}
