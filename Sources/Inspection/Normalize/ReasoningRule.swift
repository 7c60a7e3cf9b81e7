// SPDX-License-Identifier: Apache-2.0
import JSON

/// Q4: assistant messages with calls bring their reasoning, under the key that the vendor reads (`reasoning_content` where its
/// entry names none, as most do). What stands under another key moves. What the client dropped comes from the cache. What
/// nobody knows becomes empty, but only where the model refuses the message otherwise: present but empty is accepted.
///
/// This is done to all such messages, not only to those behind the last answer, whose reasoning is all that K2's template
/// renders: a message must not change when the conversation goes on.
///
/// - Returns: where the response will stand.
func normalizeReasoning(
  _ request: ChatRequest, _ target: RequestTarget, _ cache: inout ReasoningCache, _ owner: UInt64,
  _ editor: inout RequestEditor, _ bytes: borrowing Span<UInt8>
) -> ReasoningChain {
  let index = request.index
  let key = target.profile.reasoningKey ?? .reasoningContent
  let needsReasoning = target.traits.needsReasoning && ThinkingSwitch(of: request, bytes).isOn ?? true
  var chain = ReasoningChain(before: request, in: bytes, owner: owner)
  for (number, message) in request.messages.enumerated() {
    guard let turn = chain.next(message, request, bytes) else { continue }
    let own = index.value(Array(key.rawValue.utf8), in: message.node, of: bytes)
    if let own, index.kind(own) != .null { continue }
    let json: [UInt8]
    if let (foreign, node) = index.reasoning(of: message.node, in: bytes) {
      json = index.reasoningJSON(node, as: key, of: bytes)
      let field = RequestEdit.Field.messageMember(message: number, key: foreign.rawValue)
      editor.remove(foreign.rawValue, from: message.node, field, .reasoning, index, bytes)
    } else if let text = cache.reasoning(for: turn) {
      json = reasoningJSON(text, as: key)
    } else if needsReasoning {
      json = reasoningJSON([], as: key)
    } else {
      continue
    }
    let field = RequestEdit.Field.messageMember(message: number, key: key.rawValue)
    if let own {
      editor.replace(own, field, with: json, .reasoning, index, bytes)
    } else {
      editor.insert(key.rawValue, json, into: message.node, field, .reasoning, index)
    }
  }
  return chain
}

/// Reasoning as JSON under a vendor's key: text, or OpenRouter's list of blocks.
func reasoningJSON(_ text: [UInt8], as key: VendorProfile.ReasoningKey) -> [UInt8] {
  var writer = JSONWriter()
  guard key == .reasoningDetails else {
    writer.write(string: text)
    return writer.finish()
  }
  writer.beginArray()
  if !text.isEmpty {
    writer.beginObject()
    writer.write(key: "type")
    writer.write(string: "reasoning.text")
    writer.write(key: "text")
    writer.write(string: text)
    writer.endObject()
  }
  writer.endArray()
  return writer.finish()
}

extension JSONIndex {
  /// The reasoning of an assistant message, under whichever key, that may be empty but is not `null`.
  func reasoning(of message: Node, in bytes: borrowing Span<UInt8>) -> (VendorProfile.ReasoningKey, Node)? {
    for key in VendorProfile.ReasoningKey.allCases {
      guard let node = value(Array(key.rawValue.utf8), in: message, of: bytes) else { continue }
      if kind(node) == (key == .reasoningDetails ? .array : .string) { return (key, node) }
    }
    return nil
  }

  /// The same for another key.
  fileprivate func reasoningJSON(
    _ node: Node, as key: VendorProfile.ReasoningKey, of bytes: borrowing Span<UInt8>
  ) -> [UInt8] {
    if kind(node) == .string, key != .reasoningDetails { return [UInt8](copying: bytes.extracting(range(node))) }
    var text: [UInt8] = []
    decode(node, of: bytes, into: &text)
    for block in elements(node) {
      if let part = value("text", in: block, of: bytes) { decode(part, of: bytes, into: &text) }
    }
    return Inspection.reasoningJSON(text, as: key)
  }
}
