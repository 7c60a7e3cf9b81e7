// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChatRequest {
  /// What all requests of one conversation have in common, and hardly two conversations: a hash of the messages up to the
  /// first of the user's, by role and text. It is the same for text and for parts of text, however they are escaped, so that
  /// it can choose conversations to be sampled.
  package func conversationHash(in bytes: borrowing Span<UInt8>) -> UInt64 {
    var hash = StableHash()
    for message in messages {
      hash.combine(UInt64(message.role.rawValue))
      combine(message.content, into: &hash, bytes)
      if message.role == .user { break }
    }
    return hash.value
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
