// SPDX-License-Identifier: Apache-2.0
import JSON

/// `history.undeclared_tool` (Q7): one for each name.
func detectUndeclaredTools(
  _ request: ChatRequest, _ tools: ToolSet, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  var known: Set<[UInt8]> = []
  var name: [UInt8] = []
  for call in request.calls {
    guard let node = call.name, request.index.kind(node) == .string else { continue }
    name.removeAll(keepingCapacity: true)
    request.index.decode(node, of: bytes, into: &name)
    guard !name.span.isBlank, tools.index(of: name.span) == nil, known.insert(name).inserted else { continue }
    findings.append(
      Finding(
        .undeclaredHistoryTool, path: "/messages/\(call.message)/tool_calls/\(call.position)/function/name",
        "the history calls \(quoted(name)), which is not among the tools: models copy such calls"))
  }
}
