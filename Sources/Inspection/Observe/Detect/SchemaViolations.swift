// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// `arguments.schema.…` (R50 to R55) by the family of the keyword, and `arguments.nested_string` (R46) beside the violation of
/// `type` that it is. At most `CallVerdict.violationLimit` violations of a call are told; the last one says how many more
/// there are.
func detectSchemaViolations(of call: AssembledCall, _ report: inout FindingReport) {
  guard let verdict = call.verdict else { return }
  for (number, violation) in verdict.violations.enumerated() {
    // Arguments that are no object at all have a finding of their own.
    if violation.keyword == "type", violation.instancePath.isEmpty { continue }
    let isLast = number == verdict.violations.count - 1
    let more = isLast && verdict.furtherViolations > 0 ? " (and \(verdict.furtherViolations) more)" : ""
    report.add(
      kind(of: violation.keyword), path: violation.instancePath, range: violation.range, violation.message + more)
    if violation.keyword == "type", let inner = nestedValue(at: violation, in: call.arguments) {
      report.add(
        .argumentsNestedString, path: violation.instancePath, range: violation.range,
        "the string holds the \(inner) that is wanted here: encoded once too often")
    }
  }
}

private func kind(of keyword: String) -> FindingKind {
  switch keyword {
  case "required", "dependentRequired", "dependencies", "dependentSchemas": .schemaRequired
  case "additionalProperties", "unevaluatedProperties", "propertyNames", "false": .schemaAdditional
  case "type": .schemaType
  case "enum", "const": .schemaEnum
  case "anyOf", "oneOf", "allOf", "not", "if", "then", "else": .schemaAlternatives
  case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "minProperties", "maxProperties", "minContains", "maxContains", "contains", "uniqueItems",
    "additionalItems", "unevaluatedItems":
    .schemaLimits
  default: .schemaOther
  }
}

/// The kind of the array or object that a string holds, where the schema wants one.
private func nestedValue(at violation: Violation, in arguments: [UInt8]) -> String? {
  let isArray = violation.want.contains("array")
  guard isArray || violation.want.contains("object"), arguments.indices.contains(violation.range.lowerBound), violation.range.upperBound <= arguments.count,
    arguments[violation.range.lowerBound] == UInt8(ascii: "\""),
    let text = try? JSONValue(parsing: arguments.span.extracting(violation.range)).utf8,
    let kind = text.utf8.span.jsonKind, kind == .array || kind == .object, jsonError(in: text.utf8.span) == nil
  else { return nil }
  let isWanted = kind == .array ? isArray : violation.want.contains("object")
  return isWanted ? kind == .array ? "array" : "object" : nil
}
