// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import NIOCore
import TestSupport
import Testing
import Upstream

/// `enforce` by value: vendor streams in, actions out, no I/O.
@Suite struct EnforcementTests {
  static let tools = #"""
    [{"type":"function","function":{"name":"read","parameters":{"type":"object","properties":{"path":{"type":"string"},\#
    "limit":{"type":"integer"}},"required":["path"],"additionalProperties":false}}},\#
    {"type":"function","function":{"name":"list_files","parameters":{"type":"object","properties":{}}}}]
    """#

  static func request(stream: Bool, extra: String = "") -> String {
    #"{"model":"kimi-k2","stream":\#(stream),\#(extra)"messages":[{"role":"user","content":"go"}],"tools":\#(tools)}"#
  }

  /// A vendor's stream, event by event.
  struct Script {
    var events: [String] = [#"{"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#]

    static func chunk(_ delta: String, finish: String = "null", id: String = "a") -> String {
      #"{"id":"\#(id)","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"#
    }

    func text(_ text: String) -> Script { adding(Self.chunk(#"{"content":"\#(text)"}"#)) }
    func call(_ name: String, _ arguments: String, id: String = "functions.read:0", index: Int = 0) -> Script {
      let head = #"{"tool_calls":[{"index":\#(index),"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":""}}]}"#
      var script = adding(Self.chunk(head))
      var rest = Substring(arguments)
      while !rest.isEmpty {
        let piece = JSONValue(String(rest.prefix(5))).description
        rest = rest.dropFirst(5)
        script = script.adding(
          Self.chunk(#"{"tool_calls":[{"index":\#(index),"function":{"arguments":\#(piece)}}]}"#))
      }
      return script
    }
    func finish(_ reason: String = "tool_calls") -> Script {
      adding(Self.chunk("{}", finish: "\"\(reason)\"")).adding(
        #"{"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}"#
      ).adding("[DONE]")
    }
    func adding(_ event: String) -> Script {
      var script = self
      script.events.append(event)
      return script
    }

    var bytes: String { events.map { "data: \($0)\n\n" }.joined() }
  }

  static let good = #"{"path":"a.txt","limit":3}"#

  @Test("a valid stream reaches the client byte for byte, with one comment before its end", arguments: [1, 7, 1_000_000])
  func valid(step: Int) throws {
    let vendor = Script().text("I will look.").call("read", Self.good).finish()
    var run = try Run(Self.request(stream: true))
    run.answer(vendor.bytes, step: step)
    #expect(run.client == vendor.bytes.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
    #expect(run.record?.verdict == .valid)
    #expect(run.calls.count == 1)
  }

  @Test("text flows on at once; calls are held until the finish reason")
  func holds() throws {
    let vendor = Script().text("Hello").call("read", Self.good)
    var run = try Run(Self.request(stream: true))
    run.head()
    run.body(vendor.bytes)
    #expect(run.client == Script().text("Hello").bytes)
    run.body(Script().finish().events.dropFirst().map { "data: \($0)\n\n" }.joined())
    #expect(run.client.contains("tool_calls"))
  }

  @Test("a dead call stops the vendor and is asked for again; the client sees one stream")
  func retries() throws {
    let bad = Script().call("read", #"{"path":7,"and so on":"........................................"}"#)
    var run = try Run(Self.request(stream: true)) { $0.settings.enforce.repairs = [] }
    run.head()
    run.body(bad.bytes)
    #expect(run.calls.count == 2)
    #expect(run.client.isEmpty)
    let good = Script().call("read", Self.good).finish()
    run.answer(good.bytes)
    let usage = #""usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"x_belay":{"attempts":2,"attempts_with_usage":1}}"#
    #expect(run.client.contains(usage))
    #expect(run.header("x-belay-attempts") == "2")
    #expect(run.header("x-belay-verdict") == "valid")
    #expect(run.record?.attempts.map(\.rung) == [nil, .resend])
    #expect(run.record?.attempts.first?.stoppedAt == 8)
  }

  @Test("text that has flowed is not repeated, and a second attempt goes on under the first one's id")
  func continues() throws {
    var run = try Run(Self.request(stream: true)) { $0.settings.enforce.repairs = [] }
    run.head()
    run.body(Script().text("Let me see.").call("read", #"{"path":7,"#).bytes)
    let second = Script().text("Let me see.").call("read", Self.good).finish().bytes.replacing("\"id\":\"a\"", with: "\"id\":\"b\"")
    run.answer(second)
    let events = run.events
    #expect(events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == "Let me see.")
    #expect(Set(events.compactMap { $0["id"]?.string }) == ["a"])
    #expect(events.count { $0["choices"]?[0]?["delta"]?["role"] != nil } == 1)
    #expect(run.arguments == Self.good)
    #expect(run.finishReasons == ["tool_calls"])
  }

  @Test("a wrong finish reason is mended in the vendor's own event")
  func mendsFinish() throws {
    let vendor = Script().call("read", Self.good).finish("stop")
    var run = try Run(Self.request(stream: true))
    run.answer(vendor.bytes)
    #expect(run.finishReasons == ["tool_calls"])
    #expect(run.record?.attempts.first?.finishReasons == ["stop"])
    #expect(run.header("x-belay-repairs") == "finish_reason")
    #expect(run.calls.count == 1)
  }

  @Test("leaked markup becomes a call, wherever the bytes are cut", arguments: [1, 3, 1_000_000])
  func rescues(step: Int) throws {
    let leak = "<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>"
      + #"{\"path\":\"a.txt\"}"# + "<|tool_call_end|><|tool_calls_section_end|>"
    var script = Script().text("First ")
    for piece in [String(leak.prefix(20)), String(leak.dropFirst(20).prefix(60)), String(leak.dropFirst(80))] {
      script = script.text(piece)
    }
    var run = try Run(Self.request(stream: true))
    run.answer(script.finish("stop").bytes, step: step)
    #expect(run.events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == "First ")
    #expect(run.arguments == #"{"path":"a.txt"}"#)
    #expect(run.finishReasons == ["tool_calls"])
  }

  @Test("an exhausted ladder is an error, or the last answer as it came, as configured")
  func exhausts() throws {
    let bad = Script().call("read", #"{"path":7}"#).finish()
    var refused = try Run(Self.request(stream: true))
    for _ in 0..<3 { refused.answer(bad.bytes) }
    #expect(refused.error?.code == "no_valid_answer")
    #expect(refused.record?.attempts.count == 3)
    #expect(refused.client.isEmpty)

    var passed = try Run(Self.request(stream: true)) { $0.settings.enforce.onExhausted = .pass }
    for _ in 0..<3 { passed.answer(bad.bytes) }
    #expect(passed.arguments == #"{"path":7}"#)
    #expect(passed.client.contains("verdict=invalid exhausted"))
    // Also what each attempt was refused for, behind text that is with the client.
    let markup = #"<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{\"path\": \"a"#
    var leaking = try Run(Self.request(stream: true)) { $0.settings.enforce.onExhausted = .pass }
    for _ in 0..<3 { leaking.answer(Script().text("Let me ").text("look. \(markup)").finish("stop").bytes) }
    let said = leaking.events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
    #expect(said == "Let me look. \(markup.replacing("\\\"", with: "\""))" && leaking.finishReasons == ["stop"])
  }

  @Test("a whole answer is mended in place, and only where it was wrong")
  func mendsBody() throws {
    let body = #"""
      {"id":"x", "odd": [1,  2], "choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[\#
      {"id":"functions.read:0","type":"function","function":{"name":"functions.read","arguments":{"path":"a.txt","limit":"5"}}}]},\#
      "finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}
      """#
    var run = try Run(Self.request(stream: false))
    run.head([("Content-Type", "application/json"), ("Content-Length", "\(body.utf8.count)")])
    run.body(body)
    run.end()
    let expected = body.replacing("functions.read\",\"arg", with: "read\",\"arg")
      .replacing(#"{"path":"a.txt","limit":"5"}"#, with: #""{\"path\":\"a.txt\",\"limit\":5}""#)
      .replacing(#""finish_reason":"stop""#, with: #""finish_reason":"tool_calls""#)
    #expect(run.client == expected)
    #expect(run.header("Content-Length") == String(expected.utf8.count))
    #expect(run.record?.verdict == .valid)
  }

  @Test("a vendor that cannot be reached is asked again, then another one, without the client's key")
  func failsOver() throws {
    var run = try Run(Self.request(stream: false), headers: [("Authorization", "Bearer client")]) {
      $0.settings.enforce.failover = ["other"]
    }
    run.fail(UpstreamError(.connect, "refused"))
    run.fail(UpstreamError(.connect, "refused"))
    #expect(run.calls.map(\.url).map { $0.contains("other.test") } == [false, false, true])
    #expect(run.calls[1].headers.contains { $0.0 == "Authorization" })
    #expect(!run.calls[2].headers.contains { $0.0.lowercased() == "authorization" })
  }

  @Test("a second attempt's own text is no part of another's, however it is cut", arguments: [1, 7, 40, 1_000_000])
  func secondAttemptInPieces(step: Int) throws {
    var run = try Run(Self.request(stream: true)) { $0.settings.enforce.ladder = [.resend] }
    run.fail(UpstreamError(.reset, "gone"))
    let vendor = Script().text("Hel").text("lo").finish("stop")
    run.answer(vendor.bytes, step: step)
    #expect(run.record?.outcome == .completed && run.record?.attempts.count == 2)
    #expect(run.client.hasPrefix(Script().text("Hel").text("lo").bytes) && run.client.hasSuffix("data: [DONE]\n\n"))
    #expect(!run.client.contains("no_valid_answer") && run.client.contains(#""finish_reason":"stop""#))
  }

  @Test("a text that breaks off is not asked for again, where nothing could stand behind it", arguments: [true, false])
  func brokenText(hasTools: Bool) throws {
    let request = Self.request(stream: true)
    var run = try Run(hasTools ? request : request.replacing(#""tools":"#, with: #""other":"#))
    run.head()
    run.body(Script().text("The answer is").bytes)
    run.end()
    #expect(run.calls.count == (hasTools ? 2 : 1) && run.client.contains("The answer is"))
    if !hasTools { #expect(run.client.contains("no_valid_answer") && run.record != nil) }
  }

  @Test("Retry-After is waited for, if the budget of time allows it")
  func waits() throws {
    var run = try Run(Self.request(stream: false))
    run.head([("Retry-After", "2"), ("Content-Type", "application/json")], status: 429)
    run.body(#"{"error":{"message":"slow down","type":"rate_limit_reached_error"}}"#)
    run.end()
    #expect(run.delays == [2_000_000_000])

    var long = try Run(Self.request(stream: false))
    long.head([("Retry-After", "3600"), ("Content-Type", "application/json")], status: 429)
    long.body(#"{"error":{"message":"slow down","type":"rate_limit_reached_error"}}"#)
    long.end()
    #expect(long.delays.isEmpty)
    #expect(long.status == 429)
  }

  @Test("annotate changes no byte but the comment, and retries nothing")
  func annotates() throws {
    let bad = Script().call("read", #"{"path":7}"#).finish()
    var run = try Run(Self.request(stream: true)) { $0.settings.mode = .annotate }
    run.answer(bad.bytes)
    #expect(run.client == bad.bytes.replacing("data: [DONE]", with: ": belay attempts=1 verdict=invalid\ndata: [DONE]"))
    #expect(run.calls.count == 1)
  }

  @Test("what a vendor says in Belay's name does not reach the client, and no key of any name fails over")
  func forgery() throws {
    let body = #"{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{}}"#
    var run = try Run(Self.request(stream: false)) { $0.settings.mode = .annotate }
    run.head([("Content-Type", "application/json"), ("X-Belay-Verdict", "forged"), ("x-other", "stays")])
    run.body(body)
    run.end()
    #expect(!run.headerLines.contains("forged"))
    #expect(run.header("x-other") == "stays")

    let keys = ["Authorization", "x-api-key", "X-Goog-Api-Key", "X-Auth-Token", "openai-api-key", "Cookie"]
    var moved = try Run(Self.request(stream: false), headers: keys.map { ($0, "planted") }) {
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor]
    }
    moved.fail(UpstreamError(.connect, "refused"))
    #expect(moved.calls.count == 2 && !moved.calls[1].headers.contains { $0.1 == "planted" })
  }

  @Test("an answer that was refused is not asked for again by its idempotency key; what failed on the way is")
  func idempotencyKey() throws {
    var refused = try Run(Self.request(stream: true), headers: [("Idempotency-Key", "one")])
    refused.answer(Script().call("read", #"{"path":7}"#).finish().bytes)
    var failed = try Run(Self.request(stream: true), headers: [("Idempotency-Key", "one")])
    failed.fail(UpstreamError(.reset, "reset"))
    let keys = [refused, failed].map { $0.calls.map { $0.headers.contains { $0.0 == "Idempotency-Key" } } }
    #expect(keys == [[true, false], [true, true]])
  }

  @Test("a stream that has begun, and that nobody can go on with, ends with an error event")
  func nobodyLeft() throws {
    var run = try Run(Self.request(stream: true), resting: ["other"]) {
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor]
      $0.settings.enforce.repairs = []
    }
    run.head()
    run.body(Script().text("Let me see.").call("read", #"{"path":7,"#).bytes)
    #expect(run.calls.count == 1 && run.status == 200)
    #expect(run.client.contains("Let me see.") && run.client.contains(#""code":"vendor_unavailable""#) && run.client.hasSuffix("data: [DONE]\n\n"))
    #expect(run.record?.status == 200 && run.record?.error == "vendor_unavailable")
  }

  /// How another vendor may fail before it answers.
  static let failures: [(name: String, code: String)] = [("redirect", "vendor_redirected"), ("reset", "vendor_unreachable")]

  @Test("another vendor that fails in a stream that has begun ends it with an error event: an answer has one head", arguments: failures.indices)
  func otherVendorFails(index: Int) throws {
    var run = try Run(Self.request(stream: true)) {
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor]
      $0.settings.enforce.repairs = []
    }
    run.head()
    run.body(Script().text("Let me see.").call("read", #"{"path":7,"#).bytes)
    #expect(run.calls.count == 2 && run.record == nil)
    let (name, code) = Self.failures[index]
    if name == "redirect" { run.head([("Location", "http://elsewhere.test/v1")], status: 302) } else { run.fail(UpstreamError(.reset, "gone")) }
    #expect(run.client.contains("Let me see.") && run.client.contains("\"code\":\"\(code)\"") && run.client.hasSuffix("data: [DONE]\n\n"))
    #expect(run.error == nil && !run.isAborted && !run.client.contains("elsewhere.test"))
    #expect(run.record?.status == 200 && run.record?.error == code && run.record?.fault == .vendor)
  }

  @Test("a vendor that sends elsewhere is not asked again, but the next one is")
  func redirectFailsOver() throws {
    var run = try Run(Self.request(stream: true)) { $0.settings.enforce.failover = ["other"] }
    run.head([("Location", "http://elsewhere.test/v1")], status: 302)
    #expect(run.calls.map { $0.url.contains("other.test") } == [false, true])
    run.answer(Script().text("Hello").finish("stop").bytes)
    #expect(run.status == 200 && run.record?.outcome == .completed && run.record?.attempts.map(\.error) == ["redirected", nil])
  }

  @Test("no error of Belay's own repeats a vendor's key, as an answer or in a stream", arguments: [false, true])
  func keyInComplaint(hasBegun: Bool) throws {
    let key = "sk-vendor-key-0123456789"
    var run = try Run(Self.request(stream: true)) {
      $0.vendors[0].apiKey = Secret(key)
      $0.settings.enforce.attempts = 1
      $0.settings.enforce.repairs = []
    }
    run.answer((hasBegun ? Script().text("Let me see.") : Script()).call(key, "{}").finish().bytes)
    let said = hasBegun ? run.client : run.error?.message ?? ""
    #expect(run.record?.error == "no_valid_answer" && run.record?.attempts.first?.findings.contains { $0.message.contains(key) } == true)
    #expect(!said.contains(key) && said.contains("[redacted]"), "\(said)")
  }

  @Test("calls too long to be held have left: nothing is asked again for them, and none is written twice")
  func overflow() throws {
    var run = try Run(Self.request(stream: true))
    run.head()
    let piece = String(repeating: "x", count: 1 << 20)
    var script = Script().call("functions.read", "")
    script.events.append(Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"path\":7,\"limit\":\""}}]}"#))
    for _ in 0..<34 { script.events.append(Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\#(piece)"}}]}"#)) }
    script.events.append(Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]}"#))
    let bytes = script.finish().bytes
    run.body(bytes)
    run.end()
    #expect(run.calls.count == 1)
    #expect(run.client.replacing(": belay attempts=1 verdict=unknown\n", with: "") == bytes)
  }

  @Test("a call with more values than are kept passes as it came, in whatever form the client asked", arguments: [true, false])
  func manyValues(stream: Bool) throws {
    let piece = #"{"tool_calls":[{"index":0,"function":{"arguments":"\#(String(repeating: "[],", count: 20_000))"}}]}"#
    let begun = Script().call("list_files", #"{"a":["#, id: "functions.list_files:0")
    let vendor = (0..<8).reduce(begun) { script, _ in script.adding(Script.chunk(piece)) }.finish().bytes
    var run = try Run(Self.request(stream: stream)) { $0.settings.enforce.repairs = [] }
    run.answer(vendor, step: 16 << 10)
    #expect(run.client.replacing(": belay attempts=1 verdict=unknown\n", with: "") == vendor)
    #expect(run.calls.count == 1 && run.record?.verdict == .unknown && run.record?.findingCodes.contains("arguments.too_long") == true)
  }

  @Test("a whole answer that is too much for all together passes as it came")
  func commonLimitOfBodies() throws {
    let answer = #"{"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"\#(String(repeating: "x", count: 300_000))"},"finish_reason":"stop"}]}"#
    for limit in [1 << 19, 8 << 20] {
      var run = try Run(Self.request(stream: false)) { $0.limits.bufferedBytes = limit }
      run.head([("Content-Type", "application/json")])
      run.body(String(answer.prefix(290_000)), step: 64 << 10)
      #expect(run.client.isEmpty == (limit > 1 << 19))
      run.body(String(answer.dropFirst(290_000)))
      run.end()
      #expect(run.client == answer && run.record != nil)
    }
  }

  @Test("a stream that never ends its event passes on, and is not kept")
  func endlessEvent() throws {
    var run = try Run(Self.request(stream: true))
    run.head()
    let piece = "data: " + String(repeating: "x", count: 1 << 20)
    for _ in 0..<40 { run.body(piece) }
    #expect(run.client.utf8.count > 32 << 20)
  }

  @Test("megabytes of blank lines and comments are one thing that is held, and pass as they came", .timeLimit(.minutes(1)))
  func heldSilence() throws {
    let call = Script().call("read", Self.good)
    let silence = String(repeating: "\n", count: 8 << 20) + String(repeating: ":\n\n", count: 20_000) + String(repeating: "\r\n", count: 20_000)
    let end = Script().finish().events.dropFirst().map { "data: \($0)\n\n" }.joined()
    var run = try Run(Self.request(stream: true))
    run.head()
    run.body(call.bytes)
    run.body(silence, step: 1 << 16)
    #expect(run.client.isEmpty)
    run.body(end)
    run.end()
    #expect(run.client.replacing(": belay attempts=1 verdict=valid\n", with: "") == call.bytes + silence + end)
  }

  static let many = [
    (begin: "id: 1\n", line: ":\n", end: "\n"), (begin: "id: 1\n", line: ":\n", end: "data: \n\n"), (begin: "", line: ":\nx\n", end: "data: {\"choices\":[]}\n\n"),
  ]

  @Test("millions of comments in an event that does not pass as it came are soon over, and few leave", .timeLimit(.minutes(1)), arguments: many)
  func manyComments(many: (begin: String, line: String, end: String)) throws {
    let (before, behind) = (Script().text("hi").bytes, Script().finish("stop").events.dropFirst().map { "data: \($0)\n\n" }.joined())
    var run = try Run(Self.request(stream: true))
    run.head()
    run.body(many.begin + before)
    run.body(String(repeating: many.line, count: 1 << 20) + many.end)
    run.body(behind)
    run.end()
    #expect(run.record?.verdict == .valid && run.client.utf8.count < before.utf8.count + behind.utf8.count + (80 << 10))
  }

  @Test("blank lines before a page of HTML do not hide it, nor take time for each that follows", .timeLimit(.minutes(1)))
  func leadingSilence() throws {
    let isLinear = try growsLinearly(20_000) { size in
      String(repeating: " \n\n", count: size) + "<html>"
    } _: { page in
      var run = try Run(Self.request(stream: true)) { $0.settings.enforce.attempts = 1 }
      run.head()
      run.body(page)
      run.end()
      #expect(run.record?.attempts.first?.findings.contains { $0.kind == .responseHTML } == true)
    }
    #expect(isLinear)
  }

  @Test("an event counts for more than its bytes: half a million small ones are too many to be held", .timeLimit(.minutes(1)))
  func heldEvents() throws {
    var run = try Run(Self.request(stream: true))
    run.head()
    run.body(Script().call("read", Self.good).bytes)
    run.body(String(repeating: "data: {}\n\n", count: 100_000))
    #expect(run.client.isEmpty)
    run.body(String(repeating: "data: {}\n\n", count: 400_000), step: 1 << 20)
    #expect(!run.client.isEmpty)
  }

  @Test("small pieces behind megabytes of arguments copy none of them", .timeLimit(.minutes(1)))
  func heldPieces() throws {
    var run = try Run(Self.request(stream: true))
    run.head()
    let long = String(repeating: "x", count: 8 << 20)
    let begin = #"{"tool_calls":[{"index":0,"id":"functions.read:0","function":{"name":"read","arguments":"{\"path\":\"\#(long)"}}]}"#
    run.body("data: \(Script.chunk(begin))\n\n")
    let piece = "data: \(Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"y"}}]}"#))\n\n"
    #expect(cpuTime { for _ in 0..<3000 { run.body(piece) } } < .seconds(3))
    #expect(run.client.isEmpty)
  }

  @Test("a dead call among a thousand is looked at as the answer grows, not at each event", .timeLimit(.minutes(1)))
  func deadAmongMany() throws {
    let end = "data: \(Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"#))\n\n" + "data: \(Script.chunk("{}", finish: "\"tool_calls\""))\n\ndata: [DONE]\n\n"
    let isLinear = try growsLinearly(128) { size in
      let calls = (0..<size).map { index in
        let limit = index == 0 ? #",\"limit\":\"5\""# : "}"
        return "data: \(Script.chunk(#"{"tool_calls":[{"index":\#(index),"id":"functions.read:\#(index)","function":{"name":"read","arguments":"{\"path\":\"a\"\#(limit)"}}]}"#))\n\n"
      }
      return calls.joined() + String(repeating: "data: \(Script.chunk(#"{"tool_calls":[{"index":1}]}"#))\n\n", count: 20 * size)
    } _: { stream in
      var run = try Run(Self.request(stream: true))
      run.head()
      run.body(stream)
      #expect(run.client.isEmpty && run.calls.count == 1)
      run.body(end)
      run.end()
      #expect(run.calls.count == 1 && run.client.contains("verdict=valid"))
    }
    #expect(isLinear)
  }

  @Test("a client that has seen a beginning is told that another attempt is awaited")
  func keepsAlive() throws {
    var run = try Run(Self.request(stream: true)) { $0.settings.enforce.repairs = [] }
    run.head()
    run.body(Script().text("Let me see.").call("read", #"{"path":7,"#).bytes)
    #expect(run.calls.count == 2)
    run.pass(seconds: 11)
    #expect(run.client.hasSuffix(": belay is waiting for the vendor\n"))
  }

  @Test("a client that waits for the first word is told so, head and all, whatever the vendor sends meanwhile")
  func keepsAliveBeforeTheFirstWord() throws {
    for said in ["", ": PROCESSING\n\n", Script().bytes] {
      var run = try Run(Self.request(stream: true))
      run.head()
      run.body(said)
      #expect(run.status == 0 && run.client.isEmpty)
      run.pass(seconds: 11)
      #expect(run.status == 200 && run.client == ": belay is waiting for the vendor\n")
      run.body(said + Script().call("read", #"{"path":7}"#).finish().bytes)
      // What was promised is a stream only: another attempt stands in as before.
      #expect(run.calls.count == 2)
      run.answer(Script().call("read", Self.good).finish().bytes)
      #expect(run.arguments == Self.good && run.record?.verdict == .valid)
    }
  }
}
