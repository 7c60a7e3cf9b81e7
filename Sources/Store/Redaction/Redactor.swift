// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON

/// Applies a ``Redaction`` to records, on the writer's thread. It fails closed: with paths set, a body that cannot be read as
/// JSON or as a stream of it is left out, since what is in it cannot be known.
struct Redactor {
  private let rules: Redaction
  private let known: SecretSearch
  private var bodies: BodyRedactor
  private var names = HeaderNames()

  init(_ rules: Redaction) {
    self.rules = rules
    known = SecretSearch(rules.secrets)
    bodies = BodyRedactor(paths: rules.paths)
  }

  mutating func redact(_ record: inout StoredExchange) {
    let keys = keys(in: record)
    let secrets = known.adding(keys)
    record.path = secrets.clear(QueryKeys.removed(from: record.path))
    redact(&record.request, secrets)
    redact(&record.response, secrets)
    for index in record.attempts.indices {
      redact(&record.attempts[index].request, secrets)
      redact(&record.attempts[index].response, secrets)
      if !secrets.isEmpty { record.attempts[index].error = secrets.clear(record.attempts[index].error) }
    }
    if !rules.paths.isEmpty { redactDetails(&record) }
    if !secrets.isEmpty { clearDetails(&record, secrets) }
    for index in record.comparisons.indices { redact(&record.comparisons[index], secrets) }
  }

  func redact(_ record: StoredComparison) -> StoredComparison {
    let secrets = known.adding(record.secrets)
    var record = record
    redact(&record, secrets)
    return record
  }

  /// Paths are about bodies, and of a call's arguments nobody can say any more where they lay: with any path set they go.
  private func redact(_ record: inout StoredComparison, _ secrets: SecretSearch) {
    record.secrets = []
    if !rules.paths.isEmpty, record.hasArguments { record.forgetArguments() }
    if secrets.isEmpty { return }
    for index in record.answer.calls.indices {
      record.answer.calls[index].arguments = secrets.clear(record.answer.calls[index].arguments)
    }
    for index in record.other.calls.indices {
      record.other.calls[index].arguments = secrets.clear(record.other.calls[index].arguments)
    }
  }

  /// Whether a key lies in what would have to be kept as it is, or not at all.
  func hasSecret(_ job: StoredShadowJob) -> Bool {
    let secrets = known.adding(job.secrets)
    let calls = job.answer.calls + (job.first?.calls ?? [])
    return secrets.occurs(in: job.body) || calls.contains { secrets.occurs(in: $0.arguments) }
  }

  /// The keys that the exchange's own headers and path hold.
  private mutating func keys(in record: StoredExchange) -> [String] {
    var keys = QueryKeys.values(in: record.path)
    func add(_ message: StoredMessage?) {
      guard let message else { return }
      for header in message.headers where names.holdsKey(header.name, rules) {
        if let key = Redaction.key(in: header.value) { keys.append(key) }
      }
    }
    add(record.request)
    add(record.response)
    for attempt in record.attempts {
      add(attempt.request)
      add(attempt.response)
    }
    return keys
  }

  private mutating func redact(_ message: inout StoredMessage?, _ secrets: SecretSearch) {
    guard var part = message else { return }
    // Let go of, so that what follows changes it in place.
    message = nil
    for index in part.headers.indices {
      if names.isHidden(part.headers[index].name, rules) {
        part.headers[index].value = Redaction.mark
      } else if !secrets.isEmpty {
        part.headers[index].value = secrets.clear(part.headers[index].value)
      }
    }
    if !rules.paths.isEmpty, bodies.redact(&part) { part.text = nil }
    if !secrets.isEmpty { secrets.clear(&part) }
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
  }
}

/// What header fields hold, by name. The same dozen names come with every exchange: each is looked up in the rules once.
private struct HeaderNames {
  private struct Kind {
    var isHidden: Bool
    var holdsKey: Bool
  }

  /// Clients choose names.
  private static let most = 1024
  private var kinds: [String: Kind] = [:]

  mutating func isHidden(_ name: String, _ rules: Redaction) -> Bool { kind(name, rules).isHidden }
  mutating func holdsKey(_ name: String, _ rules: Redaction) -> Bool { kind(name, rules).holdsKey }

  private mutating func kind(_ name: String, _ rules: Redaction) -> Kind {
    if let kind = kinds[name] { return kind }
    let kind = Kind(isHidden: rules.hides(header: name), holdsKey: rules.holdsKey(header: name))
    if kinds.count >= Self.most { kinds.removeAll() }
    kinds[name] = kind
    return kind
  }
}
