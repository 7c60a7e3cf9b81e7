// SPDX-License-Identifier: Apache-2.0
import JSON

/// `request.strict` (Q11).
func detectStrict(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  guard let what = refusal(target.profile.strict, target) else { return }
  var places: [String] = []
  let index = request.index
  for tool in request.tools {
    let function = index.value("function", in: tool.node, of: bytes)
    guard let strict = index.value("strict", in: function ?? tool.node, of: bytes), index.bool(strict) == true
    else { continue }
    places.append(request.path(of: tool, bytes) + "/strict")
  }
  findings.add(.unsupportedStrict, places) { "\(counted($0, "a tool is", "tools are")) declared strict, \(what)" }
}

/// `request.builtin_tool` (Q14).
func detectBuiltins(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  guard let what = refusal(target.profile.builtinTools, target) else { return }
  var places: [String] = []
  for tool in request.tools where tool.isBuiltin { places.append(request.path(of: tool, bytes)) }
  findings.add(.foreignBuiltin, places) { "\(counted($0, "a tool is", "tools are")) Moonshot's own, \(what)" }
}

/// `request.partial` (Q15).
func detectPartial(
  _ request: ChatRequest, _ target: RequestTarget, _ findings: inout [Finding], _ bytes: borrowing Span<UInt8>
) {
  guard let what = refusal(target.profile.partialMode, target), let last = request.messages.last,
    last.role == .assistant, let partial = request.index.value("partial", in: last.node, of: bytes),
    request.index.bool(partial) == true
  else { return }
  let path = "/messages/\(request.messages.count - 1)/partial"
  findings.append(Finding(.foreignPartial, path: path, "the last message is to be continued, \(what)"))
}

private func refusal(_ support: VendorProfile.Support, _ target: RequestTarget) -> String? {
  switch support {
  case .yes, .unknown, .thinkingOff: nil
  case .no: "which \(target.profile.name) refuses"
  case .ignored: "which \(target.profile.name) ignores"
  }
}
