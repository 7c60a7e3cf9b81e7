// SPDX-License-Identifier: Apache-2.0

/// `call.missing_name` (R31), `call.unknown_tool` (R30, R32, R35 to R37, R56), `call.name_repeated` (R33),
/// `call.name_split` (R34).
func detectName(of call: AssembledCall, _ request: RequestFacts, _ report: inout FindingReport) {
  if call.name.span.isBlank {
    report.add(.missingName, "the call names no tool")
  } else if !request.tools.names.contains(call.name.span) {
    let nearest = request.tools.names.onlyString(beginningOrEndingWith: call.name.span)
    let hint = nearest.map { ", only \(quoted(request.tools.names[$0]))" } ?? ""
    report.add(.unknownTool, "the request declares no tool \(quoted(call.name))\(hint)")
  }
  switch call.nameAssembly {
  case .whole: break
  case .repeated: report.add(.repeatedName, "the name \(quoted(call.name)) came again in later pieces, as a whole")
  case .split: report.add(.splitName, "the name \(quoted(call.name)) came in pieces")
  }
}
