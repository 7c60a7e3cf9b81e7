// SPDX-License-Identifier: Apache-2.0
import JSON

/// Chunks of the proxy's own, in the name of the stream they go into.
package struct OwnChunks: Sendable {
  private let head: ChunkHead?

  /// - Parameter head: id, time and model of the stream; nil where it had none yet.
  package init(head: ChunkHead?) { self.head = head }

  /// One whole call, header and arguments in one delta.
  package func call(_ call: AssembledCall, number: Int, choice: Int) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.write(key: "tool_calls")
    writer.beginArray()
    writer.write(raw: call.json(index: number))
    writer.endArray()
    writer.endObject()
    return chunk(choice: choice, delta: writer.finish())
  }

  package func text(_ text: [UInt8], choice: Int, isReasoning: Bool = false) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if isReasoning { writer.write(key: "reasoning_content") } else { writer.write(key: "content") }
    writer.write(string: text)
    writer.endObject()
    return chunk(choice: choice, delta: writer.finish())
  }

  package func finish(_ reason: String, choice: Int) -> [UInt8] {
    chunk(choice: choice, delta: Array("{}".utf8), finish: JSONWriter.string(Array(reason.utf8)))
  }

  package static let done = Array("data: [DONE]\n\n".utf8)

  private func chunk(choice: Int, delta: [UInt8], finish: [UInt8] = Array("null".utf8)) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    let members = head?.members ?? []
    for (key, json) in members {
      writer.write(key: key)
      writer.write(raw: json)
    }
    writer.write(key: "object")
    writer.write(string: "chat.completion.chunk")
    writer.write(key: "choices")
    writer.beginArray()
    writer.beginObject()
    writer.write(key: "index")
    writer.write(choice)
    writer.write(key: "delta")
    writer.write(raw: delta)
    writer.write(key: "finish_reason")
    writer.write(raw: finish)
    writer.endObject()
    writer.endArray()
    writer.endObject()
    return EventRewrite.event(writer.finish())
  }
}
