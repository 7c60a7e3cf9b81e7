// SPDX-License-Identifier: Apache-2.0
import Fidelity
import GRDB
import JSON

/// Keeps the shadow's queue. Runs inside the batch's transaction, so that a job goes with the comparison that it led to.
struct ShadowInserter {
  private let keep: PreparedStatement
  private let forget: PreparedStatement
  private let spent: PreparedStatement
  private let packer: Packer

  init(_ db: Database) throws {
    keep = try PreparedStatement(db, "INSERT OR REPLACE", into: "shadow_job", columns: 4)
    forget = try PreparedStatement(db, "DELETE FROM shadow_job WHERE exchange = ?")
    spent = try PreparedStatement(db, "INSERT OR REPLACE", into: "shadow_spent", columns: 4)
    packer = try Packer()
  }

  func write(_ note: ShadowNote) throws {
    switch note {
    case .keep(let job):
      try keep.run(
        .text(job.exchange), .integer(job.queuedAt), .text(job.head.description),
        .blob(packer.pack(job.body.span, searchable: false)))
    case .forget(let id): try forget.run(.text(id))
    case .spent(let day, let reference, let requests, let tokens):
      try spent.run(.integer(day), .text(reference), .int(requests), .int(tokens))
    }
  }
}

extension StoredShadowJob {
  /// The longest body that is read back.
  fileprivate static let bodyLimit = 64 << 20

  fileprivate var head: JSONValue {
    [
      "vendor": JSONValue(vendor), "model": JSONValue(model), "conversation": JSONValue(String(conversation)), "answer": answer.json,
      "first": first?.json ?? nil, "tokens": JSONValue(tokens), "repeated": JSONValue(isRepeated), "failures": JSONValue(failures),
      "reference": reference.map { JSONValue(String($0)) } ?? nil,
    ]
  }

  /// Nil for a row that this release did not write.
  fileprivate init?(_ row: SQLRow) {
    guard let head = try? JSONValue(parsing: row.blob(2)), let vendor = head["vendor"]?.string, let model = head["model"]?.string,
      let conversation = head["conversation"]?.string.flatMap({ UInt64($0) }), let answer = head["answer"].flatMap({ Side(json: $0) })
    else { return nil }
    var body: [UInt8] = []
    guard (try? Unpacker.unpack(row.blob(3), limit: Self.bodyLimit, into: &body)) != nil else { return nil }
    self.init(
      exchange: row.text(0), queuedAt: row.integer(1), vendor: vendor, model: model, conversation: conversation, answer: answer,
      first: head["first"].flatMap { Side(json: $0) }, tokens: head["tokens"]?.int ?? 0, isRepeated: head["repeated"]?.bool ?? false,
      failures: head["failures"]?.int ?? 0, body: body)
    reference = head["reference"]?.string.flatMap { UInt64($0) }
  }
}

extension StoreReader {
  /// What an earlier process left of the shadow's queue, the oldest first, and what shadows have cost today.
  package func shadow(reference: String, day: Int64) async throws -> ShadowState {
    try await read { db in
      var state = ShadowState()
      try PreparedStatement(db, "SELECT exchange, queued, head, body FROM shadow_job ORDER BY queued, exchange").each([]) { row in
        if let job = StoredShadowJob(row) { state.jobs.append(job) }
      }
      try PreparedStatement(db, "SELECT requests, tokens FROM shadow_spent WHERE day = ? AND reference = ?")
        .each([.integer(day), .text(reference)]) { (state.requests, state.tokens) = ($0.int(0), $0.int(1)) }
      return state
    }
  }
}
