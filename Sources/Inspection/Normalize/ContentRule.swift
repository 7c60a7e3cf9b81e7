// SPDX-License-Identifier: Apache-2.0
import JSON

/// Q2: blank content beside tool calls becomes what the vendor takes. `""` came out as `[{'type': 'text', 'text': ''}]` in the
/// prompt of vLLM with an old template; Moonshot refuses empty text and wants none; strict validators want `null`. The
/// content of tool results is never touched.
func normalizeContent(
  _ request: ChatRequest, _ target: RequestTarget, _ editor: inout RequestEditor, _ bytes: borrowing Span<UInt8>
) {
  guard target.profile.blankContent != .keep else { return }
  let index = request.index
  for (number, message) in request.messages.enumerated() where !message.calls.isEmpty {
    let field = RequestEdit.Field.messageMember(message: number, key: "content")
    switch target.profile.blankContent {
    case .keep: break
    case .null:
      guard let content = message.content else {
        editor.insert("content", Array("null".utf8), into: message.node, field, .content, index)
        continue
      }
      if index.isBlankContent(content, in: bytes) {
        editor.replace(content, field, with: Array("null".utf8), .content, index, bytes)
      }
    case .omit:
      if let content = message.content, index.isBlankContent(content, in: bytes) {
        editor.remove("content", from: message.node, field, .content, index, bytes)
      }
    }
  }
}

extension JSONIndex {
  /// Whether this is content that says nothing: blank text, or parts that are all blank text. `null` says so openly, and is
  /// not meant.
  func isBlankContent(_ content: Node, in bytes: borrowing Span<UInt8>) -> Bool {
    switch kind(content) {
    case .string: return isBlankText(content, in: bytes)
    case .array:
      for part in elements(content) {
        guard let text = value("text", in: part, of: bytes), kind(text) == .string, isBlankText(text, in: bytes)
        else { return false }
      }
      return true
    default: return false
    }
  }

  private func isBlankText(_ text: Node, in bytes: borrowing Span<UInt8>) -> Bool {
    if !hasEscapes(text) { return bytes.extracting(inside(text)).isBlank }
    let decoded = decodedID(text, of: bytes) ?? []
    return decoded.span.isBlank
  }
}
