// SPDX-License-Identifier: Apache-2.0
import Fidelity

/// Applies a ``Redaction`` to records, on the writer's thread. It fails closed: with paths set, a body that cannot be read as
/// JSON or as a stream of it is left out, since what is in it cannot be known; and so is one that is compressed, whatever is set.
struct Redactor {
  let rules: Redaction
  private let known: SecretSearch
  var bodies: BodyRedactor
  private var names = HeaderNames()

  init(_ rules: Redaction) {
    self.rules = rules
    known = SecretSearch(rules.secrets, isBounded: false)
    bodies = BodyRedactor(paths: rules.paths)
  }

  mutating func redact(_ record: inout StoredExchange) {
    let secrets = searches(for: record)
    record.secrets = []
    record.path = QueryKeys.removed(from: record.path)
    // What the client received is kept without its headers: a vendor's answer may be passed on as it came.
    if record.attempts.contains(where: { $0.response?.isCoded == true }), record.response?.isText == false { record.response?.omitBody() }
    var isAsked = redact(&record.request, secrets.asked)
    for index in record.attempts.indices {
      // What the proxy tells a model quotes it.
      isAsked = redact(&record.attempts[index].request, secrets.asked) || isAsked
    }
    // They may have what the question had, and what paths take out.
    let tokens = isAsked || !rules.paths.isEmpty ? SecretSearch.TokensGone.all : .whereFound
    redact(&record.response, secrets.answered, tokens: tokens, isQuoting: !record.error.isEmpty)
    for index in record.attempts.indices { redact(&record.attempts[index].response, secrets.answered, tokens: tokens) }
    if !rules.paths.isEmpty { redactDetails(&record) }
    clear(&record, secrets)
    for index in record.comparisons.indices { redact(&record.comparisons[index], secrets.answered) }
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
    func holds(_ side: Side) -> Bool {
      if case .other(let reason) = side.finish, secrets.cleared(reason) != nil { return true }
      return side.calls.contains { secrets.occurs(in: $0.name.span) || secrets.occurs(in: $0.arguments.span) }
    }
    return secrets.occurs(inBody: job.body) || secrets.cleared(job.model) != nil || holds(job.answer) || job.first.map(holds) == true
  }

  /// What an exchange is searched for.
  private struct Searches {
    /// What came of the client.
    var asked: SecretSearch
    /// What came of vendors, and what is said of it.
    var answered: SecretSearch
  }

  /// Its own headers and path show keys too, for what comes without its ``StoredExchange/secrets``. What cannot be searched for all of
  /// them is not kept: of a request with too many nothing is, of an answer with too many nothing that came of vendors.
  private mutating func searches(for record: StoredExchange) -> Searches {
    var keys = QueryKeys.values(in: record.path)
    guard !Redaction.areTooMany(keys) else { return Searches(asked: .everything, answered: .everything) }
    for request in [record.request] + record.attempts.map(\.request) {
      guard let more = self.keys(in: request, isAnswer: false) else { return Searches(asked: .everything, answered: .everything) }
      keys += more
    }
    keys += record.secrets
    var said: [String] = []
    for answer in [record.response] + record.attempts.map(\.response) {
      guard let more = self.keys(in: answer, isAnswer: true) else { return Searches(asked: known.adding(keys), answered: .everything) }
      said += more
    }
    let search = known.adding(keys + said)
    return Searches(asked: search, answered: search)
  }

  /// Nil where there are too many.
  private mutating func keys(in message: StoredMessage?, isAnswer: Bool) -> [String]? {
    guard let message else { return [] }
    var keys: [String] = []
    for header in message.headers where keys.count <= Redaction.mostSecrets {
      let isKey = names.holdsKey(header.name, rules)
      keys += isKey ? Redaction.keys(inHeader: header.name, header.value, isAnswer: isAnswer) : Redaction.keys(inValue: header.value)
    }
    return Redaction.areTooMany(keys) ? nil : keys
  }

  /// - Parameter isQuoting: whether it may have an error of the proxy's own, which quotes what came of clients and vendors.
  /// - Returns: whether the body had a secret, or may have had one.
  @discardableResult
  private mutating func redact(
    _ message: inout StoredMessage?, _ secrets: SecretSearch, tokens: SecretSearch.TokensGone? = nil, isQuoting: Bool = false
  ) -> Bool {
    guard var part = message else { return false }
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
    if part.isCoded || part.hides(secrets) { part.omitBody() }
    let isFound = secrets.clear(&part, tokens: tokens) || part.omittedBytes > 0
    // Behind the keys: of one over several parts, a path may take one and leave what is no key any more.
    if !rules.paths.isEmpty, bodies.redact(&part, isQuoting: isQuoting) { part.text = nil }
    message = part
    return isFound
  }

  /// What clients and vendors name as they like, and what is said of it.
  private func clear(_ record: inout StoredExchange, _ searches: Searches) {
    searches.asked.clear(&record.method)
    searches.asked.clear(&record.path)
    searches.asked.clear(&record.model)
    for index in record.attempts.indices { searches.asked.clear(&record.attempts[index].model) }
    let secrets = searches.answered
    secrets.clear(&record.error)
    secrets.clear(&record.firstFinishReason)
    secrets.clear(&record.finishReason)
    for index in record.attempts.indices {
      secrets.clear(&record.attempts[index].error)
      secrets.clear(&record.attempts[index].finishReason)
    }
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
