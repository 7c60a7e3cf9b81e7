// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// What is wrong with the declared tools, whoever they are sent to.
func detectDeclarations(_ request: ChatRequest, _ tools: ToolSet, _ bytes: borrowing Span<UInt8>) -> [Finding] {
  var findings: [Finding] = []
  detectToolNames(request, tools, &findings, bytes)
  detectTooManyTools(request, &findings)
  for (number, tool) in request.tools.enumerated() where !tool.isBuiltin {
    guard tools.isLookedAt(number) else { break }
    detectSchema(of: tool, tools, number, request, &findings, bytes)
  }
  return findings
}

/// `request.duplicate_tool`, `request.tool_name` (reference 1.3).
private func detectToolNames(
  _ request: ChatRequest, _ tools: ToolSet, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  var seen: Set<[UInt8]> = []
  for (number, tool) in request.tools.enumerated() {
    let name = tools.names[number]
    let path = request.path(of: tool, bytes) + "/name"
    if !seen.insert(name).inserted {
      findings.append(Finding(.duplicateTool, path: path, "two tools are named \(quoted(name)): Moonshot answers with status 400"))
    }
    if !tool.isBuiltin, !isSafeName(name) {
      findings.append(
        Finding(
          .unsafeToolName, path: path,
          "not every engine can read the name \(quoted(name)) back: use A to Z, a to z, 0 to 9 and _, at most 256, no digit first"))
    }
  }
}

private func isSafeName(_ name: [UInt8]) -> Bool {
  guard let first = name.first, !first.isDigit, name.count <= 256 else { return false }
  return name.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "_") || $0.asciiLowercased &- UInt8(ascii: "a") < 26 }
}

/// `request.too_many_tools` (K2#90).
private func detectTooManyTools(_ request: ChatRequest, _ findings: inout [Finding]) {
  guard request.tools.count > 128 else { return }
  findings.append(
    Finding(.tooManyTools, path: "/tools", "\(request.tools.count) tools are declared: Moonshot takes at most 128"))
}

extension ChatRequest {
  /// JSON Pointer to what has a tool's name and parameters.
  func path(of tool: Tool, _ bytes: borrowing Span<UInt8>) -> String {
    let list = tool.message.map { "/messages/\($0)/tools/" } ?? "/tools/"
    let isNested = index.value("function", in: tool.node, of: bytes) != nil
    return list + "\(tool.position)" + (isNested ? "/function" : "")
  }
}
