// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON

extension ExchangeCheck {
  /// One JSON object for programs.
  package var json: [UInt8] {
    var object: JSONObject = ["exit": JSONValue(Int(outcome.rawValue))]
    if let problem {
      object["problem"] = JSONValue(problem)
      return JSONWriter.bytes(of: .object(object))
    }
    object["request"] = [
      "model": JSONValue(model), "generation": JSONValue(generation.rawValue), "tools": JSONValue(toolCount),
      "edits": .array(edits.map(Self.json)), "findings": .array(requestFindings.map(Self.json)),
    ]
    if let response, let mended {
      object["response"] = Self.json(response)
      object["repairs"] = .array(repairs.map(Self.json))
      object["repaired"] = Self.json(mended)
    }
    return JSONWriter.bytes(of: .object(object))
  }

  private static func json(_ summary: ResponseSummary) -> JSONValue {
    [
      "choices": .array(
        summary.choices.map { choice in
          [
            "index": JSONValue(choice.index), "finish_reason": choice.finishReason.map { JSONValue($0) } ?? .null,
            "tool_calls": .array(choice.calls.map(json)),
          ]
        }),
      "findings": .array(summary.findings.map(json)),
    ]
  }

  private static func json(_ call: AssembledCall) -> JSONValue {
    [
      "id": JSONValue(call.idText), "name": JSONValue(call.nameText), "arguments": text(call.arguments),
      "valid": call.verdict?.valid.map { JSONValue($0) } ?? .null,
      "k2vv_valid": call.verdict.map { JSONValue($0.k2vvValid) } ?? .null,
      "violations": (try? JSONValue(parsing: Array(ViolationList.json(call.verdict?.violations ?? []).utf8))) ?? [],
    ]
  }

  private static func json(_ finding: Finding) -> JSONValue {
    [
      "code": JSONValue(finding.code), "message": JSONValue(finding.message),
      "choice": finding.choice.map { JSONValue($0) } ?? .null, "call": finding.call.map { JSONValue($0) } ?? .null,
      "path": finding.path.map { JSONValue($0) } ?? .null,
    ]
  }

  private static func json(_ edit: RequestEdit) -> JSONValue {
    ["path": JSONValue(edit.path), "rule": JSONValue(edit.ruleName), "before": text(edit.before), "after": text(edit.after)]
  }

  private static func json(_ repair: Repair) -> JSONValue {
    [
      "rule": JSONValue(repair.rule.rawValue), "choice": JSONValue(repair.choice),
      "call": repair.call.map { JSONValue($0) } ?? .null, "field": JSONValue(repair.field), "before": text(repair.before),
      "after": text(repair.after),
    ]
  }

  private static func text(_ bytes: [UInt8]) -> JSONValue { .string(JSONString(utf8: bytes)) }
}
