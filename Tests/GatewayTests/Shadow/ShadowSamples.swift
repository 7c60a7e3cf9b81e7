// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Inspection
import JSON
import NIOCore

enum ShadowSample {
  /// Noon of a day.
  static let noon: Int64 = 20_000 * 86_400_000 + 43_200_000

  static func job(_ number: Int, at time: Int64 = noon, tokens: Int = 100, repeated: Bool = false, bytes: Int = 10) -> ShadowJob {
    ShadowJob(
      id: "job-\(number)", queuedAt: time, vendor: "vendor", model: "kimi-k2", conversation: UInt64(number), answer: Side(.stop),
      tokens: tokens, isRepeated: repeated, body: ByteBuffer(repeating: 0x78, count: bytes))
  }

  static func settings(_ change: (inout ShadowSettings) -> Void = { _ in }) -> ShadowSettings {
    var settings = ShadowSettings()
    (settings.concurrency, settings.queue, settings.perMinute, settings.perDay, settings.tokensPerDay) = (2, 3, 100, 1000, 1_000_000)
    change(&settings)
    return settings
  }

  /// A conversation of one question, with a tool.
  static func request(_ question: String, model: String = "kimi-k2", stream: Bool = false, tools: Bool = true) -> [UInt8] {
    var body: JSONObject = [
      "model": JSONValue(model), "stream": JSONValue(stream), "messages": [["role": "user", "content": JSONValue(question)]],
    ]
    if tools {
      body["tools"] = [
        [
          "type": "function",
          "function": [
            "name": "get_weather",
            "parameters": ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]],
          ],
        ]
      ]
    }
    return JSONWriter.bytes(of: .object(body))
  }

  /// The record of an exchange in `observe` that went as it should.
  static func record(_ number: Int, _ change: (inout ExchangeRecord) -> Void = { _ in }) -> ExchangeRecord {
    var record = ExchangeRecord(id: "01K9XB00000000000000\(String(1_000_000 + number).suffix(6))", method: "POST", path: "/v1/chat/completions")
    (record.isInspected, record.model, record.status, record.vendor) = (true, "kimi-k2", 200, "vendor")
    var attempt = AttemptRecord(rung: nil, vendor: "vendor", model: "kimi-k2", startedAt: 0)
    attempt.finishReasons = ["stop"]
    attempt.usage = Usage(prompt: 40, completion: 2)
    record.attempts = [attempt]
    record.shadow = .sent(ByteBuffer(bytes: request("question \(number)")), hasTools: true)
    change(&record)
    return record
  }
}
