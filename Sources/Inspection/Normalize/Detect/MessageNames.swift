// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.message_name` for K2 (Q5), `request.result_name_missing` for K3 (N5).
func detectMessageNames(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  var places: [String] = []
  for (number, message) in request.messages.enumerated() {
    let isNameless = request.index.isBlank(message.name, in: bytes)
    switch message.role {
    case .tool where target.generation == .k3:
      if isNameless { places.append("/messages/\(number)") }
    case .tool where target.generation == .k2, .user where target.generation == .k2:
      if !isNameless { places.append("/messages/\(number)/name") }
    default: break
    }
  }
  if target.generation == .k3 {
    findings.add(.missingResultName, places) {
      "\(counted($0, "a tool result does", "tool results do")) not name the tool: some vendors refuse that for parallel calls"
    }
  } else {
    findings.add(.messageName, places) {
      "\(counted($0, "a message has", "messages have")) a name: K2 reads it in the place of the role"
    }
  }
}
