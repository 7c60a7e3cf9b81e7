// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import Testing
import Upstream

/// `enforce` and honest vendors with habits of their own: nothing of their answers is lost, and no client fails at them.
@Suite struct OddVendorTests {
  typealias Script = EnforcementTests.Script

  private static func of(_ choice: Int, _ chunk: String) -> String {
    chunk.replacing(#"{"index":0,"delta""#, with: #"{"index":\#(choice),"delta""#)
  }

  private static let call = #"{"tool_calls":[{"index":0,"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":\"a\"}"}}]}"#

  @Test("of several choices none is lost for a call in another: a retry replaces them all")
  func severalChoices() throws {
    var run = try Run(EnforcementTests.request(stream: true, extra: #""n":2,"#)) { $0.settings.enforce.repairs = [] }
    run.head()
    run.body(Script().text("hello ").bytes)
    #expect(run.client.isEmpty)
    let bad = Script.chunk(Self.call.replacing("path", with: "zz"))
    run.body("data: \(Self.of(1, bad))\n\ndata: \(Self.of(1, Script.chunk("{}", finish: "\"tool_calls\"")))\n\n" + Script().finish("stop").bytes)
    #expect(run.calls.count == 2 && run.client.isEmpty)
    let second = [
      Script.chunk(#"{"content":"first"}"#), Self.of(1, Script.chunk(#"{"content":"second answer"}"#)), Script.chunk(Self.call),
      Self.of(1, Script.chunk("{}", finish: "\"stop\"")),
    ]
    run.answer(second.reduce(Script()) { $0.adding($1) }.finish().bytes)
    #expect(run.record?.verdict == .valid && run.arguments == #"{"path":"a"}"#)
    func text(_ choice: Int) -> String {
      run.events.compactMap { $0["choices"]?[0] }.filter { $0["index"]?.int == choice }.compactMap { $0["delta"]?["content"]?.string }.joined()
    }
    #expect(text(0) == "first" && text(1) == "second answer")
  }

  @Test("a retry of a whole answer with several choices replaces them all")
  func severalWholeChoices() throws {
    func body(_ text: String, _ key: String) -> String {
      let call = Self.call.dropFirst().replacing("path", with: key)
      return #"{"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text) 0","#
        + #"\#(call),"finish_reason":"tool_calls"},{"index":1,"message":{"role":"assistant","content":"\#(text) 1"},"finish_reason":"stop"}]}"#
    }
    var run = try Run(EnforcementTests.request(stream: false, extra: #""n":2,"#)) { $0.settings.enforce.repairs = [] }
    for (text, key) in [("first", "zz"), ("second", "path")] {
      run.head([("Content-Type", "application/json")])
      run.body(body(text, key))
      run.end()
    }
    #expect(run.client == body("second", "path") && run.record?.verdict == .valid)
  }

  /// MiniMax ends its streams so (ENTERPILOT/GoModel#1068, mozilla-ai/any-llm#657).
  @Test("a last chunk that repeats the answer as a message says nothing more", arguments: [true, false], [true, false])
  func repeatedMessage(hasCall: Bool, stream: Bool) throws {
    let call = Self.call.replacing(#""index":0,"#, with: "").dropFirst().dropLast()
    let reason = hasCall ? "tool_calls" : "stop"
    var run = try Run(EnforcementTests.request(stream: stream))
    let script = hasCall ? Script().adding(Script.chunk(Self.call)) : Script().text("hel").text("lo")
    let said = hasCall ? #""content":"",\#(call)"# : #""content":"hello""#
    run.answer(
      script.bytes + #"data: {"id":"a","object":"chat.completion","choices":[{"index":0,"finish_reason":"\#(reason)","message":{"role":"assistant",\#(said)}}],"#
        + #""usage":{"prompt_tokens":3,"completion_tokens":4}}"# + "\n\ndata: [DONE]\n\n")
    #expect(run.record?.verdict == .valid && run.calls.count == 1 && run.record?.attempts.first?.usage?.prompt == 3)
    #expect(run.record?.calls.count == (hasCall ? 1 : 0))
    if stream {
      #expect(run.events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == (hasCall ? "" : "hello"))
      #expect(run.events.allSatisfy { $0["object"] == nil || $0["object"] == "chat.completion.chunk" } && run.finishReasons == [reason])
      #expect(!run.client.contains(#""message""#) && (!hasCall || run.arguments == #"{"path":"a"}"#))
    } else {
      let message = try JSONValue(parsing: Array(run.client.utf8))["choices"]?[0]?["message"]
      #expect(message?["content"]?.string ?? "" == (hasCall ? "" : "hello") && message?["tool_calls"]?.array?.count ?? 0 == (hasCall ? 1 : 0))
    }
  }

  @Test("an end mark with blanks around it is the one that clients know", arguments: ["data:  [DONE]", "data: \ndata: [DONE]", "data: [DONE] ", "data:\t[DONE]"])
  func endMark(mark: String) throws {
    for end in mark.contains("\n") ? ["\n\n"] : ["\n\n", "\n"] {
      var run = try Run(EnforcementTests.request(stream: true))
      run.answer(Script().text("hi").adding(Script.chunk("{}", finish: "\"stop\"")).bytes + mark + end)
      #expect(run.record?.verdict == .valid && run.client.hasSuffix("verdict=valid\ndata: [DONE]\n\n"), "\(run.client)")
    }
  }

  @Test("so does a later attempt's")
  func endMarkOfAttempt() throws {
    var run = try Run(EnforcementTests.request(stream: true))
    run.answer(Script().call("read", #"{"zz":1}"#).finish().bytes)
    #expect(run.calls.count == 2)
    run.answer(Script().text("hi").adding(Script.chunk("{}", finish: "\"stop\"")).bytes + "data: [DONE]")
    #expect(run.record?.verdict == .valid && run.client.hasSuffix("verdict=valid\ndata: [DONE]\n\n"), "\(run.client)")
  }

  @Test("an id in an attempt's text is known in the next", arguments: [": ping\n\n", "\n\n: ping\n\n"])
  func idsOfAttempts(comment: String) throws {
    var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.repairs = [] }
    run.answer("id: 7\n" + Script().text("hi").bytes + Script().call("read", #"{"zz":1}"#).finish().events.dropFirst().map { "data: \($0)\n\n" }.joined())
    #expect(run.calls.count == 2 && run.client.contains("hi"))
    run.answer(comment + Script().call("read", EnforcementTests.good).finish().bytes)
    #expect(run.record?.verdict == .valid && run.arguments == EnforcementTests.good && run.client.contains(": ping\n"))
    #expect(run.client.split(separator: "\n\n", omittingEmptySubsequences: false).dropLast().allSatisfy { $0.contains("data: ") })
  }

  private static let counts = #""usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"choices""#

  @Test("what a last chunk says besides its finish reason is said once, where calls are mended", arguments: [
    (Script().adding(Script.chunk(call.replacing(#""type":"function","#, with: ""))), #"{"content":"x","refusal":"no","annotations":[1]}"#, "tool_calls"),
    (Script(), #"{"content":"x","refusal":"no","annotations":[1],\#(call.dropFirst())"#, "stop"),
  ])
  func lastChunk(script: Script, delta: String, reason: String) throws {
    let last = Script.chunk(delta, finish: "\"\(reason)\"").replacing(#""choices""#, with: Self.counts)
    var run = try Run(EnforcementTests.request(stream: true))
    run.answer(script.adding(last).adding("[DONE]").bytes)
    let deltas = run.events.compactMap { $0["choices"]?[0]?["delta"] }
    #expect(run.record?.verdict == .valid && run.header("x-belay-repairs") != nil && run.arguments == #"{"path":"a"}"#)
    #expect(run.events.filter { $0["usage"]?.object != nil }.count == 1 && run.finishReasons == ["tool_calls"])
    for key in ["refusal", "annotations"] { #expect(deltas.filter { $0[JSONString(key)] != nil }.count == 1) }
    #expect(deltas.compactMap { $0["content"]?.string }.joined() == "x")
  }

  @Test("an answer in one chunk, as Gemini's, keeps its role, and its calls what no other vendor has", arguments: [true, false])
  func oneChunk(stream: Bool) throws {
    let call = Self.call.dropFirst().dropLast(2).replacing("functions.read:0", with: "").dropLast() + #","extra_content":{"google":{"thought_signature":"x"}}}]"#
    var run = try Run(EnforcementTests.request(stream: stream))
    run.answer("data: \(Script.chunk(#"{"role":"assistant",\#(call)}"#, finish: "\"tool_calls\""))\n\ndata: [DONE]\n\n")
    #expect(run.record?.verdict == .valid && run.header("x-belay-repairs") == "call_id")
    let deltas = stream ? run.events.compactMap { $0["choices"]?[0]?["delta"] } : [try JSONValue(parsing: Array(run.client.utf8))["choices"]?[0]?["message"] ?? .null]
    #expect(deltas.first?["role"] == "assistant" && deltas.compactMap { $0["role"] }.count == 1)
    let calls = deltas.flatMap { $0["tool_calls"]?.array ?? [] }
    #expect(calls.count == 1 && calls.first?["extra_content"]?["google"]?["thought_signature"] == "x")
  }

  @Test("a finish reason of Belay's stands before the token counts", arguments: [true, false])
  func finishBeforeUsage(hasCall: Bool) throws {
    let script = hasCall ? Script().adding(Script.chunk(Self.call)) : Script().text("hi")
    var run = try Run(EnforcementTests.request(stream: true))
    run.answer(script.adding(#"{"id":"a",\#(Self.counts):[]}"#).adding("[DONE]").bytes)
    #expect(run.record?.verdict == .valid && run.finishReasons == [hasCall ? "tool_calls" : "stop"])
    #expect(run.events.last?["usage"]?["total_tokens"] == 3 && (hasCall ? run.arguments == #"{"path":"a"}"# : run.client.contains("\"hi\"")))
  }

  @Test("token counts before an answer keep none of it back")
  func earlyUsage() throws {
    var run = try Run(EnforcementTests.request(stream: true))
    run.head()
    run.body(Script().adding(#"{"id":"a",\#(Self.counts):[]}"#).text("hello").bytes)
    #expect(run.client.contains("hello") && run.client.contains("total_tokens"))
  }

  @Test("a cut between choices, or behind a finish reason that is none, is no end", arguments: [Mode.annotate, .enforce])
  func cutBetweenChoices(mode: Mode) throws {
    let end = Script.chunk("{}", finish: "\"stop\"")
    let halves = [
      (#""n":2,"#, Script().text("one").adding(end)), (#""n":2,"#, Script().text("one").adding(end).adding(Self.of(1, Script.chunk(#"{"role":"assistant","content":""}"#)))),
      ("", Script().adding(Script.chunk(#"{"content":"a"}"#, finish: "\"stop\"")).adding(Script.chunk(#"{"content":"b"}"#, finish: "\"stop\""))),
    ]
    for (extra, half) in halves {
      var run = try Run(EnforcementTests.request(stream: true, extra: extra)) { $0.settings.mode = mode }
      run.head()
      run.body(half.bytes)
      run.fail(UpstreamError(.truncated, "cut"))
      #expect(mode == .enforce ? run.calls.count == 2 : run.isAborted, "\(extra)")
    }
    // Who ignores `n`, and ends.
    var one = try Run(EnforcementTests.request(stream: true, extra: #""n":2,"#)) { $0.settings.mode = mode }
    one.answer(Script().text("one").adding(end).bytes)
    #expect(one.record?.verdict == .valid && one.calls.count == 1 && !one.isAborted)
  }

  @Test("text of several choices flows where there is nothing to call")
  func textOfSeveralChoices() throws {
    let request = #"{"model":"kimi-k2","stream":true,"n":2,"messages":[{"role":"user","content":"go"}]}"#
    var run = try Run(request)
    run.head()
    run.body(Script().text("hello").bytes)
    #expect(run.client.contains("hello"))
  }

  @Test("an error that is none ends nothing", arguments: [#""""#, "false", "null"])
  func noError(error: String) throws {
    let events = Script().call("read", EnforcementTests.good).finish().events.map { $0.replacing(#"{"id":"a","#, with: #"{"id":"a","error":\#(error),"#) }
    var run = try Run(EnforcementTests.request(stream: true))
    run.answer(events.map { "data: \($0)\n\n" }.joined())
    #expect(run.record?.verdict == .valid && run.arguments == EnforcementTests.good && run.calls.count == 1)
  }

  /// An event without data is one that OpenAI's SDK for Python reads as JSON: behind an `id`, every blank line makes one.
  static let silent = [
    ("id: 1\ndata: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\n\n: ping\n\n", "id: 1\ndata: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\n\n: ping\n"), ("id: 1\n\n", ""), ("retry: 5\n\n", ""),
    ("event: error\n\n", ""), ("data: \n\n", ""), (": ping\ndata:\n\n", ": ping\n"), (": ping\n\n", ": ping\n\n"),
    ("id: 1\r\ndata: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\r\n\r\n\r\n", "id: 1\r\ndata: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\r\n\r\n"),
  ]

  @Test("no event leaves that has no data, once a client might take it for one; annotate changes none", arguments: silent, [Mode.annotate, .enforce])
  func withoutData(event: (came: String, left: String), mode: Mode) throws {
    let (before, behind) = (Script().text("hi").bytes, Script().finish("stop").events.dropFirst().map { "data: \($0)\n\n" }.joined())
    for step in [1, 1_000_000] {
      var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.mode = mode }
      run.answer(before + event.came + behind, step: step)
      #expect(run.client == before + (mode == .annotate ? event.came : event.left) + behind.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
    }
  }

  @Test("token counts behind the answer come, be it with the finish reason once more")
  func lateUsage() throws {
    var run = try Run(EnforcementTests.request(stream: true))
    run.head()
    run.body(Script().call("read", EnforcementTests.good).adding(Script.chunk("{}", finish: "\"tool_calls\"")).bytes)
    run.pass(seconds: 2)
    let last = Script.chunk("{}", finish: "\"tool_calls\"").replacing(#""choices""#, with: #""usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"choices""#)
    run.body("data: \(last)\n\ndata: [DONE]\n\n")
    run.end()
    #expect(run.events.compactMap { $0["usage"]?["total_tokens"]?.int } == [3] && run.finishReasons == ["tool_calls"])
    #expect(run.record?.usage?.completion == 2)
  }

  /// Azure's asynchronous filter lags behind the text.
  @Test("what says nothing of the answer comes behind a pause, too; what says something does not")
  func lateMembers() throws {
    var run = try Run(EnforcementTests.request(stream: true))
    run.head()
    run.body(Script().text("hi").adding(Script.chunk("{}", finish: "\"stop\"")).bytes)
    run.pass(seconds: 3)
    let filter = #"{"id":"a","object":"chat.completion.chunk","choices":[{"index":0,"finish_reason":null,"content_filter_results":{"hate":{"filtered":true}}}]}"#
    let citations = #"{"id":"a","object":"chat.completion.chunk","choices":[{"index":0,"delta":{}}],"citations":["x"]}"#
    run.body([filter, Script.chunk(#"{"content":" and more"}"#), citations, "[DONE]"].map { "data: \($0)\n\n" }.joined())
    run.end()
    #expect(run.client.contains(filter) && run.client.contains(citations) && !run.client.contains("and more"))
    #expect(run.client.hasSuffix("data: [DONE]\n\n") && run.record?.findingCodes.contains("stream.after_finish") == true)
  }

  @Test("a vendor that gives each chunk a finish reason is waited for, however long it pauses")
  func finishInEachChunk() throws {
    func chunk(_ index: Int) -> String {
      Script().call("list_files", "{}", id: "functions.list_files:\(index)", index: index).events.dropFirst()
        .map { "data: \($0.replacing(#""finish_reason":null"#, with: #""finish_reason":"tool_calls""#))\n\n" }.joined()
    }
    var run = try Run(EnforcementTests.request(stream: true))
    run.head()
    run.body(Script().bytes + chunk(0))
    run.pass(seconds: 2)
    run.body(chunk(1) + "data: [DONE]\n\n")
    run.end()
    #expect(run.record?.verdict == .valid && run.client.contains("functions.list_files:1"))
  }
}
