// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Reads rows of `exchange`.
enum SummaryRow {
  static let columns = """
    e.key, e.sequence, e.id, e.method, e.path, e.vendor, e.model, e.mode, e.status, e.outcome, e.error, e.fault, e.verdict, \
    e.inspected, e.stream, e.first_finish_reason, e.finish_reason, e.calls, e.k2vv_valid, e.k2vv_checked, e.valid_calls, \
    e.ids_rewritten, e.attempts, e.edits, e.repairs, e.comparisons, e.input_tokens, e.output_tokens, e.cached_tokens, \
    e.reasoning_tokens, e.request_bytes, e.response_bytes, e.first_byte_ns, e.first_token_ns, e.total_ns, e.overhead_ns
    """

  static func read(_ row: SQLRow) -> ExchangeSummary {
    let key = ExchangeKey(rawValue: row.integer(0))
    var exchange = StoredExchange(id: row.text(2), startedAt: key.milliseconds)
    exchange.method = row.text(3)
    exchange.path = row.text(4)
    exchange.vendor = row.text(5)
    exchange.model = row.text(6)
    exchange.mode = row.text(7)
    exchange.status = row.int(8)
    exchange.outcome = row.text(9)
    exchange.error = row.text(10)
    exchange.fault = row.text(11)
    exchange.verdict = row.text(12)
    exchange.isInspected = row.bool(13)
    exchange.isStream = row.bool(14)
    exchange.firstFinishReason = row.text(15)
    exchange.finishReason = row.text(16)
    exchange.callCount = row.int(17)
    exchange.k2vvValidCalls = row.int(18)
    exchange.k2vvCheckedCalls = row.int(19)
    exchange.validCalls = row.int(20)
    exchange.idsRewritten = row.int(21)
    exchange.tokens = tokens(row, from: 26)
    exchange.requestBytes = row.int(30)
    exchange.responseBytes = row.int(31)
    exchange.firstByteNanoseconds = row.optional(32)
    exchange.firstTokenNanoseconds = row.optional(33)
    exchange.totalNanoseconds = row.integer(34)
    exchange.overheadNanoseconds = row.optional(35)
    return ExchangeSummary(
      key: key, sequence: row.integer(1), exchange: exchange, attempts: row.int(22), edits: row.int(23), repairs: row.int(24),
      comparisons: row.int(25), findingCodes: [])
  }

  static func tokens(_ row: SQLRow, from column: Int) -> StoredTokens {
    StoredTokens(
      input: row.optionalInt(column), output: row.optionalInt(column + 1), cached: row.optionalInt(column + 2),
      reasoning: row.optionalInt(column + 3))
  }

  /// Rows of a query over `exchange AS e`, with their finding codes.
  static func fetch(_ db: Database, _ sql: String, _ arguments: [SQLValue]) throws -> [ExchangeSummary] {
    var rows: [ExchangeSummary] = []
    try PreparedStatement(db, sql).each(arguments) { rows.append(read($0)) }
    let codes = try PreparedStatement(db, "SELECT code FROM finding WHERE exchange = ? ORDER BY number")
    for index in rows.indices {
      try codes.each([.integer(rows[index].key.rawValue)]) { row in
        let code = row.text(0)
        if !rows[index].findingCodes.contains(code) { rows[index].findingCodes.append(code) }
      }
    }
    return rows
  }
}
