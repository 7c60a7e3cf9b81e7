// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.blank_content`, `request.missing_content` (Q2).
func detectContent(_ request: ChatRequest, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>) {
  var blank: [String] = []
  var missing: [String] = []
  for (number, message) in request.messages.enumerated() {
    if !message.calls.isEmpty, let content = message.content, request.index.isBlankContent(content, in: bytes) {
      blank.append("/messages/\(number)/content")
    }
    if message.role == .tool, message.content.map({ request.index.kind($0) == .null }) ?? true {
      missing.append("/messages/\(number)")
    }
  }
  findings.add(.blankContent, blank) {
    "\(counted($0, "a message has", "messages have")) blank content beside tool calls: null is understood everywhere"
  }
  findings.add(.missingResultContent, missing) {
    "\(counted($0, "a tool result has", "tool results have")) no content: some vendors refuse that, \"\" is accepted"
  }
}
