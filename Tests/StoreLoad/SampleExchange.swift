// SPDX-License-Identifier: Apache-2.0
import Store

/// Exchanges as traffic makes them: most are well, some are not, and a conversation grows.
enum SampleExchange {
  private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  static func id(milliseconds: Int64, random: UInt64) -> String {
    var text = ""
    for position in 0..<10 { text.append(digits[Int(milliseconds >> Int64(5 * (9 - position))) & 31]) }
    for position in 0..<16 { text.append(digits[Int(truncatingIfNeeded: random >> UInt64(4 * (15 - position))) & 15]) }
    return text
  }

  static func make(number: Int, milliseconds: Int64, random: inout some RandomNumberGenerator) -> StoredExchange {
    var exchange = StoredExchange(id: id(milliseconds: milliseconds, random: random.next()), startedAt: milliseconds)
    exchange.path = "/v1/chat/completions"
    exchange.vendor = ["moonshot", "fireworks", "together"][number % 3]
    exchange.model = number % 2 == 0 ? "kimi-k2-0905" : "kimi-k2-thinking"
    exchange.mode = "observe"
    exchange.isInspected = true
    exchange.isStream = number % 2 == 0
    exchange.status = number % 97 == 0 ? 503 : 200
    exchange.verdict = number % 50 == 0 ? "violation" : "ok"
    exchange.finishReason = "tool_calls"
    exchange.firstFinishReason = "tool_calls"
    exchange.callCount = 1
    exchange.k2vvCheckedCalls = 1
    exchange.k2vvValidCalls = number % 50 == 0 ? 0 : 1
    exchange.validCalls = exchange.k2vvValidCalls
    exchange.tokens = StoredTokens(input: 1200, output: 80 + number % 200, cached: 900, reasoning: nil)
    exchange.firstByteNanoseconds = Int64.random(in: 100_000_000...900_000_000, using: &random)
    exchange.firstTokenNanoseconds = exchange.firstByteNanoseconds.map { $0 + 5_000_000 }
    exchange.totalNanoseconds = (exchange.firstTokenNanoseconds ?? 0) + Int64.random(in: 100_000_000...3_000_000_000, using: &random)
    exchange.overheadNanoseconds = 90_000
    if number % 50 == 0 {
      exchange.findings = [StoredFinding(code: "call.schema", severity: .error, call: 0, path: "/limit", message: "\"ten\" is no integer")]
    }
    exchange.calls = [
      StoredCall(name: "read_file", id: "functions.read_file:0", arguments: "{\"path\":\"Sources/\(number).swift\"}", k2vvValid: true, valid: true)
    ]
    let turn = number % 20
    let opening = "{\"model\":\"\(exchange.model)\",\"messages\":["
    var body = Array(opening.utf8)
    var boundaries = [body.count]
    for step in 0...turn {
      if step > 0 { body.append(UInt8(ascii: ",")) }
      let message = "{\"role\":\"user\",\"content\":\"Conversation \(number / 20), step \(step): why does the build fail on Linux, and what is to be done about it now?\"}"
      body += Array(message.utf8)
      boundaries.append(body.count)
    }
    body += Array("],\"stream\":true}".utf8)
    exchange.request = StoredMessage(headers: [.init("content-type", "application/json")], body: body, boundaries: boundaries)
    exchange.requestBytes = body.count
    var attempt = StoredAttempt(vendor: exchange.vendor)
    attempt.status = exchange.status
    attempt.totalNanoseconds = exchange.totalNanoseconds
    attempt.response = StoredMessage(
      headers: [.init("content-type", "application/json"), .init("x-request-id", exchange.id)],
      body: Array("{\"choices\":[{\"finish_reason\":\"tool_calls\",\"message\":{\"content\":\"answer \(number)\"}}]}".utf8))
    exchange.attempts = [attempt]
    return exchange
  }
}
