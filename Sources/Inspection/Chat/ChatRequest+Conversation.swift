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

  /// All that a model may read besides messages: what may tell people apart for whom one application speaks. How it is to answer is none
  /// of it, and may differ from turn to turn, as do the ids of requests that some put into `metadata`.
  func combineSetting(into hash: inout StableHash, _ bytes: borrowing Span<UInt8>) {
    combineMembers(of: index.root, but: Self.manners, into: &hash, bytes)
  }

  private static let manners: [StaticString] = [
    "messages", "model", "stream", "stream_options", "n", "temperature", "top_p", "top_k", "min_p", "max_tokens", "max_completion_tokens",
    "presence_penalty", "frequency_penalty", "repetition_penalty", "seed", "stop", "logprobs", "top_logprobs", "tool_choice",
    "parallel_tool_calls", "response_format", "thinking", "reasoning", "reasoning_effort", "service_tier", "store", "metadata", "request_id", "rid",
    "priority", "timeout", "logit_bias", "prediction", "include_usage", "stop_token_ids", "kv_transfer_params",
    "trace_id", "verbosity", "echo", "user_agent",
  ]

  /// A message by all that a model may read of it, but its calls and what it thought.
  func combineWhole(_ message: Message, into hash: inout StableHash, _ bytes: borrowing Span<UInt8>) {
    combine(message, into: &hash, bytes)
    combineMembers(of: message.node, but: Self.thoughts, into: &hash, bytes)
  }

  private static let thoughts: [StaticString] = [
    "role", "content", "tool_calls", "tool_call_id", "id", "cache_control", "reasoning", "reasoning_content", "reasoning_details",
  ]

  /// In the order in which they are written; null is nothing.
  private func combineMembers(of object: Node, but known: [StaticString], into hash: inout StableHash, _ bytes: borrowing Span<UInt8>) {
    for (key, value) in index.members(object) where index.kind(value) != .null {
      let name = WireKey(key, in: index)
      if known.contains(where: { name.is($0, index, bytes) }) { continue }
      hash.combine(index.hash(key, of: bytes))
      hash.combine(index.hash(value, of: bytes))
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
    if index.kind(content) == .object { return hash.combine(index.hash(content, of: bytes)) }
    var text: [UInt8] = []
    index.decode(content, of: bytes, into: &text)
    for part in index.elements(content) {
      if let node = plainText(of: part, bytes) {
        index.decode(node, of: bytes, into: &text)
      } else {
        // Pictures and the like, as they are.
        text.append(bytes.extracting(index.range(part)))
      }
    }
    hash.combine(text.span)
  }

  /// Of a part that has nothing else to say: some clients write every member of every part. Where a cache begins may change.
  private func plainText(of part: Node, _ bytes: borrowing Span<UInt8>) -> Node? {
    var text: Node?
    for (key, value) in index.members(part) where index.kind(value) != .null {
      let name = WireKey(key, in: index)
      if name.is("text", index, bytes), index.kind(value) == .string {
        text = value
      } else if !name.is("type", index, bytes), !name.is("cache_control", index, bytes) {
        return nil
      }
    }
    return text
  }
}

extension JSONIndex {
  fileprivate func isEmptyArray(_ node: Node) -> Bool {
    guard kind(node) == .array else { return false }
    for _ in elements(node) { return false }
    return true
  }
}
