// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// `schema.invalid`, `schema.not_mfjs` (Q8), `schema.suspicious`: at most one of each for a tool, at the first place.
func detectSchema(
  of tool: ChatRequest.Tool, _ tools: ToolSet, _ number: Int, _ request: ChatRequest, _ findings: inout [Finding],
  _ bytes: borrowing Span<UInt8>
) {
  let path = request.path(of: tool, bytes) + "/parameters"
  let name = quoted(tools.names[number])
  if case .unusable(let error) = tools.parameters(of: number) {
    let place = if case .invalid(let violations) = error { violations.first?.instancePath ?? "" } else { "" }
    findings.append(
      Finding(.invalidSchema, path: path + place, "the parameters of \(name) cannot be checked against: \(error)"))
    return
  }
  let lint = SchemaLint.findings(in: tools.schemas[number])
  // What is wrong everywhere need not be said again of Moonshot.
  let suspicious = Set(lint.filter { $0.topic == .suspicious }.map(\.path))
  for (topic, kind, what) in topics {
    let found = lint.filter { $0.topic == topic && (topic == .suspicious || !suspicious.contains($0.path)) }
    guard let first = found.first else { continue }
    let more = found.count > 1 ? " (and \(found.count - 1) more)" : ""
    findings.append(
      Finding(kind, path: path + first.path, "\(what) of \(name): \(first.message); \(first.fix)\(more)"))
  }
}

private let topics: [(LintFinding.Topic, FindingKind, String)] = [
  (.mfjs, .foreignSchema, "Moonshot may refuse the parameters"),
  (.suspicious, .suspiciousSchema, "the parameters"),
]
