// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import Testing

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
    ("id: 1\ndata: {\"choices\":[]}\n\n: ping\n\n", "id: 1\ndata: {\"choices\":[]}\n\n: ping\n"), ("id: 1\n\n", ""), ("retry: 5\n\n", ""),
    ("event: error\n\n", ""), ("data: \n\n", ""), (": ping\ndata:\n\n", ": ping\n"), (": ping\n\n", ": ping\n\n"),
    ("id: 1\r\ndata: {\"choices\":[]}\r\n\r\n\r\n", "id: 1\r\ndata: {\"choices\":[]}\r\n\r\n"),
  ]

  @Test("no event leaves that has no data, once a client might take it for one", arguments: silent, [Mode.annotate, .enforce])
  func withoutData(event: (came: String, left: String), mode: Mode) throws {
    let (before, behind) = (Script().text("hi").bytes, Script().finish("stop").events.dropFirst().map { "data: \($0)\n\n" }.joined())
    for step in [1, 1_000_000] {
      var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.mode = mode }
      run.answer(before + event.came + behind, step: step)
      #expect(run.client == before + event.left + behind.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
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
