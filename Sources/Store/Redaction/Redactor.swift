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
    let secrets = known.adding(record.secrets + keys)
    record.secrets = []
    record.path = QueryKeys.removed(from: record.path)
    redact(&record.request, secrets, isAnswer: false)
    redact(&record.response, secrets, isAnswer: true)
    for index in record.attempts.indices {
      redact(&record.attempts[index].request, secrets, isAnswer: false)
      redact(&record.attempts[index].response, secrets, isAnswer: true)
    }
    if !rules.paths.isEmpty { redactDetails(&record) }
    if !secrets.isEmpty {
      clearFields(&record, secrets)
      clearDetails(&record, secrets)
    }
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
    secrets.clear(&record.model)
    clear(&record.answer, secrets)
    clear(&record.other, secrets)
  }

  private func clear(_ side: inout Side, _ secrets: SecretSearch) {
    if case .other(let reason) = side.finish, let cleared = secrets.cleared(reason) { side.finish = .other(cleared) }
    for index in side.calls.indices {
      secrets.clear(&side.calls[index].name)
      secrets.clear(&side.calls[index].arguments)
    }
  }

  /// Whether a key lies in what would have to be kept as it is, or not at all.
  func hasSecret(_ job: StoredShadowJob) -> Bool {
    let secrets = known.adding(job.secrets)
    guard !secrets.isEmpty else { return false }
    func holds(_ side: Side) -> Bool {
      if case .other(let reason) = side.finish, secrets.cleared(reason) != nil { return true }
      return side.calls.contains { secrets.occurs(in: $0.name.span) || secrets.occurs(in: $0.arguments.span) }
    }
    return secrets.occurs(in: job.body.span) || secrets.cleared(job.model) != nil || holds(job.answer) || job.first.map(holds) == true
  }

  /// The keys that the exchange's own headers and path hold, for what comes without its ``StoredExchange/secrets``.
  private mutating func keys(in record: StoredExchange) -> [String] {
    var keys = QueryKeys.values(in: record.path)
    func add(_ message: StoredMessage?, isAnswer: Bool) {
      guard let message else { return }
      for header in message.headers where names.holdsKey(header.name, rules) {
        keys += Redaction.keys(inHeader: header.name, header.value, isAnswer: isAnswer)
      }
    }
    add(record.request, isAnswer: false)
    add(record.response, isAnswer: true)
    for attempt in record.attempts {
      add(attempt.request, isAnswer: false)
      add(attempt.response, isAnswer: true)
    }
    return keys
  }

  private mutating func redact(_ message: inout StoredMessage?, _ secrets: SecretSearch, isAnswer: Bool) {
    guard var part = message else { return }
    // Let go of, so that what follows changes it in place.
    message = nil
    for index in part.headers.indices {
      if names.isHidden(part.headers[index].name, rules) {
        part.headers[index].value = Redaction.mark
      } else {
        secrets.clear(&part.headers[index].value)
      }
      secrets.clear(&part.headers[index].name)
    }
    if !rules.paths.isEmpty, bodies.redact(&part) { part.text = nil }
    if isAnswer { secrets.clear(answer: &part) } else { secrets.clear(&part) }
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

  /// What clients and vendors name as they like, and what is said of it.
  private func clearFields(_ record: inout StoredExchange, _ secrets: SecretSearch) {
    secrets.clear(&record.method)
    secrets.clear(&record.path)
    secrets.clear(&record.model)
    secrets.clear(&record.error)
    secrets.clear(&record.firstFinishReason)
    secrets.clear(&record.finishReason)
    for index in record.attempts.indices {
      secrets.clear(&record.attempts[index].model)
      secrets.clear(&record.attempts[index].error)
      secrets.clear(&record.attempts[index].finishReason)
    }
  }

  private func clearDetails(_ record: inout StoredExchange, _ secrets: SecretSearch) {
    for index in record.edits.indices {
      secrets.clear(&record.edits[index].pointer)
      secrets.clear(&record.edits[index].before)
      secrets.clear(&record.edits[index].after)
    }
    for index in record.findings.indices {
      secrets.clear(&record.findings[index].path)
      secrets.clear(&record.findings[index].message)
    }
    for index in record.calls.indices {
      secrets.clear(&record.calls[index].name)
      secrets.clear(&record.calls[index].id)
      secrets.clear(&record.calls[index].arguments)
      secrets.clear(&record.calls[index].violations)
    }
    for index in record.repairs.indices {
      secrets.clear(&record.repairs[index].path)
      secrets.clear(&record.repairs[index].before)
      secrets.clear(&record.repairs[index].after)
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
