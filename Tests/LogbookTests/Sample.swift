// SPDX-License-Identifier: Apache-2.0
import Store

/// Exchanges as the gateway records them.
enum Sample {
  /// 2026-09-21 14:13:20 UTC
  static let start: Int64 = 1_790_000_000_000
  static let key = "sk-planted0123456789abcdefghij"

  static func id(_ number: Int, milliseconds: Int64 = start) -> String {
    let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    let time = (0..<10).map { place in digits[Int(milliseconds >> Int64(45 - 5 * place)) & 31] }
    let last = (0..<12).map { digits[(number >> (55 - 5 * $0)) & 31] }
    return String(time) + "0000" + String(last)
  }

  /// Exchanges are a second apart.
  static func exchange(_ number: Int, _ change: (inout StoredExchange) -> Void = { _ in }) -> StoredExchange {
    let milliseconds = start + Int64(number) * 1000
    var exchange = StoredExchange(id: id(number, milliseconds: milliseconds), startedAt: milliseconds)
    exchange.path = "/v1/chat/completions"
    exchange.vendor = "moonshot"
    exchange.model = "kimi-k2-0905-preview"
    exchange.mode = "observe"
    exchange.status = 200
    exchange.verdict = "valid"
    exchange.finishReason = "stop"
    exchange.isInspected = true
    exchange.tokens = StoredTokens(input: 1234, output: 56)
    exchange.totalNanoseconds = 1_500_000_000
    var attempt = StoredAttempt(vendor: "moonshot")
    attempt.status = 200
    attempt.model = exchange.model
    exchange.attempts = [attempt]
    exchange.request = json(#"{"model":"kimi-k2-0905-preview","messages":[{"role":"user","content":"number \#(number)"}]}"#)
    change(&exchange)
    return exchange
  }

  static func json(_ text: String) -> StoredMessage {
    StoredMessage(headers: [.init("content-type", "application/json")], body: Array(text.utf8))
  }

  static let arguments = #"{"path":"a.txt","limit":"ten"}"#

  /// A call whose argument `limit` is of the wrong type, an id that was rewritten, and the client's key all over the place.
  static let failed = exchange(7) { exchange in
    exchange.mode = "enforce"
    exchange.verdict = "invalid"
    exchange.finishReason = "tool_calls"
    exchange.isStream = true
    (exchange.callCount, exchange.validCalls) = (1, 0)
    exchange.request = json(
      #"""
      {"model":"kimi-k2-0905-preview", "temperature": 1.0,
       "messages":[{"role":"system","content":"Be terse."},{"role":"user","content":"Read it's file: 文件"},
       {"role":"assistant","content":null,"tool_calls":[{"id":"call_abc","type":"function","function":{"name":"read_file","arguments":"{\"path\":\"b.txt\"}"}}]},
       {"role":"tool","tool_call_id":"call_abc","content":"no such file; my key is \#(key)"}],
       "tools":[{"type":"function","function":{"name":"read_file","parameters":{"type":"object","properties":{"limit":{"type":"integer"}}}}}],"stream":true}
      """#)
    exchange.request?.headers += [.init("Authorization", "Bearer \(key)"), .init("x-forwarded-for", "10.1.2.3")]
    exchange.edits = [
      StoredEdit(pointer: "/messages/2/tool_calls/0/id", before: #""call_abc""#, after: #""functions.read_file:0""#, rule: "ids"),
      StoredEdit(pointer: "/messages/3/tool_call_id", before: #""call_abc""#, after: #""functions.read_file:0""#, rule: "ids"),
      StoredEdit(pointer: "/temperature", before: "1.0", after: "", rule: "sampling"),
    ]
    let stream = [
      #"{"choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"I read "}}]}"#,
      #"{"choices":[{"index":0,"delta":{"reasoning_content":"a.txt","content":"Reading "}}]}"#,
      #"{"choices":[{"index":0,"delta":{"content":"a.txt, 文件."}}]}"#,
      #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"note":"\#(key)"}"#,
      "[DONE]",
    ].map { "data: \($0)\n\n" }.joined()
    exchange.attempts[0].response = StoredMessage(
      headers: [.init("content-type", "text/event-stream"), .init("x-request-id", "req-1")], body: Array(stream.utf8))
    exchange.attempts[0].responseBytes = stream.utf8.count
    exchange.calls = [
      StoredCall(
        name: "read_file", id: "functions.read_file:1", arguments: arguments, k2vvValid: false, valid: false,
        violations: #"[{"instance_path":"/limit","schema_path":"/properties/limit/type","keyword":"type","message":"/limit: a string where an integer is wanted","start":24,"end":29}]"#)
    ]
    exchange.findings = [
      StoredFinding(
        code: "arguments.schema.type", severity: .error, choice: 0, call: 0, path: "/limit",
        message: "/limit: a string where an integer is wanted", attempt: 0)
    ]
    exchange.repairs = [StoredRepair(rule: "coercion", call: 0, path: "arguments/limit", before: #""ten""#, after: "10")]
    exchange.firstByteNanoseconds = 120_000_000
    exchange.firstTokenNanoseconds = 180_000_000
    exchange.overheadNanoseconds = 90_000
  }
}
