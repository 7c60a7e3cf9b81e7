// SPDX-License-Identifier: Apache-2.0
import JSON

/// N5: K3's prompt names the tool of each result. The template finds the name by the id, but some vendors refuse results
/// without one (Fireworks, dust#29562): each gets that of its call. In K2's prompt `name` is the role of the message, so that
/// there it would change what the model reads (Q5).
func normalizeResultNames(
  _ request: ChatRequest, _ target: RequestTarget, _ editor: inout RequestEditor, _ bytes: borrowing Span<UInt8>
) {
  guard target.generation == .k3 else { return }
  let index = request.index
  let pairing = ResultPairing(of: request, bytes)
  for (number, message) in request.messages.enumerated() where message.role == .tool {
    guard let call = pairing.answer(of: number).call, index.isBlank(message.name, in: bytes), let name = request.calls[call].name,
      index.kind(name) == .string, !index.isBlank(name, in: bytes)
    else { continue }
    let field = RequestEdit.Field.messageMember(message: number, key: "name")
    let json = [UInt8](copying: bytes.extracting(index.range(name)))
    if let old = message.name {
      editor.replace(old, field, with: json, .resultName, index, bytes)
    } else {
      editor.insert("name", json, into: message.node, field, .resultName, index)
    }
  }
}
