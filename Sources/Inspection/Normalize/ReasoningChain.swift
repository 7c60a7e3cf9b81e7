// SPDX-License-Identifier: Apache-2.0
import JSON

/// Names the turns of a conversation by what clients keep of them, so that the reasoning of a turn is found again (Q4).
///
/// A turn's key is made of its calls' names and arguments, of all that was said and called before it, and of whose it is. Ids are no
/// part: clients and vendors rewrite them. Calls alone would not do: `list_files {}` is in every conversation, and its reasoning in one
/// is not that in another. Nor would the beginning: one application may speak for many people, with one key, and all of them begin with
/// its words, so that it may be their tools or their names that tell them apart. Who shortens what was said, as some do with old
/// results, gets no reasoning for what came behind it.
package struct ReasoningChain: Equatable, Sendable {
  private var hash: StableHash

  /// Before the first message.
  ///
  /// - Parameter owner: a hash of whoever's conversation it is, e.g. of the client's key.
  init(before request: ChatRequest, in bytes: borrowing Span<UInt8>, owner: UInt64) {
    hash = StableHash(seed: owner)
    request.combineSetting(into: &hash, bytes)
  }

  /// Goes on behind the next message of the conversation. The key of an assistant message with calls; nil for any other.
  mutating func next(_ message: ChatRequest.Message, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> UInt64? {
    guard !message.calls.isEmpty else {
      request.combineWhole(message, into: &hash, bytes)
      return nil
    }
    // What was said beside the calls is not known when their key is made of them.
    hash.combine(UInt64(message.calls.count))
    for call in message.calls {
      let call = request.calls[call]
      let name = call.name.flatMap { request.index.decodedID($0, of: bytes) } ?? []
      hash.combine(name.span)
      hash.combine(argumentsHash(call.arguments, request.index, bytes))
    }
    let key = hash.value
    request.combineWhole(message, into: &hash, bytes)
    return key
  }

  /// The key of a turn of these calls, as the client was sent them.
  func key(of calls: [AssembledCall]) -> UInt64 {
    var hash = hash
    hash.combine(UInt64(calls.count))
    for call in calls {
      hash.combine(call.name.span)
      hash.combine(jsonHash(of: call.arguments.span))
    }
    return hash.value
  }

  private func argumentsHash(_ node: JSONIndex.Node?, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> UInt64 {
    guard let node, index.kind(node) != .null else { return jsonHash(of: [UInt8]().span) }
    guard index.kind(node) == .string else { return index.hash(node, of: bytes) }
    guard index.hasEscapes(node) else { return jsonHash(of: bytes.extracting(index.inside(node))) }
    var text: [UInt8] = []
    index.decode(node, of: bytes, into: &text)
    return jsonHash(of: text.span)
  }
}
