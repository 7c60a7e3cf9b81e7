// SPDX-License-Identifier: Apache-2.0
import Inspection

/// What Belay says of an answer: in `x-belay-*` headers where the verdict is known before the body goes out, and in a comment
/// before the end of a stream.
package struct Annotation: Sendable {
  /// Of the calls that the client receives.
  package enum Verdict: String, Sendable {
    /// Not known yet.
    case none
    /// Every call is valid, or there is none and none was lost.
    case valid
    case invalid
    /// There are calls, and their schemas cannot be used to judge them; or there may be, in what was not read.
    case unknown

    init(of answer: ResponseSummary) {
      self.init(answer.choices.count == 1 ? answer.choices[0].calls : answer.choices.flatMap(\.calls))
      let isRead = answer.isReadable && !answer.isHTML && answer.events > 0 && !answer.hasTooManyChoices && !answer.choices.contains(where: \.hasLegacyCall)
      if self == .valid, answer.isSuccess, !isRead { self = .unknown }
    }

    private init(_ calls: [AssembledCall]) {
      if calls.contains(where: { $0.verdict?.valid == false }) {
        self = .invalid
      } else {
        self = calls.contains { $0.verdict?.valid == nil } ? .unknown : .valid
      }
    }
  }

  var attempts: Int
  var verdict: Verdict
  var repairs: [Repair]
  var isExhausted: Bool

  var fields: [(name: String, value: String)] {
    var fields = [(name: "x-belay-attempts", value: String(attempts))]
    if verdict != .none { fields.append(("x-belay-verdict", verdict.rawValue)) }
    if !repairs.isEmpty { fields.append(("x-belay-repairs", rules)) }
    return fields
  }

  /// A line `: belay attempts=2 verdict=valid repairs=call_id,tool_name`. No blank line follows it: OpenAI's Python SDK takes one
  /// for the end of an event if any event before had an `id`.
  var comment: String {
    ": belay attempts=\(attempts) verdict=\(verdict == .none ? "unknown" : verdict.rawValue)"
      + (repairs.isEmpty ? "" : " repairs=\(rules)") + (isExhausted ? " exhausted" : "") + "\n"
  }

  /// Each rule once, in the order of their first use.
  private var rules: String {
    var names: [String] = []
    for repair in repairs where !names.contains(repair.rule.rawValue) { names.append(repair.rule.rawValue) }
    return names.joined(separator: ",")
  }
}
