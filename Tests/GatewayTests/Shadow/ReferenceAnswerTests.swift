// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Foundation
import Gateway
import Inspection
import JSON
import NIOCore
import Store
import Synchronization
import Testing
import Upstream

@Suite("What the reference says") struct ReferenceAnswerTests {
  private static func head(_ status: Int, _ fields: String = "") -> UpstreamHead {
    UpstreamHead(status: status, version: .http1_1, headers: UpstreamHeaders(lines: Array(fields.utf8)))
  }

  private static func intake(_ clock: Clock = Clock(), stream: Bool = false) throws -> ReferenceIntake {
    let request = try ReferenceRequest(
      ByteBuffer(bytes: ShadowSample.request("weather?", stream: stream)), model: "kimi-k2",
      reference: Vendor(name: "r", baseURL: "http://127.0.0.1:9/v1"), BelayConfiguration(vendors: []), schemas: SchemaCaches(),
      timeout: .seconds(10))
    return ReferenceIntake(request, timeout: .seconds(10)) { clock.time }
  }

  /// Moves when it is told to.
  final class Clock: Sendable {
    private let now = Mutex(ContinuousClock.now)
    var time: ContinuousClock.Instant { now.withLock { $0 } }
    func advance(by time: Duration) { now.withLock { $0 += time } }
  }

  private static let json = ByteBuffer(
    string: #"""
      {"choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","tool_calls":[{"id":"functions.get_weather:0",
      "type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Rome\"}"}}]}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}
      """#)

  private static func event(_ choice: String) -> String { "data: {\"choices\":[\(choice)]}\n\n" }

  @Test("an answer is its finish reason, its calls and their verdicts, what it counted, and what it cost")
  func answer() throws {
    let intake = try Self.intake()
    #expect(intake.take(Self.head(200, "content-type: application/json\r\n"), Self.json))
    let answer = try intake.end(Self.head(200))
    #expect(answer.cost == 13 && answer.side.finish == .toolCalls && answer.side.isValid && answer.side.promptTokens == 9)
    #expect(answer.side.calls == [ToolCall(name: "get_weather", arguments: #"{"city":"Rome"}"#)])
  }

  @Test("a stream that breaks off once it has said why it ends is an answer, before that it is none")
  func stream() throws {
    let type = "content-type: text/event-stream\r\n"
    let broken = UpstreamError(.truncated, "cut")
    let whole = try Self.intake(stream: true)
    let said = Self.event(#"{"index":0,"delta":{"content":"hi"}}"#) + Self.event(#"{"index":0,"delta":{},"finish_reason":"stop"}"#)
    #expect(whole.take(Self.head(200, type), ByteBuffer(string: said)))
    #expect(try whole.end(broken).side == Side(.stop))
    let half = try Self.intake(stream: true)
    #expect(half.take(Self.head(200, type), ByteBuffer(string: Self.event(#"{"index":0,"delta":{"content":"hi"}}"#))))
    #expect(throws: ReferenceFailure(.connection, "cut")) { try half.end(broken) }
    #expect(throws: ReferenceFailure(.nonsense, "its answer has no finish reason")) { try half.end(Self.head(200)) }
  }

  @Test("an answer that does not end is stopped by time, one that is too long by its length")
  func endless() throws {
    let clock = Clock()
    let late = try Self.intake(clock)
    #expect(late.take(Self.head(200), ByteBuffer(string: "{")))
    clock.advance(by: .seconds(11))
    #expect(!late.take(Self.head(200), ByteBuffer(string: " ")))
    #expect(throws: ReferenceFailure(.timeout, "its answer does not end")) { try late.end(Self.head(200)) }
    let flood = try Self.intake(stream: true)
    let chunk = ByteBuffer(repeating: 0x20, count: 8 << 20)
    let taken = (0..<9).map { _ in flood.take(Self.head(200, "content-type: text/event-stream\r\n"), chunk) }
    #expect(taken == Array(repeating: true, count: 8) + [false])
    #expect(throws: ReferenceFailure(.nonsense, "its answer is longer than any")) { try flood.end(Self.head(200)) }
  }

  static let statuses: [(Int, String, ReferenceFailure.Kind, Int64?)] = [
    (401, "", .key, nil), (403, "", .key, nil), (404, "", .key, nil), (402, "", .key, nil), (429, "retry-after: 7\r\n", .limited, 7000),
    (429, "", .limited, nil), (400, "", .request, nil), (413, "", .request, nil), (422, "", .request, nil),
    (500, "", .server, nil), (503, "Retry-After: 2\r\n", .server, 2000), (408, "", .server, nil), (301, "", .nonsense, nil), (204, "", .nonsense, nil),
  ]

  @Test("each status has its meaning, and its text is not repeated", arguments: statuses)
  func status(status: Int, fields: String, kind: ReferenceFailure.Kind, retryAfter: Int64?) throws {
    let intake = try Self.intake()
    _ = intake.take(Self.head(status, fields), ByteBuffer(string: #"{"error":{"message":"bad key sk-reference"}}"#))
    #expect(throws: ReferenceFailure(kind, "it answers \(status)", retryAfter: retryAfter)) { try intake.end(Self.head(status, fields)) }
  }

  @Test("an empty answer is none, and silence is a timeout")
  func nothing() throws {
    #expect(throws: ReferenceFailure(.nonsense, "its answer is empty")) { try Self.intake().end(Self.head(200)) }
    #expect(throws: ReferenceFailure(.timeout, "silent")) { try Self.intake().end(UpstreamError(.firstByteTimeout, "silent")) }
  }
}

@Suite("A store as a baseline") struct BaselineStoreTests {
  @Test("the first attempts of recorded exchanges answer, and a file that is neither is empty or an error")
  func store() async throws {
    let folder = NSTemporaryDirectory() + "belay-baseline-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let writer = StoreWriter(StoreOptions(path: folder + "/belay.db"))
    var exchange = StoredExchange(id: "01K9XB00000000000000000001", startedAt: WallClock.milliseconds())
    exchange.request = StoredMessage(body: ShadowSample.request("rome?"))
    (exchange.firstFinishReason, exchange.k2vvCheckedCalls, exchange.k2vvValidCalls, exchange.callCount) = ("tool_calls", 1, 1, 1)
    exchange.attempts = [StoredAttempt(vendor: "official")]
    exchange.attempts[0].tokens = StoredTokens(input: 21)
    exchange.calls = [StoredCall(name: "get_weather", id: "x", arguments: #"{"city":"Rome"}"#, k2vvValid: true)]
    var silent = StoredExchange(id: "01K9XB00000000000000000002", startedAt: WallClock.milliseconds())
    silent.request = StoredMessage(body: ShadowSample.request("paris?"))
    writer.offer([exchange, silent])
    await writer.flush()
    await writer.close()
    let baseline = try await Baseline(path: folder + "/belay.db")
    #expect(baseline.answers.count == 1)
    let side = try #require(baseline.answer(to: ByteBuffer(bytes: ShadowSample.request("rome?", stream: true))))
    #expect(side.finish == .toolCalls && side.isValid && side.promptTokens == 21 && side.calls.map(\.name) == [Array("get_weather".utf8)])
    try "not a line of results\n".write(toFile: folder + "/other.txt", atomically: true, encoding: .utf8)
    #expect(try await Baseline(path: folder + "/other.txt").answers.isEmpty)
    await #expect(throws: (any Error).self) { try await Baseline(path: folder + "/none.jsonl") }
  }
}
