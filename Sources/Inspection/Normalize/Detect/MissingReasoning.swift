// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.reasoning_missing` (Q4). Only what stands behind the last answer counts: the model forgets the rest.
func detectMissingReasoning(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  guard target.traits.needsReasoning, !request.calls.isEmpty, ThinkingSwitch(of: request, bytes).isOn ?? true
  else { return }
  let lastAnswer = request.messages.lastIndex { $0.role == .assistant && $0.calls.isEmpty } ?? -1
  var places: [String] = []
  for (number, message) in request.messages.enumerated() where number > lastAnswer && !message.calls.isEmpty {
    if request.index.reasoning(of: message.node, in: bytes) == nil { places.append("/messages/\(number)") }
  }
  findings.add(.missingReasoning, places) {
    "\(counted($0, "a message with tool calls comes", "messages with tool calls come")) without its reasoning: the model goes on without it, or the vendor refuses the request"
  }
}
