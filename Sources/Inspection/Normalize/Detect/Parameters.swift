// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.sampling` (Q12).
func detectSampling(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  let refused = refusedSampling(in: request, target.traits, bytes)
  guard let first = refused.first else { return }
  findings.append(
    Finding(
      .immutableSampling, path: "/\(first)",
      "the model takes only its own values of \(refused.joined(separator: ", ")): Moonshot answers others with status 400"))
}

/// `request.thinking` (Q13).
func detectThinking(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  guard let style = target.profile.thinking else { return }
  let index = request.index
  if let foreign = ThinkingSwitch(of: request, bytes).styles.first(where: { $0 != style }) {
    findings.append(
      Finding(
        .foreignThinking, path: "/\(foreign.rawValue)",
        "thinking is switched by '\(foreign.rawValue)', \(target.profile.name) knows '\(style.rawValue)'"))
  } else if style == .thinking, index.value("thinking", in: index.root, of: bytes).flatMap({ index.bool($0) }) != nil {
    findings.append(
      Finding(.foreignThinking, path: "/thinking", "'thinking' is a bool, and should be {\"type\": \"enabled\"}"))
  }
}

/// `request.parallel_tool_calls` (Q10).
func detectParallelCalls(_ request: ChatRequest, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>) {
  let index = request.index
  guard let node = index.value("parallel_tool_calls", in: index.root, of: bytes), index.bool(node) == false
  else { return }
  findings.append(
    Finding(
      .parallelToolCalls, path: "/parallel_tool_calls",
      "parallel_tool_calls is false, which no vendor of Kimi promises to honour: several calls may come"))
}
