// SPDX-License-Identifier: Apache-2.0
import JSON

/// Paths are about bodies. What else a record has of them goes with what they take out.
extension Redactor {
  /// What the record repeats of the bodies.
  mutating func redactDetails(_ record: inout StoredExchange) {
    for index in record.edits.indices where depth(of: record.edits[index].pointer) != nil {
      record.edits[index].before = Redaction.mark
      record.edits[index].after = Redaction.mark
    }
    for index in record.findings.indices { redact(&record.findings[index]) }
    for index in record.repairs.indices where isCovered(record.repairs[index]) { Self.redact(&record.repairs[index]) }
    for index in record.calls.indices {
      let call = record.calls[index]
      guard let arguments = bodies.arguments(of: call) else { continue }
      record.calls[index].arguments = arguments
      record.calls[index].violations = ""
      for number in record.repairs.indices where record.repairs[number].choice == call.choice { Self.redact(&record.repairs[number]) }
      for number in record.findings.indices where record.findings[number].call != nil { record.findings[number].message = Redaction.mark }
    }
  }

  /// Of what a finding quotes nobody can say where it lay: an error's message, an event that is no JSON, the name of an argument. Its
  /// path leads as far as what was taken out, and nowhere where it is one into arguments.
  private func redact(_ finding: inout StoredFinding) {
    if let depth = depth(of: finding.path) {
      finding.message = Redaction.mark
      finding.path = (try? JSONPointer(finding.path)).map { JSONPointer(tokens: Array($0.tokens.prefix(depth))).description } ?? ""
    } else {
      Self.cutQuotations(&finding.message)
    }
    if finding.call != nil { finding.path = "" }
  }

  /// Leaves what stands before the first quotation. An apostrophe begins none.
  static func cutQuotations(_ message: inout String) {
    let bytes = message.utf8
    let start = bytes.indices.first { index in
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "("): true
      case UInt8(ascii: "'"): index == bytes.startIndex || [0x20, 0x28].contains(bytes[bytes.index(before: index)])
      default: false
      }
    }
    if let start { message = message[..<start] + Redaction.mark }
  }

  /// The path of a repair is a member of a choice's message, or leads on from its arguments.
  private static func redact(_ repair: inout StoredRepair) {
    repair.before = Redaction.mark
    repair.after = Redaction.mark
    if let slash = repair.path.utf8.firstIndex(of: UInt8(ascii: "/")) { repair.path = String(repair.path[..<slash]) }
  }

  /// Whether it was one of a text that is taken out.
  private func isCovered(_ repair: StoredRepair) -> Bool {
    guard ["content", "reasoning"].contains(repair.path) else { return false }
    let names = repair.path == "content" ? ["content"] : ["reasoning", "reasoning_content"]
    return ["message", "delta"].contains { part in names.contains { depth(of: "/choices/\(repair.choice)/\(part)/\($0)") != nil } }
  }

  private func depth(of pointer: String) -> Int? {
    guard !pointer.isEmpty, let pointer = try? JSONPointer(pointer) else { return nil }
    return rules.paths.compactMap { $0.depth(in: pointer) }.min()
  }
}
