// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Testing

/// Answers of which a part is not looked at.
extension HostileAnswerTests {
  @Test("an event that is too long to be looked at is not told to be valid")
  func longEvent() throws {
    var run = try run()
    let long = String(repeating: "x", count: 9 << 20)
    run.answer(Script().adding(Script.chunk(#"{"content":"\#(long)","tool_calls":[\#(Self.badCall)]}"#)).text("hm").finish("stop").bytes, step: 1 << 20)
    #expect(run.record?.verdict == .unknown && run.client.contains("verdict=unknown"))
  }

  @Test("a whole answer that is too long to be looked at is not told to be valid", arguments: [Mode.observe, .annotate, .enforce])
  func longBody(mode: Mode) throws {
    var run = try Run(EnforcementTests.request(stream: false)) { $0.settings.mode = mode }
    run.head([("Content-Type", "application/json")])
    run.body(String(repeating: " ", count: 17 << 20), step: 1 << 20)
    run.body(Self.body(Self.choice(#"{"role":"assistant","tool_calls":[\#(Self.badCall)]}"#)))
    run.end()
    #expect(run.record?.verdict == .unknown && run.record?.findingCodes == ["response.too_long"])
  }

  /// As of 5,000 tokens with their logprobs.
  @Test("nor is one with more values than are read, which is no fault of it", arguments: [true, false])
  func manyValues(stream: Bool) throws {
    let logprobs = #""logprobs":{"content":[\#(Array(repeating: "{}", count: 1 << 20).joined(separator: ","))]}"#
    var run = try Run(EnforcementTests.request(stream: stream))
    let body =
      stream
      ? Script().adding(Script.chunk(#"{"content":"hi"}"#).replacing(#""delta":"#, with: logprobs + #","delta":"#)).finish("stop").bytes
      : Self.body(Self.choice(#"{"role":"assistant","content":"hi"}"#).replacing("tool_calls", with: "stop").replacing(#""message":"#, with: logprobs + #","message":"#))
    run.head([("Content-Type", stream ? "text/event-stream" : "application/json")])
    run.body(body, step: 1 << 20)
    run.end()
    #expect(run.record?.verdict == .unknown && run.record?.findingCodes == [stream ? "stream.event_too_long" : "response.too_long"])
    #expect(run.client.count >= body.count && run.calls.count == 1)
  }
}
