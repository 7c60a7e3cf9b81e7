// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChatRequest {
  /// What all requests of one conversation have in common, and hardly two conversations: a hash of the messages up to the
  /// first of the user's, by role and text. It is the same for text and for parts of text, however they are escaped, so that
  /// it can choose conversations to be sampled.
  package func conversationHash(in bytes: borrowing Span<UInt8>) -> UInt64 {
    var hash = StableHash()
    for message in messages {
      combine(message, into: &hash, bytes)
      if message.role == .user { break }
    }
    return hash.value
  }

  /// What two requests have in common that ask a model the same: a hash of all messages, by role, text, and the names and
  /// arguments of calls, of the tools and of the choice among them. Ids, names of models, sampling, and how the JSON is
  /// written do not count.
  package func questionHash(in bytes: borrowing Span<UInt8>) -> UInt64 {
    var hash = StableHash(seed: 1)
    for message in messages {
      combine(message, into: &hash, bytes)
      for call in calls[message.calls] {
        combine(call.name, into: &hash, bytes)
        var arguments: [UInt8] = []
        if let node = call.arguments { index.decode(node, of: bytes, into: &arguments) }
        hash.combine(jsonHash(of: arguments.span))
      }
    }
    for key: StaticString in ["tools", "tool_choice"] {
      // Absent, null and empty are alike to a vendor.
      guard let node = index.value(key, in: index.root, of: bytes), index.kind(node) != .null, !index.isEmptyArray(node) else { continue }
      hash.combine(index.hash(node, of: bytes))
    }
    return hash.value
  }

  /// What may tell people apart for whom one application speaks, besides what is said.
  func combineSetting(into hash: inout StableHash, _ bytes: borrowing Span<UInt8>) {
    for (key, value) in index.members(index.root) {
      let key = WireKey(key, in: index)
      if key.is("tools", index, bytes) || key.is("documents", index, bytes) || key.is("user", index, bytes)
        || key.is("safety_identifier", index, bytes) || key.is("prompt_cache_key", index, bytes)
        || key.is("chat_template_kwargs", index, bytes) || key.is("metadata", index, bytes)
      {
        hash.combine(index.hash(value, of: bytes))
      }
    }
  }

  /// A message by role and text, and whose it is.
  func combine(_ message: Message, into hash: inout StableHash, _ bytes: borrowing Span<UInt8>) {
    hash.combine(UInt64(message.role.rawValue))
    if message.role == .user, let name = message.name { hash.combine(bytes.extracting(index.range(name))) }
    combine(message.content, into: &hash, bytes)
  }

  private func combine(_ content: Node?, into hash: inout StableHash, _ bytes: borrowing Span<UInt8>) {
    guard let content else { return hash.combine([UInt8]().span) }
    if index.kind(content) == .string, !index.hasEscapes(content) {
      return hash.combine(bytes.extracting(index.inside(content)))
    }
    var text: [UInt8] = []
    index.decode(content, of: bytes, into: &text)
    for part in index.elements(content) {
      if let node = index.value("text", in: part, of: bytes) {
        index.decode(node, of: bytes, into: &text)
      } else {
        // Pictures and the like, as they are.
        text.append(bytes.extracting(index.range(part)))
      }
    }
    hash.combine(text.span)
  }
}

extension JSONIndex {
  fileprivate func isEmptyArray(_ node: Node) -> Bool {
    guard kind(node) == .array else { return false }
    for _ in elements(node) { return false }
    return true
  }
}
