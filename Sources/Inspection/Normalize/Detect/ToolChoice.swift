// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.tool_choice` (Q9).
func detectToolChoice(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  let support: VendorProfile.Support
  let what: String
  switch request.toolChoice {
  case .missing, .auto: return
  case .other: (support, what) = (.no, "something else than none, auto, required or a function")
  case .none: (support, what) = (target.profile.toolChoiceNone, "none")
  case .required: (support, what) = (target.profile.toolChoiceRequired, "required")
  case .function(let node):
    let name = request.index.decodedID(node, of: bytes) ?? []
    (support, what) = (target.profile.toolChoiceNamed, "the function \(quoted(name))")
  }
  let problem: String?
  switch request.toolChoice {
  case .required where request.tools.isEmpty, .function where request.tools.isEmpty:
    problem = "but the request declares no tool"
  case .function(let node) where !request.declares(node, bytes):
    problem = "which the request does not declare"
  default:
    switch support {
    case .yes, .unknown: problem = nil
    case .no: problem = "which \(target.profile.name) refuses"
    case .ignored: problem = "which \(target.profile.name) ignores"
    case .thinkingOff:
      let thinks = ThinkingSwitch(of: request, bytes).isOn ?? target.traits.thinks
      problem = thinks ? "which \(target.profile.name) takes only with thinking off" : nil
    }
  }
  guard let problem else { return }
  findings.append(Finding(.unsupportedToolChoice, path: "/tool_choice", "tool_choice is \(what), \(problem)"))
}

extension ChatRequest {
  /// Whether a tool of this name, a string, is declared.
  func declares(_ name: Node, _ bytes: borrowing Span<UInt8>) -> Bool {
    guard let name = index.decodedID(name, of: bytes) else { return false }
    return tools.contains { index.equals($0.name, name, in: bytes) }
  }
}
