// SPDX-License-Identifier: Apache-2.0

/// `call.missing_name` (R31), `call.prefixed_name` (R30), `call.corrupted_name` (R35 to R37), `call.unknown_tool` (R32, R56),
/// `call.name_repeated` (R33), `call.name_split` (R34).
func detectName(of call: AssembledCall, _ request: RequestFacts, _ report: inout FindingReport) {
  let tools = request.tools.names
  if call.name.span.isBlank {
    report.add(.missingName, "the call names no tool")
  } else {
    switch DeclaredName.match(call.name.span, among: tools, strangers: request.strangers) {
    case .exact: break
    case .prefixed(let tool):
      report.add(.prefixedName, "\(quoted(call.name)) is the model's spelling: the tool is \(quoted(tools[tool]))")
    case .corrupted(let tool):
      report.add(.corruptedName, "the request declares no \(quoted(call.name)): only \(quoted(tools[tool])) can be meant")
    case nil:
      report.add(.unknownTool, "the request declares no tool \(quoted(call.name))")
    }
  }
  switch call.nameAssembly {
  case .whole: break
  case .repeated: report.add(.repeatedName, "the name \(quoted(call.name)) came again in later pieces, as a whole")
  case .split: report.add(.splitName, "the name \(quoted(call.name)) came in pieces")
  }
  if call.quirks.contains(.lateName) {
    report.add(.lateName, "the name \(quoted(call.name)) came after the call had begun")
  }
}
