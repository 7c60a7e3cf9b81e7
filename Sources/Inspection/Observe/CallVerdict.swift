// SPDX-License-Identifier: Apache-2.0
package import JSONSchema

/// Both verdicts on one call, side by side.
package struct CallVerdict: Equatable, Sendable {
  /// What `tool_calls_eval.py` would say, quirks included.
  package var k2vvValid: Bool
  /// What a careful engineer would say. `nil` when it cannot be decided, which is the schema's fault or a limit's.
  package var valid: Bool?
  /// Where the arguments break the schema, at most `violationLimit` of them.
  package var violations: [Violation] = []
  /// How many more there are.
  package var furtherViolations = 0

  /// More help nobody: a list of a thousand wrong elements has one cause.
  package static let violationLimit = 8

  /// What judging all calls of an answer may cost, in schemas entered (see `Validator.allowance`): four calls that take all that one
  /// may. What is not decided then is no call's fault.
  static let workLimit = 4_000_000

  package init(k2vvValid: Bool, valid: Bool?, violations: [Violation] = [], furtherViolations: Int = 0) {
    self.k2vvValid = k2vvValid
    self.valid = valid
    self.violations = violations
    self.furtherViolations = furtherViolations
  }
}

extension ResponseSummary {
  /// Of every call all that came is here: whoever writes one of another anew would cut it off.
  package var keepsAllCalls: Bool { !choices.contains { $0.calls.contains { $0.quirks.contains(.tooLong) } } }

  /// Gives every call its verdicts.
  package mutating func judge(against request: RequestFacts) {
    var allowance = CallVerdict.workLimit
    for choice in choices.indices where !choices[choice].calls.isEmpty {
      let longest = choices[choice].calls.reduce(0) { max($0, $1.arguments.count) }
      request.tools.judging(longest) { validator in
        validator.allowance = allowance
        defer { allowance = validator.allowance }
        for call in choices[choice].calls.indices {
          choices[choice].calls[call].verdict = verdict(on: choices[choice].calls[call], request, &validator)
        }
      }
    }
  }
}

/// The verdicts on one call.
///
/// K2VV overwrites a call's name with every piece that has one, so it judges the last; it joins the arguments, as is done
/// here. Which pieces make one call it decides by `index` alone; that rule is not followed (`Replay` does, to the letter).
private func verdict(
  on call: AssembledCall, _ request: RequestFacts, _ validator: inout Validator
) -> CallVerdict {
  let tools = request.tools
  guard !call.quirks.contains(.tooLong) else { return CallVerdict(k2vvValid: false, valid: nil) }
  let arguments = call.arguments.span
  let lastName = call.nameFragments.last ?? call.name
  let k2vvValid =
    tools.index(of: lastName.span).map { tools.isK2VVValid(call.arguments, for: $0, validator: &validator) } ?? false
  var verdict = CallVerdict(k2vvValid: k2vvValid, valid: false)
  guard let tool = tools.index(of: call.name.span), jsonError(in: arguments) == nil else { return verdict }
  // Which of the two a client runs is not known, nor what it makes of such a number.
  if call.quirks.contains(.otherPayload) || hasLongNumber(arguments) {
    verdict.valid = nil
    return verdict
  }
  if tools.isBuiltin(tool) {
    verdict.valid = true
    return verdict
  }
  switch tools.parameters(of: tool) {
  case .none:
    verdict.valid = arguments.isObject
  case .unusable:
    verdict.valid = nil
  case .schema(let schema):
    switch validator.validate(arguments, with: schema) {
    case .valid: verdict.valid = true
    case .notJSON: break
    case .broken: verdict.valid = nil
    case .invalid:
      let found = validator.violations(in: arguments, with: schema, limit: CallVerdict.violationLimit)
      verdict.violations = found.violations
      verdict.furtherViolations = found.further
    }
  }
  return verdict
}

extension Span<UInt8> {
  /// Whether JSON text is an object.
  var isObject: Bool {
    for index in indices where !self[index].isWhiteSpace { return self[index] == UInt8(ascii: "{") }
    return false
  }
}
