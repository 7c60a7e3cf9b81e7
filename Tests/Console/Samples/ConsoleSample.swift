// SPDX-License-Identifier: Apache-2.0
package import Store

/// Recorded exchanges for tests of the console: ordinary traffic of two vendors, and the few exchanges that tests open.
package enum ConsoleSample {
  /// What nothing may ever run as: planted wherever a vendor or a client can put text.
  package static let script = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"

  private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// A ULID.
  package static func id(_ number: Int, at milliseconds: Int64) -> String {
    var text = ""
    for place in (0..<10).reversed() { text.append(digits[Int(milliseconds >> Int64(5 * place)) & 31]) }
    for place in (0..<16).reversed() { text.append(digits[place > 7 ? 0 : (number >> (5 * place)) & 31]) }
    return text
  }

  /// All of them, the oldest first; the newest began a second before `now` (milliseconds since the epoch).
  package static func all(before now: Int64) -> [StoredExchange] {
    let traffic = (0..<240).map { ordinary($0, at: now - 60_000 - Int64(239 - $0) * 90_000) }
    return traffic + [planted(at: now - 4000), retried(at: now - 3000), violation(at: now - 2000), refused(at: now - 1000)]
  }

  /// Numbers vary without chance, so that tests can tell them.
  package static func ordinary(_ number: Int, at milliseconds: Int64) -> StoredExchange {
    var exchange = StoredExchange(id: id(number, at: milliseconds), startedAt: milliseconds)
    exchange.path = "/v1/chat/completions"
    exchange.vendor = number % 3 == 0 ? "fireworks" : "moonshot"
    exchange.model = number % 4 == 0 ? "kimi-k2-thinking" : "kimi-k2-0905"
    exchange.mode = "observe"
    exchange.status = number % 40 == 39 ? 503 : 200
    exchange.verdict = "valid"
    exchange.isInspected = true
    exchange.isStream = true
    exchange.finishReason = number % 5 == 0 ? "stop" : "tool_calls"
    exchange.firstFinishReason = exchange.finishReason
    exchange.callCount = number % 5 == 0 ? 0 : 1
    exchange.k2vvCheckedCalls = exchange.callCount
    let isBroken = number % 3 == 0 && number % 10 == 9
    exchange.k2vvValidCalls = isBroken ? 0 : exchange.callCount
    exchange.validCalls = exchange.k2vvValidCalls
    exchange.tokens = StoredTokens(input: 1200 + number, output: 80 + number % 50, cached: 900)
    let wait = Int64(250 + 37 * (number % 11) + (number % 3 == 0 ? 180 : 0)) * 1_000_000
    exchange.firstByteNanoseconds = wait
    exchange.firstTokenNanoseconds = wait + 12_000_000
    exchange.totalNanoseconds = wait + Int64(600 + 90 * (number % 7)) * 1_000_000
    exchange.overheadNanoseconds = Int64(60 + number % 30) * 1000
    if isBroken {
      exchange.verdict = "invalid"
      exchange.findings = [StoredFinding(code: "arguments.schema.type", severity: .error, choice: 0, call: 0, path: "/limit", message: "limit is a string")]
    }
    if number % 12 == 0 {
      exchange.findings.append(StoredFinding(code: "call.id_repeated", severity: .warning, choice: 0, call: 0, message: "the id call_\(number) stands twice"))
    }
    exchange.attempts = [attempt(exchange, body: "{\"choices\":[{\"message\":{\"content\":\"answer \(number)\"}}]}")]
    exchange.request = message("{\"model\":\"\(exchange.model)\",\"messages\":[{\"role\":\"user\",\"content\":\"question \(number)\"}]}")
    return exchange
  }

  static func attempt(_ exchange: StoredExchange, body: String) -> StoredAttempt {
    var attempt = StoredAttempt(vendor: exchange.vendor)
    attempt.rung = "first"
    attempt.model = exchange.model
    attempt.status = exchange.status
    attempt.firstByteNanoseconds = exchange.firstByteNanoseconds
    attempt.totalNanoseconds = exchange.totalNanoseconds
    attempt.finishReason = exchange.firstFinishReason
    attempt.response = message(body)
    attempt.responseBytes = body.utf8.count
    return attempt
  }

  static func message(_ body: String) -> StoredMessage {
    StoredMessage(headers: [.init("content-type", "application/json")], body: Array(body.utf8))
  }
}
