// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON

/// A request that declares these tools: name and parameters as JSON ("" for none).
func facts(_ tools: [(name: String, schema: String)], history: [String] = [], forbidsCalls: Bool = false) -> RequestFacts {
  let set = ToolSet(
    names: ByteStrings(tools.map(\.name)), schemas: ByteStrings(tools.map(\.schema)), builtins: tools.map { $0.name.hasPrefix("$") },
    caches: SchemaCaches())
  var facts = RequestFacts(tools: set, callIDs: ByteStrings(history))
  facts.forbidsCalls = forbidsCalls
  return facts
}

/// A call as it would be assembled.
func call(
  _ name: String, _ arguments: String, id: String = "functions.f:0", index: Int? = 0, form: CallDelta.ArgumentsForm = .text,
  quirks: AssembledCall.Quirks = []
) -> AssembledCall {
  var call = AssembledCall(choice: 0, index: index)
  call.id = Array(id.utf8)
  call.name = Array(name.utf8)
  call.arguments = Array(arguments.utf8)
  call.argumentsForm = form
  call.quirks = quirks
  return call
}

/// A whole answer of one choice.
func answer(_ calls: [AssembledCall], finish: String? = "tool_calls", leak: String? = nil, inReasoning: Bool = false) -> ResponseSummary {
  var choice = ChoiceSummary(index: 0)
  choice.calls = calls
  choice.finishReason = finish
  if let leak {
    choice.leak = MarkupLeak(marker: .callBegin, isInReasoning: inReasoning, offset: 0, text: Array(leak.utf8))
    choice.hasText = !inReasoning
    choice.hasReasoning = inReasoning
  }
  var summary = ResponseSummary(format: .eventStream, ending: .complete)
  summary.choices = [choice]
  summary.isDone = true
  return summary
}

extension ResponseSummary {
  func mended(_ rules: Set<RepairRule>, _ request: RequestFacts, ids: ResponseIDs = .vendor) -> (summary: ResponseSummary, repairs: [Repair]) {
    var judged = self
    judged.judge(against: request)
    return judged.repaired(with: rules, request: request, ids: ids)
  }

  var first: ChoiceSummary { choices[0] }
}

extension Repair {
  /// `rule field: before -> after`
  var line: String {
    "\(rule.rawValue) \(field): \(String(decoding: before, as: UTF8.self)) -> \(String(decoding: after, as: UTF8.self))"
  }
}

extension AssembledCall {
  var argumentsText: String { String(decoding: arguments, as: UTF8.self) }
}

let allRules = Set(RepairRule.allCases)
