// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// What a model is told of one of its calls: what is wrong, where, and what to do.
func feedback(on call: FailedCall, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> String {
  if request.toolChoice == .none { return "Not run: no tool can be called now. Answer in text." }
  switch call.problem {
  case .none:
    return "Not run, because another call of the same turn was wrong. There is nothing wrong with this call: make it again."
  case .unknownTool:
    return "Error: there is no tool named \(quoted(call.name)). \(declaredTools(request, bytes))"
  case .notJSON(let reason):
    return "Error: the arguments are not a JSON object: \(reason). They were: \(excerpt(call.arguments.span, limit: 300))\n\(again)"
  case .violations(let violations):
    var text = "Error: the arguments do not match the schema of \(quoted(call.name)):"
    // Each message begins with its place.
    for violation in violations.prefix(listLimit) {
      text += "\n- \(violation.message)"
    }
    if violations.count > listLimit { text += "\n- and \(violations.count - listLimit) more" }
    if !call.hasObject { text += "\nThe arguments were: \(excerpt(call.arguments.span, limit: 300))" }
    return text + "\n" + again
  }
}

private let again = "Make the call again with arguments that are one JSON object and match the schema."
private let listLimit = 10

private func declaredTools(_ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> String {
  var names: [String] = []
  for tool in request.tools.prefix(128) { names.append(quoted(request.index.decodedID(tool.name, of: bytes) ?? [])) }
  return names.isEmpty
    ? "No tools can be called: answer in text." : "Call one of these, or answer in text: \(names.joined(separator: ", "))."
}
