// SPDX-License-Identifier: Apache-2.0
import Store

extension ShowLines {
  /// What the client received: text as it was put together, and each call with marks under what is wrong with it.
  mutating func addAnswer() {
    let response = exchange.receivedResponse
    let size = response.map { $0.body.count + $0.omittedBytes } ?? exchange.responseBytes
    let omitted = response?.omittedBytes ?? size
    let coding = response?.coding.map { ": it is compressed (\($0)), and cannot be searched for keys" } ?? ""
    let missing = omitted == 0 ? "" : omitted == size ? ", not kept\(coding)" : ", the last \(Quantity.bytes(omitted)) not kept"
    section("answer", Quantity.bytes(size) + missing)
    if let response { addTexts(response) }
    let attempts = Set(exchange.calls.map(\.attempt))
    for attempt in attempts.sorted() {
      let calls = exchange.calls.filter { $0.attempt == attempt }
      if exchange.attempts.count > 1 { text("calls of attempt \(attempt + 1)", indent: 2, style: .dim) }
      addCalls(calls, attempt)
    }
  }

  private mutating func addTexts(_ response: StoredMessage) {
    let answer = AnswerText(response.body)
    if answer.isOther, answer.choices.isEmpty {
      text(String(decoding: response.body, as: UTF8.self), indent: 2, limit: Self.shortText)
    }
    for (index, choice) in answer.choices.sorted(by: { $0.key < $1.key }) {
      let which = answer.choices.count > 1 ? " \(index)" : ""
      if !choice.reasoning.isEmpty {
        text(String(decoding: choice.reasoning, as: UTF8.self), indent: 13, label: "  thinks\(which)", style: .dim, limit: Self.shortText)
      }
      if !choice.text.isEmpty {
        text(String(decoding: choice.text, as: UTF8.self), indent: 13, label: "  says\(which)", limit: Self.shortText * 2)
      }
    }
  }

  private mutating func addCalls(_ calls: [StoredCall], _ attempt: Int) {
    var numbers: [Int: Int] = [:]
    for call in calls {
      let number = numbers[call.choice, default: 0]
      numbers[call.choice] = number + 1
      let choice = Set(calls.map(\.choice)).count > 1 ? " of choice \(call.choice)" : ""
      let isBad = call.valid == false || call.k2vvValid == false
      text(
        "call \(number)\(choice): \(call.name)  [\(call.id.isEmpty ? "no id" : call.id)]  \(Self.verdict(call))", indent: 2,
        style: isBad ? .red : call.valid == true ? .green : .yellow)
      let findings = exchange.findings.filter {
        $0.call == number && ($0.choice ?? call.choice) == call.choice && ($0.attempt ?? attempt) == attempt
      }
      let violations = call.valid == true ? [] : MarkedViolation.all(of: call, findings: findings)
      if violations.isEmpty || isFull { text(call.arguments.isEmpty ? "(no arguments)" : call.arguments, indent: 4, limit: Self.shortText) }
      for violation in violations { add(violation, Array(call.arguments.utf8)) }
    }
  }

  private mutating func add(_ violation: MarkedViolation, _ arguments: [UInt8]) {
    let (line, mark) = MarkedText.lines(of: arguments, marking: violation.range, width: width - 4)
    lines += ["    " + line, "    " + paint(mark, .red)]
    let schema = violation.schemaPath.isEmpty ? "" : " (schema \(violation.schemaPath))"
    text(violation.message + schema, indent: 4, style: .red)
  }

  /// Both verdicts, side by side.
  private static func verdict(_ call: StoredCall) -> String {
    let valid = call.valid.map { $0 ? "valid" : "invalid" } ?? "not decided"
    guard let k2vv = call.k2vvValid else { return valid }
    return "\(valid), K2VV says \(k2vv ? "valid" : "invalid")"
  }
}
