// SPDX-License-Identifier: Apache-2.0
import JSON

/// Answers in the form that the client asked for, from a vendor that sent the other one.
package enum FormConversion {
  /// A whole answer as a stream: one chunk that says all of it, as `[DONE]` follows. Nil if it is no answer.
  package static func chunk(of body: borrowing Span<UInt8>) -> [UInt8]? {
    var index = JSONIndex()
    guard (try? index.read(body)) != nil, let choices = index.value("choices", in: index.root, of: body) else { return nil }
    var edits = MemberEdits()
    edits.set("object", to: JSONWriter.string(Array("chat.completion.chunk".utf8)), in: index.root, of: index, body)
    for (place, choice) in index.elements(choices).enumerated() where index.kind(choice) == .object {
      if index.value("index", in: choice, of: body) == nil { edits.set("index", to: Array(String(place).utf8), in: choice, of: index, body) }
      // As the decoder has it: without a message, what was judged is the delta.
      let hasMessage = index.value("message", in: choice, of: body).map { index.kind($0) == .object } ?? false
      for (key, value) in index.members(choice) {
        if hasMessage {
          // Of two deltas clients take the last, and it is the message that was judged.
          if index.equals(key, "delta", in: body) { edits.replace(key, with: Array(#""vendor_delta""#.utf8), of: index) }
          guard index.equals(key, "message", in: body) else { continue }
          edits.replace(key, with: Array(#""delta""#.utf8), of: index)
        } else if !index.equals(key, "delta", in: body) {
          continue
        }
        number(value, &edits, of: index, body)
      }
    }
    return edits.apply(to: body)
  }

  /// Gives the calls of a message the indices that a delta's have.
  static func number(
    _ said: JSONIndex.Node, _ edits: inout MemberEdits, of index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) {
    guard let calls = index.value("tool_calls", in: said, of: bytes) else { return }
    for (position, call) in index.elements(calls).enumerated() where index.kind(call) == .object {
      edits.set("index", to: Array(String(position).utf8), in: call, of: index, bytes)
    }
  }

  /// Renames a `function_call` beside calls.
  static func hideLegacyCall(
    _ said: JSONIndex.Node, _ edits: inout MemberEdits, of index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) {
    guard let calls = index.value("tool_calls", in: said, of: bytes), index.count(calls) > 0 else { return }
    for (key, _) in index.members(said) where index.equals(key, "function_call", in: bytes) {
      edits.replace(key, with: Array(#""vendor_function_call""#.utf8), of: index)
    }
  }

  /// A whole stream as one answer. `summary` is what was made of it.
  package static func body(of stream: borrowing Span<UInt8>, _ summary: ResponseSummary) -> [UInt8] {
    let said = SaidInStream(stream, by: summary.choices.map(\.index))
    var writer = JSONWriter()
    writer.beginObject()
    for (key, value) in zip(SaidInStream.headKeys, said.head) {
      guard let value else { continue }
      writer.write(key: Array(key.utf8))
      writer.write(value)
    }
    writer.write(key: "object")
    writer.write(string: "chat.completion")
    writer.write(key: "choices")
    writer.beginArray()
    for choice in summary.choices { write(choice, said.choices[choice.index] ?? .init(), &writer) }
    writer.endArray()
    if let usage = said.usage {
      writer.write(key: "usage")
      writer.write(usage)
    }
    said.others.write(into: &writer)
    writer.endObject()
    return writer.finish()
  }

  private static func write(_ choice: ChoiceSummary, _ said: SaidInStream.Choice, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.write(key: "index")
    writer.write(choice.index)
    writer.write(key: "message")
    writer.beginObject()
    writer.write(key: "role")
    writer.write(string: "assistant")
    let text = cut(said.text, at: choice.rescue.flatMap { $0.isInReasoning ? nil : $0 })
    writer.write(key: "content")
    if !said.parts.isEmpty {
      writer.write(.array(parts(of: text, among: said.parts)))
    } else if text.isEmpty && !choice.calls.isEmpty {
      writer.writeNull()
    } else {
      writer.write(string: text)
    }
    for (key, text) in [("reasoning_content", said.reasoningContent), ("reasoning", said.reasoning)] {
      let text = cut(text, at: choice.rescue.flatMap { $0.isInReasoning ? $0 : nil })
      guard !text.isEmpty else { continue }
      writer.write(key: Array(key.utf8))
      writer.write(string: text)
    }
    if !said.refusal.isEmpty {
      writer.write(key: "refusal")
      writer.write(string: said.refusal)
    }
    said.others.write(into: &writer)
    if !choice.calls.isEmpty {
      writer.write(key: "tool_calls")
      writer.beginArray()
      for call in choice.calls { writer.write(raw: call.json()) }
      writer.endArray()
    }
    writer.endObject()
    writer.write(key: "finish_reason")
    if let reason = choice.finishReason { writer.write(string: reason) } else { writer.writeNull() }
    said.ownOthers.write(into: &writer)
    if !said.logprobs.isEmpty {
      writer.write(key: "logprobs")
      writer.write(.object(JSONObject(said.logprobs.sorted { $0.key < $1.key }.map { (JSONString($0.key), .array($0.value)) })))
    }
    writer.endObject()
  }

  /// A text and parts of other kinds, each in its place.
  private static func parts(of text: [UInt8], among others: [(at: Int, value: JSONValue)]) -> [JSONValue] {
    var (parts, start) = ([JSONValue](), 0)
    func add(upTo end: Int) {
      guard end > start else { return }
      parts.append(.object(["type": "text", "text": .string(JSONString(utf8: Array(text[start..<end])))]))
      start = end
    }
    for (at, value) in others {
      add(upTo: min(at, text.count))
      parts.append(value)
    }
    add(upTo: text.count)
    return parts
  }

  private static func cut(_ text: [UInt8], at rescue: Rescue?) -> [UInt8] {
    guard let rescue, rescue.offset <= text.count else { return text }
    return Array(text[..<rescue.offset]) + rescue.remainder
  }
}
