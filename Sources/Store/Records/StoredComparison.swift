// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import JSON

/// One answer held against another to the same request: a vendor's against the reference's, or the reference's own
/// second against its first.
package struct StoredComparison: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// A vendor's answer against the reference's.
    case vendor
    /// The reference's second answer (`answer`) against its first (`other`): the noise floor. `vendor` is its name.
    case reference
  }

  /// Its place in the order of writing; 0 until it is written.
  package var id: Int64 = 0
  /// When the exchange began, milliseconds since the Unix epoch.
  package var time: Int64
  package var kind: Kind
  /// The live exchange that was shadowed; nil where there was none.
  package var exchange: String?
  package var vendor: String
  /// As the client named it.
  package var model: String
  package var reference: String
  /// The conversation's digest, in hexadecimal.
  package var conversation: String
  /// The vendor's, by its raw finish reason in the first attempt.
  package var answer: Side
  package var other: Side
  /// False where the arguments of calls are gone and only which are alike is left: see ``forgetArguments()``.
  package var hasArguments = true
  /// Keys of the exchange's own, for the writer to look for in calls and finish reasons. Never written.
  package var secrets: [String] = []

  package init(
    time: Int64, kind: Kind = .vendor, exchange: String? = nil, vendor: String, model: String, reference: String,
    conversation: String = "", answer: Side, other: Side
  ) {
    (self.time, self.kind, self.exchange, self.vendor, self.model) = (time, kind, exchange, vendor, model)
    (self.reference, self.conversation, self.answer, self.other) = (reference, conversation, answer, other)
  }

  /// nil where a side has no finish reason, so that they are not compared.
  package var cell: Cell? { Cell(vendor: answer.finish, reference: other.finish) }

  /// `tp`, `fp`, `fn`, `tn` or `none`.
  package var cellName: String { cell.map { $0.rawValue.lowercased() } ?? "none" }

  /// The tools that either side called, each once, in order of bytes.
  package var tools: [String] {
    Set((answer.calls + other.calls).map { JSONString(utf8: $0.name) }).sorted().map(\.string)
  }

  /// The vendor's prompt tokens less the reference's.
  package var promptTokenDifference: Int? {
    guard let mine = answer.promptTokens, let its = other.promptTokens else { return nil }
    let (difference, isTooLarge) = mine.subtractingReportingOverflow(its)
    return isTooLarge ? nil : difference
  }

  /// Where both called: whether they made the same calls.
  package var payloadsAgree: Bool? { payload(telling: 0)?.isSameArguments }

  /// Where both called: how the calls differ.
  package var payload: PayloadComparison? { payload(telling: 32) }

  private func payload(telling limit: Int) -> PayloadComparison? {
    guard cell == .truePositive, !answer.calls.isEmpty || !other.calls.isEmpty else { return nil }
    return PayloadComparison(vendor: answer.calls, reference: other.calls, limit: limit)
  }

  /// Takes out what the conversation was about: the arguments become numbers, the same for calls of a tool that agree, so
  /// that every count of ``Ledger`` stays what it was.
  package mutating func forgetArguments() {
    var numbers: [CallMeaning: Int] = [:]
    func numbered(_ call: ToolCall) -> ToolCall {
      let meaning = CallMeaning(call)
      let number = numbers[meaning] ?? numbers.count
      numbers[meaning] = number
      return ToolCall(name: call.name, arguments: Array(String(number).utf8), isValid: call.isValid)
    }
    answer.calls = answer.calls.map(numbered)
    other.calls = other.calls.map(numbered)
    hasArguments = false
  }

  /// Hundreds are read at once, and a call may have megabytes: of such only which are alike is kept.
  package mutating func boundArguments() {
    if hasArguments, queuedBytes > 64 << 10 { forgetArguments() }
  }

  var queuedBytes: Int {
    (answer.calls + other.calls).reduce(512) { $0 + 64 + $1.name.count + $1.arguments.count }
  }
}
