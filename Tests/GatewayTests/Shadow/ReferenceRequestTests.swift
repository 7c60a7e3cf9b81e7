// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Inspection
import JSON
import NIOCore
import Store
import Testing
import Upstream

@Suite("The request that the reference gets") struct ReferenceRequestTests {
  private static func request(_ body: JSONValue, reference: Vendor) throws -> (ReferenceRequest, JSONValue) {
    let request = try ReferenceRequest(
      ByteBuffer(bytes: JSONWriter.bytes(of: body)), model: body["model"]?.string ?? "", reference: reference,
      BelayConfiguration(vendors: [reference]), schemas: SchemaCaches(), timeout: .seconds(7))
    guard case .bytes(let bytes) = request.upstream.body else { return (request, .null) }
    return (request, try JSONValue(parsing: Array(bytes.readableBytesView)))
  }

  private static let history: JSONValue = [
    "model": "kimi-k2", "temperature": 0.3, "stream": true,
    "messages": [
      ["role": "user", "content": "weather?"],
      ["role": "assistant", "tool_calls": [["id": "call_1", "type": "function", "function": ["name": "f", "arguments": "{}"]]]],
      ["role": "tool", "tool_call_id": "call_1", "content": "rain"],
    ],
  ]

  @Test("it has the reference's name of the model, its ids, its key, and nothing else of anybody's")
  func own() throws {
    let reference = Vendor(
      name: "moonshot", baseURL: "http://127.0.0.1:9/v1/", apiKey: Secret("sk-reference"),
      headers: [Vendor.Header(name: "X-Team", value: Secret("blue"))], models: ["kimi-k2": "kimi-k2-0905-preview"])
    let (request, body) = try Self.request(Self.history, reference: reference)
    #expect(body["model"] == "kimi-k2-0905-preview")
    #expect(body["messages"]?[1]?["tool_calls"]?[0]?["id"] == "functions.f:0" && body["messages"]?[2]?["tool_call_id"] == "functions.f:0")
    #expect(body["temperature"] == Self.history["temperature"])
    #expect(request.isStream && request.upstream.url == "http://127.0.0.1:9/v1/chat/completions")
    #expect(
      request.upstream.headers.map { "\($0.0): \($0.1)" } == [
        "Content-Type: application/json", "Accept: text/event-stream", "User-Agent: belay-shadow", "Accept-Encoding: identity",
        "Authorization: Bearer sk-reference", "X-Team: blue",
      ])
    #expect(request.upstream.limits.firstByte == .seconds(7) && request.upstream.limits.idle == .seconds(7))
  }

  @Test("its dialect is the reference's own")
  func dialect() throws {
    var profile = VendorCatalogue.unknown
    profile.normalize = [.content]
    profile.blankContent = .null
    let reference = Vendor(name: "r", baseURL: "http://127.0.0.1:9/v1", profile: profile)
    var body = Self.history
    body["messages"]?[1]?["content"] = ""
    let (_, sent) = try Self.request(body, reference: reference)
    #expect(sent["messages"]?[1]?["content"] == .null)
  }

  @Test("what cannot be read is not sent")
  func unreadable() {
    #expect(throws: (any Error).self) {
      try ReferenceRequest(
        ByteBuffer(string: "{"), model: "m", reference: Vendor(name: "r", baseURL: "http://127.0.0.1:9/v1"),
        BelayConfiguration(vendors: []), schemas: SchemaCaches(), timeout: .seconds(1))
    }
  }
}

@Suite("Recorded answers as a reference") struct BaselineTests {
  static func row(_ question: String, finish: String, status: String = "success") -> [UInt8] {
    let request = (try? JSONValue(parsing: ShadowSample.request(question))) ?? .null
    return JSONWriter.bytes(of: [
      "data_index": 1, "request": request, "status": JSONValue(status), "finish_reason": JSONValue(finish), "tool_calls_valid": true,
      "response": [
        "choices": [
          [
            "finish_reason": JSONValue(finish),
            "message": ["tool_calls": [["id": "x", "function": ["name": "get_weather", "arguments": "{\"city\":\"Rome\"}"]]]],
          ]
        ], "usage": ["prompt_tokens": 12],
      ],
    ])
  }

  @Test("an answer is found by what was asked, however it is written and under whatever ids and name of the model")
  func found() throws {
    var baseline = Baseline()
    baseline.addResults(Self.row("rome?", finish: "tool_calls") + [0x0A, 0x0A] + Array("no json\n".utf8) + Self.row("paris?", finish: "stop"))
    #expect(baseline.answers.count == 2)
    let side = try #require(baseline.answer(to: ByteBuffer(bytes: ShadowSample.request("rome?", model: "other", stream: true))))
    #expect(side.finish == .toolCalls && side.isValid && side.promptTokens == 12 && side.calls.count == 1)
    #expect(baseline.answer(to: ByteBuffer(bytes: ShadowSample.request("paris?")))?.finish == .stop)
    #expect(baseline.answer(to: ByteBuffer(bytes: ShadowSample.request("paris?", tools: false))) == nil, "other tools, another question")
    #expect(baseline.answer(to: ByteBuffer(string: "{")) == nil)
  }

  @Test("what is compared with it costs nothing and waits for nobody")
  func compares() {
    var baseline = Baseline()
    baseline.addResults(Self.row("question 1", finish: "tool_calls"))
    var core = ShadowCore(ShadowSample.settings { $0.sample = 1 }, reference: "old.jsonl", baseline: baseline)
    let work = core.arrived((1...2).map { ShadowSample.record($0) }, lost: 0, at: ShadowSample.noon)
    #expect(work.sends.isEmpty && work.comparisons.map(\.cellName) == ["fn"])
    #expect(core.counts.drops == [.noBaseline: 1])
  }
}
