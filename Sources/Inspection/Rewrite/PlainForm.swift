// SPDX-License-Identifier: Apache-2.0
import JSON

/// An answer, or a chunk of one, in the one form that all clients read alike. What is passed over here, as it is of the wrong type or
/// has another name, is what some client reads or fails at: it leaves as null, or under a name that nobody reads.
///
/// Whether one is odd is for `ChunkDecoder` to say.
package struct PlainForm {
  private let isChunk: Bool
  /// A `message` without a `delta` repeats what was said, and is not to be read.
  private let isRepeated: Bool
  private var index = JSONIndex()
  private var edits = MemberEdits()

  private init(isChunk: Bool, isRepeated: Bool) {
    self.isChunk = isChunk
    self.isRepeated = isRepeated
  }

  /// A chunk that calls itself one, as Belay's own do, and whose choices say what they say in their `delta`: OpenAI's SDK passes over the
  /// others, and would have a part of the answer. Nil if it is no chunk.
  package static func chunk(of data: borrowing Span<UInt8>, isRepeated: Bool = false) -> [UInt8]? {
    var form = PlainForm(isChunk: true, isRepeated: isRepeated)
    guard form.read(data) else { return nil }
    let name = JSONWriter.string(Array("chat.completion.chunk".utf8))
    var hasName = false
    for (key, value) in form.index.members(form.index.root) where form.index.equals(key, "object", in: data) {
      hasName = true
      form.edits.replace(value, with: name, of: form.index)
    }
    if !hasName { form.edits.set("object", to: name, in: form.index.root, of: form.index, data) }
    return form.edits.apply(to: data)
  }

  /// An answer whose choices say what they say in their `message`. Nil if it is none.
  package static func body(of data: borrowing Span<UInt8>) -> [UInt8]? {
    var form = PlainForm(isChunk: false, isRepeated: false)
    return form.read(data) ? form.edits.apply(to: data) : nil
  }

  private mutating func read(_ data: borrowing Span<UInt8>) -> Bool {
    guard (try? index.read(data)) != nil, index.value("choices", in: index.root, of: data) != nil else { return false }
    for (key, value) in index.members(index.root) {
      if index.equals(key, "choices", in: data) {
        if index.kind(value) != .array { edits.replace(value, with: Array("[]".utf8), of: index) }
        for choice in index.elements(value) where index.kind(choice) == .object { write(choice, data) }
      } else if index.equals(key, "usage", in: data) {
        clear(value, unless: [.object])
      } else if index.equals(key, "chunk", in: data) {
        rename(key, "vendor_chunk")
      }
    }
    return true
  }

  private mutating func write(_ choice: JSONIndex.Node, _ data: borrowing Span<UInt8>) {
    let message = object("message", in: choice, data)
    let delta = object("delta", in: choice, data)
    // As the decoder has it.
    let said = isChunk ? delta ?? (isRepeated ? nil : message) : message ?? delta
    var hasDelta = false
    for (key, value) in index.members(choice) {
      if index.equals(key, "message", in: data) {
        if isChunk {
          rename(key, said == value ? "delta" : "vendor_message")
        } else if said != nil, said != value {
          rename(key, "vendor_message")
        }
        hasDelta = hasDelta || said == value
      } else if index.equals(key, "delta", in: data) {
        hasDelta = true
        if !isChunk, said == value {
          rename(key, "message")
        } else if isChunk, said == nil {
          edits.replace(value, with: Array("{}".utf8), of: index)
        } else if isChunk, said != value {
          rename(key, "vendor_delta")
        }
      } else if index.equals(key, "finish_reason", in: data) {
        clear(value, unless: [.string])
      } else if index.equals(key, "usage", in: data) || index.equals(key, "logprobs", in: data) {
        clear(value, unless: [.object])
      }
    }
    if isChunk, !hasDelta { edits.set("delta", to: Array("{}".utf8), in: choice, of: index, data) }
    guard let said else { return }
    if isChunk, said == message { FormConversion.number(said, &edits, of: index, data) }
    FormConversion.hideLegacyCall(said, &edits, of: index, data)
    for (key, value) in index.members(said) {
      if index.equals(key, "role", in: data) {
        if !index.isAssistant(value, in: data) { edits.replace(value, with: JSONWriter.string(Array("assistant".utf8)), of: index) }
      } else if index.equals(key, "content", in: data) {
        writeText(value, of: said, data)
      } else if index.equals(key, "refusal", in: data) || index.equals(key, "reasoning_content", in: data) {
        clear(value, unless: [.string])
      } else if index.equals(key, "images", in: data) {
        clear(value, unless: [.array])
      } else if index.equals(key, "function_call", in: data) {
        clear(value, unless: index.hasMembers(value) ? [.object] : [])
      } else if index.equals(key, "audio", in: data) || index.equals(key, "provider_specific_fields", in: data) {
        clear(value, unless: [.object])
      } else if index.equals(key, "tool_calls", in: data), index.kind(value) != .null, index.kind(value) != .array {
        edits.replace(value, with: Array("[]".utf8), of: index)
      }
    }
  }

  /// Text in parts becomes one string. Parts of a chunk that are no text, beside those that are, stay under a name that nobody reads.
  private mutating func writeText(_ content: JSONIndex.Node, of said: JSONIndex.Node, _ data: borrowing Span<UInt8>) {
    guard index.kind(content) == .array, index.isText(content, inPart: isChunk, of: data) else {
      return clear(content, unless: [.string, .array])
    }
    var text: [UInt8] = []
    for part in index.elements(content) {
      if let words = index.words(of: part, in: data) { index.decode(words, of: data, into: &text) }
    }
    edits.replace(content, with: JSONWriter.string(text), of: index)
    if !index.isText(content, inPart: false, of: data) {
      edits.set("vendor_content", to: [UInt8](copying: data.extracting(index.range(content))), in: said, of: index, data)
    }
  }

  private func object(_ key: StaticString, in choice: JSONIndex.Node, _ data: borrowing Span<UInt8>) -> JSONIndex.Node? {
    index.value(key, in: choice, of: data).flatMap { index.kind($0) == .object ? $0 : nil }
  }

  private mutating func rename(_ key: JSONIndex.Node, _ name: StaticString) {
    edits.replace(key, with: JSONWriter.string(name.utf8Bytes), of: index)
  }

  private mutating func clear(_ value: JSONIndex.Node, unless kinds: [JSONKind]) {
    if index.kind(value) != .null, !kinds.contains(index.kind(value)) { edits.replace(value, with: Array("null".utf8), of: index) }
  }
}

extension JSONIndex {
  /// Whether a role is what an answer's may be: MiniMax writes a blank one.
  func isAssistant(_ role: Node, in data: borrowing Span<UInt8>) -> Bool {
    kind(role) == .null || equals(role, "assistant", in: data) || kind(role) == .string && range(role).count == 2
  }
}
