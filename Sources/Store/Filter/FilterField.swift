// SPDX-License-Identifier: Apache-2.0

/// What can be asked about an exchange: a name, its type, and what it is in SQL over `exchange AS e`.
package struct FilterField: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case text
    case number
    /// Compared with `2s`, `350ms`; nanoseconds inside.
    case duration
    /// Compared with `10kb`; bytes inside.
    case size
    case flag
    /// Asked with `has`; where there is a count, compared as a number too.
    case set
    /// The words of bodies, asked with `~`.
    case words
    /// Compared with `'2026-11-21T14:00'`; milliseconds since the epoch inside.
    case time
  }

  package var name: String
  package var kind: Kind
  /// For a help text.
  package var meaning: String
  var sql: String
  /// For sets: what stands before the name in `label.code`.
  var labelPrefix = ""
  /// The value that nearly all exchanges have, which is not indexed.
  var ordinary: [String] = []

  package static let all: [FilterField] = [
    FilterField(name: "id", kind: .text, meaning: "exchange id", sql: "e.id"),
    FilterField(name: "vendor", kind: .text, meaning: "the vendor that answered", sql: "e.vendor"),
    FilterField(name: "model", kind: .text, meaning: "as the client named it", sql: "e.model"),
    FilterField(name: "method", kind: .text, meaning: "HTTP method", sql: "e.method"),
    FilterField(name: "path", kind: .text, meaning: "request path", sql: "e.path"),
    FilterField(name: "mode", kind: .text, meaning: "observe, annotate, enforce", sql: "e.mode"),
    FilterField(name: "outcome", kind: .text, meaning: "completed, refused, broken, abandoned", sql: "e.outcome", ordinary: ["'completed'"]),
    FilterField(name: "error", kind: .text, meaning: "Belay's error code", sql: "e.error"),
    FilterField(name: "fault", kind: .text, meaning: "client, vendor, belay", sql: "e.fault"),
    FilterField(name: "verdict", kind: .text, meaning: "what inspection concluded", sql: "e.verdict", ordinary: ["''", "'ok'"]),
    FilterField(name: "finish_reason", kind: .text, meaning: "as the client got it", sql: "e.finish_reason"),
    FilterField(name: "first_finish_reason", kind: .text, meaning: "the vendor's, in the first attempt", sql: "e.first_finish_reason"),
    FilterField(name: "status", kind: .number, meaning: "HTTP status that the client got", sql: "e.status", ordinary: ["200"]),
    FilterField(name: "calls", kind: .number, meaning: "tool calls in the answer", sql: "e.calls"),
    FilterField(name: "valid_calls", kind: .number, meaning: "those that are valid", sql: "e.valid_calls"),
    FilterField(name: "attempts", kind: .number, meaning: "requests to vendors", sql: "e.attempts"),
    FilterField(name: "retries", kind: .number, meaning: "attempts after the first", sql: "max(0, e.attempts - 1)"),
    FilterField(name: "edits", kind: .number, meaning: "changes of the request", sql: "e.edits"),
    FilterField(name: "ids_rewritten", kind: .number, meaning: "tool-call ids made canonical", sql: "e.ids_rewritten"),
    FilterField(name: "comparisons", kind: .number, meaning: "shadows", sql: "e.comparisons"),
    FilterField(name: "input_tokens", kind: .number, meaning: "tokens of the request", sql: "e.input_tokens"),
    FilterField(name: "output_tokens", kind: .number, meaning: "tokens of the answer", sql: "e.output_tokens"),
    FilterField(name: "cached_tokens", kind: .number, meaning: "input tokens from the vendor's cache", sql: "e.cached_tokens"),
    FilterField(name: "reasoning_tokens", kind: .number, meaning: "output tokens of reasoning", sql: "e.reasoning_tokens"),
    FilterField(name: "tokens_per_second", kind: .number, meaning: "after the first token", sql: "(e.output_tokens * 1e9 / nullif(max(0, e.total_ns - e.first_token_ns), 0))"),
    FilterField(name: "duration", kind: .duration, meaning: "whole exchange", sql: "e.total_ns"),
    FilterField(name: "first_byte", kind: .duration, meaning: "until the first byte", sql: "e.first_byte_ns"),
    FilterField(name: "first_token", kind: .duration, meaning: "until the first token", sql: "e.first_token_ns"),
    FilterField(name: "overhead", kind: .duration, meaning: "what Belay added", sql: "e.overhead_ns"),
    FilterField(name: "request_bytes", kind: .size, meaning: "size of the request", sql: "e.request_bytes"),
    FilterField(name: "response_bytes", kind: .size, meaning: "size of the response", sql: "e.response_bytes"),
    FilterField(name: "valid", kind: .flag, meaning: "all tool calls are valid", sql: "(e.valid_calls = e.calls)"),
    FilterField(name: "k2vv_valid", kind: .flag, meaning: "all calls pass K2VV's check", sql: "(e.k2vv_valid = e.k2vv_checked)"),
    FilterField(name: "stream", kind: .flag, meaning: "a streamed answer was asked for", sql: "e.stream"),
    FilterField(name: "inspected", kind: .flag, meaning: "a chat exchange, looked into", sql: "e.inspected"),
    FilterField(name: "findings", kind: .set, meaning: "finding codes, or a prefix of one up to a dot", sql: "e.findings"),
    FilterField(name: "tools", kind: .set, meaning: "names of called tools", sql: "", labelPrefix: DetailInserter.tool),
    FilterField(name: "repairs", kind: .set, meaning: "rules that repaired a call", sql: "e.repairs", labelPrefix: DetailInserter.repair),
    FilterField(name: "text", kind: .words, meaning: "words in requests and answers", sql: ""),
    FilterField(name: "time", kind: .time, meaning: "when it began", sql: "e.key"),
  ]

  static func named(_ name: String) -> FilterField? { all.first { $0.name == name.lowercased() } }

  /// The name that was probably meant: at most two letters away.
  static func nearest(to name: String) -> String? {
    all.map { ($0.name, distance($0.name, name.lowercased())) }.filter { $0.1 <= 2 }.min { $0.1 < $1.1 }?.0
  }

  /// Levenshtein's.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (number, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = number + 1
      for column in right.indices {
        let replaced = diagonal + (character == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
