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
    for choice in index.elements(choices) {
      for (key, value) in index.members(choice) where index.equals(key, "message", in: body) {
        edits.replace(key, with: Array(#""delta""#.utf8), of: index)
        guard let calls = index.value("tool_calls", in: value, of: body) else { continue }
        for (position, call) in index.elements(calls).enumerated() where index.kind(call) == .object {
          edits.set("index", to: Array(String(position).utf8), in: call, of: index, body)
        }
      }
    }
    // White space between values may be line ends, which would end the event's data; within strings there are none.
    return edits.apply(to: body).map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
  }

  /// A whole stream as one answer. `summary` is what was made of it.
  package static func body(of stream: borrowing Span<UInt8>, _ summary: ResponseSummary) -> [UInt8] {
    let chunks = data(of: stream).compactMap { try? JSONValue(parsing: $0) }
    var writer = JSONWriter()
    writer.beginObject()
    for key in ["id", "created", "model", "system_fingerprint"] {
      guard let value = chunks.lazy.compactMap({ $0[JSONString(key)] }).first else { continue }
      writer.write(key: Array(key.utf8))
      writer.write(value)
    }
    writer.write(key: "object")
    writer.write(string: "chat.completion")
    writer.write(key: "choices")
    writer.beginArray()
    for choice in summary.choices { write(choice, chunks, &writer) }
    writer.endArray()
    let usages = chunks.compactMap { chunk in
      [chunk["usage"], chunk["choices"]?[0]?["usage"]].compactMap { $0 }.first { $0.object != nil }
    }
    if let usage = usages.last {
      writer.write(key: "usage")
      writer.write(usage)
    }
    writer.endObject()
    return writer.finish()
  }

  private static func write(_ choice: ChoiceSummary, _ chunks: [JSONValue], _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.write(key: "index")
    writer.write(choice.index)
    writer.write(key: "message")
    writer.beginObject()
    writer.write(key: "role")
    writer.write(string: "assistant")
    let text = said("content", by: choice.index, chunks, cutAt: choice.rescue.flatMap { $0.isInReasoning ? nil : $0 })
    writer.write(key: "content")
    if text.isEmpty && !choice.calls.isEmpty { writer.writeNull() } else { writer.write(string: text) }
    for key in ["reasoning_content", "reasoning"] {
      let text = said(key, by: choice.index, chunks, cutAt: choice.rescue.flatMap { $0.isInReasoning ? $0 : nil })
      guard !text.isEmpty else { continue }
      writer.write(key: Array(key.utf8))
      writer.write(string: text)
    }
    if !choice.calls.isEmpty {
      writer.write(key: "tool_calls")
      writer.beginArray()
      for call in choice.calls { writer.write(raw: call.json()) }
      writer.endArray()
    }
    writer.endObject()
    writer.write(key: "finish_reason")
    if let reason = choice.finishReason { writer.write(string: reason) } else { writer.writeNull() }
    writer.endObject()
  }

  private static func said(_ key: String, by number: Int, _ chunks: [JSONValue], cutAt rescue: Rescue?) -> [UInt8] {
    var text: [UInt8] = []
    for chunk in chunks {
      for (position, choice) in (chunk["choices"]?.array ?? []).enumerated()
      where (choice["index"]?.int ?? position) == number {
        text += choice["delta"]?[JSONString(key)]?.utf8?.utf8 ?? []
      }
    }
    guard let rescue, rescue.offset <= text.count else { return text }
    return Array(text[..<rescue.offset]) + rescue.remainder
  }

  /// The data of each event.
  private static func data(of stream: borrowing Span<UInt8>) -> [[UInt8]] {
    var framer = EventStreamFramer()
    var position = 0
    var all: [[UInt8]] = []
    while let event = framer.next(in: stream, from: &position) {
      switch event {
      case .input(let range): all.append([UInt8](copying: stream.extracting(range)))
      case .held: all.append(framer.held)
      case .tooLong: break
      }
    }
    return all
  }
}
