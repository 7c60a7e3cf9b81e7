// SPDX-License-Identifier: Apache-2.0
import JSON

/// The body of a retry: that of the first attempt with these changes, one after the other. Everything else keeps its bytes, so
/// that the vendor's prompt cache goes on to serve.
///
/// - Parameter body: what was sent, ids normalized.
package func retryBody(
  _ body: [UInt8], changes: [RetryChange], generation: Generation
) throws(RetryError) -> [UInt8] {
  var body = body
  for change in changes {
    let request: ChatRequest
    do { request = try ChatRequest(reading: body.span) } catch { throw .unreadable(error) }
    let edits: [JSONEdit]
    switch change {
    case .resend: edits = []
    case .strict: edits = strictEdits(request, body.span)
    case .requireTool(let name): edits = toolChoiceEdits(name, request, body.span)
    case .feedback(let turn): edits = try feedbackEdits(turn, request, generation, body.span)
    case .moreTokens(let count): edits = tokenEdits(count, request, body.span)
    case .model(let name): edits = [modelEdit(name, request, body.span)]
    }
    if !edits.isEmpty { body = JSONEdit.apply(edits, to: body.span) }
  }
  return body
}

extension ChatRequest {
  /// The edit that gives a field of the request itself this value.
  func setting(_ key: StaticString, to json: [UInt8], _ bytes: borrowing Span<UInt8>) -> JSONEdit {
    if let node = index.value(key, in: index.root, of: bytes) { return index.replacing(node, with: json) }
    return index.inserting(Array(key.description.utf8), json, into: index.root)
  }
}
