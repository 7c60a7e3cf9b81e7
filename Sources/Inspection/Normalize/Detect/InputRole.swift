// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.input_role` (Q6).
func detectInputRole(_ request: ChatRequest, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>) {
  var places: [String] = []
  for (number, message) in request.messages.enumerated() where message.role == .other {
    guard let role = request.index.value("role", in: message.node, of: bytes),
      request.index.equals(role, "_input", in: bytes)
    else { continue }
    places.append("/messages/\(number)/role")
  }
  findings.add(.inputRole, places) {
    "\(counted($0, "a message has", "messages have")) the role '_input', which only K2VV's samples know: it means 'system'"
  }
}
