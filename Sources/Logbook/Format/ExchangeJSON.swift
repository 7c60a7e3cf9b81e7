// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Store

/// Exchanges for programs: one object a line. Names are those of the filter language where it has one. Times are in
/// milliseconds; what is unknown is left out. Attempts count from 1, as everywhere that people read.
enum ExchangeJSON {
  /// A row of a list: `attempts`, `edits`, `repairs`, `comparisons` and `calls` are numbers, `findings` is a list of codes.
  static func line(of row: ExchangeSummary) -> [UInt8] {
    var members = head(row.exchange)
    members += [
      ("calls", JSONValue(row.exchange.callCount)), ("attempts", JSONValue(row.attempts)), ("edits", JSONValue(row.edits)),
      ("repairs", JSONValue(row.repairs)), ("comparisons", JSONValue(row.comparisons)),
      ("findings", .array(row.findingCodes.map { JSONValue($0) })),
    ]
    return JSONWriter.bytes(of: .object(JSONObject(members))).escapedJSON + [0x0A]
  }

  /// What a list says of an exchange, without its numbers of parts.
  static func head(_ exchange: StoredExchange) -> [JSONObject.Member] {
    var members: [JSONObject.Member] = []
    func add(_ key: JSONString, _ text: String) { if !text.isEmpty { members.append((key, JSONValue(text))) } }
    add("id", exchange.id)
    add("time", Moment(exchange.startedAt).iso)
    add("method", exchange.method)
    add("path", exchange.path)
    add("vendor", exchange.vendor)
    add("model", exchange.model)
    add("mode", exchange.mode)
    members.append(("status", JSONValue(exchange.status)))
    add("outcome", exchange.outcome)
    add("error", exchange.error)
    add("fault", exchange.fault)
    add("verdict", exchange.verdict)
    members.append(("inspected", JSONValue(exchange.isInspected)))
    members.append(("stream", JSONValue(exchange.isStream)))
    add("first_finish_reason", exchange.firstFinishReason)
    add("finish_reason", exchange.finishReason)
    members += [
      ("valid_calls", JSONValue(exchange.validCalls)), ("k2vv_valid_calls", JSONValue(exchange.k2vvValidCalls)),
      ("k2vv_checked_calls", JSONValue(exchange.k2vvCheckedCalls)), ("ids_rewritten", JSONValue(exchange.idsRewritten)),
    ]
    members += tokens(exchange.tokens)
    members += [("request_bytes", JSONValue(exchange.requestBytes)), ("response_bytes", JSONValue(exchange.responseBytes))]
    members += time("first_byte_ms", exchange.firstByteNanoseconds)
    members += time("first_token_ms", exchange.firstTokenNanoseconds)
    members += time("duration_ms", exchange.totalNanoseconds)
    members += time("overhead_ms", exchange.overheadNanoseconds)
    return members
  }

  static func tokens(_ tokens: StoredTokens) -> [JSONObject.Member] {
    let all: [(JSONString, Int?)] = [
      ("input_tokens", tokens.input), ("output_tokens", tokens.output), ("cached_tokens", tokens.cached),
      ("reasoning_tokens", tokens.reasoning),
    ]
    return all.compactMap { key, count in count.map { (key, JSONValue($0)) } }
  }

  static func time(_ key: JSONString, _ nanoseconds: Int64?) -> [JSONObject.Member] {
    guard let nanoseconds, let number = JSONNumber(Double(nanoseconds) / 1e6) else { return [] }
    return [(key, .number(number))]
  }
}
