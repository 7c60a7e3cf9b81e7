// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.misplaced_tools` (Q16): K3 reads tools from system messages without content, K2 from no message.
func detectMisplacedTools(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  var places: [String] = []
  for number in request.messagesWithTools {
    let message = request.messages[number]
    if target.generation == .k3, message.role == .system, isEmpty(message.content, request.index, bytes) { continue }
    places.append("/messages/\(number)/tools")
  }
  let rule = target.generation == .k3 ? "K3 takes them in system messages without content" : "only K3 knows that"
  findings.add(.misplacedTools, places) { "\(counted($0, "a message declares", "messages declare")) tools: \(rule)" }
}

private func isEmpty(_ content: JSONIndex.Node?, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> Bool {
  guard let content, index.kind(content) != .null else { return true }
  return index.isBlankContent(content, in: bytes)
}
