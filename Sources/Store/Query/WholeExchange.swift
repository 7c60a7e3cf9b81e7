// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Reads one exchange with everything that belongs to it.
struct WholeExchange {
  let db: Database

  func read(_ summary: ExchangeSummary) throws -> StoredExchange {
    var exchange = summary.exchange
    let key = SQLValue.integer(summary.key.rawValue)
    exchange.attempts = try rows("attempt", key) { row in
      var attempt = StoredAttempt(vendor: row.text(2))
      attempt.model = row.text(3)
      attempt.rung = row.text(4)
      attempt.status = row.int(5)
      attempt.error = row.text(6)
      attempt.startedNanoseconds = row.integer(7)
      attempt.firstByteNanoseconds = row.optional(8)
      attempt.totalNanoseconds = row.integer(9)
      attempt.requestBytes = row.int(10)
      attempt.responseBytes = row.int(11)
      attempt.finishReason = row.text(12)
      attempt.tokens = SummaryRow.tokens(row, from: 13)
      attempt.abortedAtByte = row.optionalInt(17)
      return attempt
    }
    exchange.findings = try rows("finding", key) { row in
      StoredFinding(
        code: row.text(2), severity: StoredFinding.Severity(rawValue: row.text(3)) ?? .info, choice: row.optionalInt(4),
        call: row.optionalInt(5), path: row.text(6), message: row.text(7), attempt: row.optionalInt(8))
    }
    exchange.calls = try rows("call", key) { row in
      StoredCall(
        choice: row.int(3), name: row.text(4), id: row.text(5), arguments: row.text(6),
        k2vvValid: row.optional(7).map { $0 != 0 }, valid: row.optional(8).map { $0 != 0 }, violations: row.text(9),
        attempt: row.int(2))
    }
    exchange.repairs = try rows("repair", key) { row in
      StoredRepair(
        rule: row.text(2), choice: row.int(3), call: row.int(4), path: row.text(5), before: row.text(6), after: row.text(7))
    }
    exchange.comparisons = try rows("comparison", key) { row in
      StoredComparison(
        reference: row.text(2), cell: row.text(3), promptTokenDifference: row.optionalInt(4),
        payloadsAgree: row.optional(5).map { $0 != 0 }, details: row.text(6))
    }
    try readMessages(&exchange, key)
    return exchange
  }

  private func rows<T>(_ table: String, _ key: SQLValue, _ read: (SQLRow) -> T) throws -> [T] {
    var found: [T] = []
    try PreparedStatement(db, "SELECT * FROM \(table) WHERE exchange = ? ORDER BY number").each([key]) { found.append(read($0)) }
    return found
  }

  private func readMessages(_ exchange: inout StoredExchange, _ key: SQLValue) throws {
    let statement = try PreparedStatement(db, "SELECT attempt, side, headers, body, text, omitted FROM message WHERE exchange = ?")
    try statement.each([key]) { row in
      let text = try ChunkReader.read(row.blob(4), db)
      let message = StoredMessage(
        headers: HeaderBlock.decode(try ChunkReader.read(row.blob(2), db)), body: try ChunkReader.read(row.blob(3), db),
        text: text.isEmpty ? nil : String(decoding: text, as: UTF8.self), omittedBytes: row.int(5))
      let attempt = row.int(0)
      switch MessagePlace.Side(rawValue: row.int(1)) {
      case .edits: exchange.edits = try EditList.decode(message.body)
      case .request where attempt < 0: exchange.request = message
      case .response where attempt < 0: exchange.response = message
      case .request where attempt < exchange.attempts.count: exchange.attempts[attempt].request = message
      case .response where attempt < exchange.attempts.count: exchange.attempts[attempt].response = message
      default: throw StoreFailure(.corrupt, "a message of attempt \(attempt)")
      }
    }
  }
}
