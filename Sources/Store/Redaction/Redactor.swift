// SPDX-License-Identifier: Apache-2.0
import JSON

/// Applies a ``Redaction`` to records, on the writer's thread. It fails closed: with paths set, a body that cannot be read as
/// JSON or as a stream of it is left out, since what is in it cannot be known.
struct Redactor {
  private let rules: Redaction
  private var bodies: BodyRedactor

  init(_ rules: Redaction) {
    self.rules = rules
    bodies = BodyRedactor(paths: rules.paths)
  }

  mutating func redact(_ record: StoredExchange) -> StoredExchange {
    var record = record
    let secrets = SecretSearch(rules.secrets + keys(in: record))
    record.path = secrets.clear(Self.withoutKeys(record.path))
    redact(&record.request, secrets)
    redact(&record.response, secrets)
    for index in record.attempts.indices {
      redact(&record.attempts[index].request, secrets)
      redact(&record.attempts[index].response, secrets)
      record.attempts[index].error = secrets.clear(record.attempts[index].error)
    }
    if !rules.paths.isEmpty { redactDetails(&record) }
    if !secrets.isEmpty { clearDetails(&record, secrets) }
    return record
  }

  /// The keys that the exchange's own headers hold, without a scheme.
  private func keys(in record: StoredExchange) -> [String] {
    let messages = [record.request, record.response] + record.attempts.flatMap { [$0.request, $0.response] }
    return messages.compactMap(\.self).flatMap(\.headers)
      .filter { Redaction.alwaysRedacted.contains($0.name.lowercased()) && !$0.name.lowercased().hasSuffix("cookie") }
      .compactMap { $0.value.split(separator: " ").last.map(String.init) }
  }

  private mutating func redact(_ message: inout StoredMessage?, _ secrets: SecretSearch) {
    guard var part = message else { return }
    for index in part.headers.indices {
      let isHidden = rules.hides(header: part.headers[index].name)
      part.headers[index].value = isHidden ? Redaction.mark : secrets.clear(part.headers[index].value)
    }
    if !rules.paths.isEmpty, bodies.redact(&part) { part.text = nil }
    secrets.clear(&part)
    message = part
  }

  /// What the record repeats of the bodies.
  private mutating func redactDetails(_ record: inout StoredExchange) {
    for index in record.edits.indices where isCovered(record.edits[index].pointer) {
      record.edits[index].before = Redaction.mark
      record.edits[index].after = Redaction.mark
    }
    for index in record.findings.indices where isCovered(record.findings[index].path) { record.findings[index].message = Redaction.mark }
    for index in record.calls.indices {
      let call = record.calls[index]
      guard let arguments = bodies.arguments(of: call) else { continue }
      record.calls[index].arguments = arguments
      record.calls[index].violations = ""
      for number in record.repairs.indices where record.repairs[number].choice == call.choice {
        record.repairs[number].before = Redaction.mark
        record.repairs[number].after = Redaction.mark
      }
      for number in record.findings.indices where record.findings[number].call != nil { record.findings[number].message = Redaction.mark }
      for number in record.comparisons.indices { record.comparisons[number].details = "" }
    }
  }

  private func isCovered(_ pointer: String) -> Bool {
    guard !pointer.isEmpty, let pointer = try? JSONPointer(pointer) else { return false }
    return rules.paths.contains { $0.covers(pointer) }
  }

  private func clearDetails(_ record: inout StoredExchange, _ secrets: SecretSearch) {
    for index in record.edits.indices {
      record.edits[index].before = secrets.clear(record.edits[index].before)
      record.edits[index].after = secrets.clear(record.edits[index].after)
    }
    for index in record.findings.indices { record.findings[index].message = secrets.clear(record.findings[index].message) }
    for index in record.calls.indices {
      record.calls[index].arguments = secrets.clear(record.calls[index].arguments)
      record.calls[index].violations = secrets.clear(record.calls[index].violations)
    }
    for index in record.repairs.indices {
      record.repairs[index].before = secrets.clear(record.repairs[index].before)
      record.repairs[index].after = secrets.clear(record.repairs[index].after)
    }
    for index in record.comparisons.indices { record.comparisons[index].details = secrets.clear(record.comparisons[index].details) }
  }

  /// `?key=...` and its like.
  static func withoutKeys(_ path: String) -> String {
    guard let mark = path.firstIndex(of: "?") else { return path }
    let parameters = path[path.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false).map { parameter in
      guard let equals = parameter.firstIndex(of: "="),
        Redaction.keyParameters.contains(parameter[..<equals].lowercased())
      else { return String(parameter) }
      return parameter[...equals] + Redaction.mark
    }
    return path[...mark] + parameters.joined(separator: "&")
  }
}
