// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Inspection
import JSON
import NIOCore
import Testing
import Upstream

/// What each attempt's request says, and what the client gets at the ladder's end.
@Suite struct LadderFlowTests {
  typealias Script = EnforcementTests.Script

  /// What a vendor does with one request.
  enum Play: Sendable {
    case good, bad, empty, cut, broken, reset
    /// An error status, with its message.
    case status(Int, String)
  }

  /// `strict` and every `tool_choice` are honoured.
  private static func able(_ configuration: inout BelayConfiguration) {
    var profile = VendorProfile(name: "able")
    (profile.strict, profile.toolChoiceRequired, profile.toolChoiceNamed) = (.yes, .yes, .yes)
    configuration.vendors[0].profile = profile
  }

  private static func play(_ plays: [Play], _ run: inout Run) {
    for play in plays where run.record == nil {
      switch play {
      case .good: run.answer(Script().call("read", EnforcementTests.good).finish().bytes)
      case .bad: run.answer(Script().call("read", #"{"path":7}"#).finish().bytes)
      case .empty: run.answer(Script().finish("stop").bytes)
      case .cut: run.answer(Script().call("read", #"{"path":"a long file's na"#).finish("length").bytes)
      case .broken: run.answer(Script().bytes)
      case .reset: run.fail(UpstreamError(.reset, "reset"))
      case .status(let status, let message):
        let type = status == 413 ? "rate_limit_exceeded" : status < 500 ? "invalid_request_error" : "server_error"
        run.head([("Content-Type", "application/json")], status: status)
        run.body(#"{"error":{"message":"\#(message)","type":"\#(type)"}}"#)
        run.end()
      }
    }
  }

  /// What Belay changed in each request: `strict`, a demand for a call, a turn of feedback, a limit of tokens.
  private static func changes(_ run: Run) -> [String] {
    bodies(run).map { body in
      var said: [String] = []
      if body["tools"]?[0]?["function"]?["strict"] != nil { said.append("strict") }
      if let choice = body["tool_choice"] { said.append(choice["function"]?["name"]?.string ?? choice.string ?? "other") }
      if let limit = body["max_tokens"] { said.append("\(limit)") }
      if let count = body["messages"]?.array?.count, count > 1 { said.append(body["messages"]?[count - 1]?["role"]?.string ?? "") }
      return said.joined(separator: " ")
    }
  }

  private static func bodies(_ run: Run) -> [JSONValue] {
    run.calls.map { call in
      guard case .bytes(let body) = call.body else { return .null }
      return (try? JSONValue(parsing: Array(body.readableBytesView))) ?? .null
    }
  }

  private static let noStrict = Play.status(400, "Invalid schema for function 'read': 'strict' is not supported")
  private static let noChoice = Play.status(400, "tool_choice is not supported by this model")
  private static let noGrammar = Play.status(500, "the grammar backend failed")
  private static let noRoom = Play.status(400, "This model's maximum context length is 4096 tokens")
  private static let unread = Play.status(400, "Failed to call a function")
  private static let busy = Play.status(503, "overloaded")

  static let ladders: [(name: String, plays: [Play], changes: [String])] = [
    ("every rung", [.bad, .bad, .bad, .bad, .good], ["", "", "strict", "strict read", "strict read tool"]),
    ("`strict` refused", [.bad, .bad, noStrict, .good], ["", "", "strict", "read"]),
    ("a demand refused", [.bad, .bad, .bad, noChoice, .good], ["", "", "strict", "strict read", "strict tool"]),
    ("both refused", [.bad, .bad, noStrict, noChoice, .good], ["", "", "strict", "read", "tool"]),
    ("a change by which the model is not known", [.bad, .bad, .status(404, "no such route"), .good], ["", "", "strict", "read"]),
    ("a change that costs too much", [.bad, .bad, .status(402, "requires more credits"), .good], ["", "", "strict", "read"]),
    ("a change that is not allowed", [.bad, .bad, .status(403, "not in your plan"), .good], ["", "", "strict", "read"]),
    ("what makes a vendor fail", [.bad, .bad, noGrammar, .good], ["", "", "strict", "read"]),
    ("a moment without room", [.bad, busy, .good], ["", "", "strict"]),
    ("a connection that is reset", [.bad, .reset, .good], ["", "", "strict"]),
    ("a stream of nothing", [.bad, .broken, .good], ["", "", "strict"]),
    ("a stream of nothing in place of a call", [.bad, .bad, .bad, .broken, .good], ["", "", "strict", "strict read", "strict tool"]),
    ("first without room", [busy, .bad, .good], ["", "", "strict"]),
    ("the vendor's own check", [unread, unread, noStrict, .good], ["", "", "strict", "required"]),
  ]

  @Test("a vendor that refuses what Belay changed, or has a bad moment, is asked on without the change", arguments: ladders.indices, [true, false])
  func refusedChanges(index: Int, stream: Bool) throws {
    let ladder = Self.ladders[index]
    var run = try Run(EnforcementTests.request(stream: stream)) {
      Self.able(&$0)
      $0.settings.enforce.attempts = 5
    }
    Self.play(ladder.plays, &run)
    #expect(Self.changes(run) == ladder.changes, "\(ladder.name)")
    #expect(run.status == 200 && run.record?.verdict == .valid, "\(ladder.name)")
    #expect(stream ? run.arguments == EnforcementTests.good : run.client.contains("a.txt"), "\(ladder.name)")
  }

  @Test("what a vendor says of what Belay changed closes no circuit for others")
  func ownChanges() throws {
    let lasting = Exchange.Lasting()
    var runs = try (0..<4).map { _ in try Run(EnforcementTests.request(stream: false), lasting: lasting) { Self.able(&$0) } }
    for number in runs.indices { Self.play([.bad, .bad], &runs[number]) }
    for _ in 0..<2 { for number in runs.indices { Self.play([Self.noGrammar], &runs[number]) } }
    var other = try Run(EnforcementTests.request(stream: true), lasting: lasting)
    other.answer(Script().text("hello").finish("stop").bytes)
    #expect(other.calls.count == 1 && other.record?.outcome == .completed)
  }

  @Test("a vendor of which nothing is known is asked on by feedback", arguments: [busy, .reset, .broken, .status(429, "rate limit reached")])
  func unknownVendor(second: Play) throws {
    var run = try Run(EnforcementTests.request(stream: true))
    Self.play([.bad, second, .good], &run)
    #expect(Self.changes(run) == ["", "", "tool"] && run.record?.verdict == .valid)
    #expect(Self.bodies(run).last?["messages"]?[2]?["content"]?.string?.contains("do not match the schema of 'read'") == true)
  }

  static let ends: [(name: String, plays: [Play], status: Int)] = [
    ("the client's own request", [.status(400, "no")], 400), ("the same again", [.bad, .status(400, "no")], 400),
    ("what Belay changed", [.bad, .bad, noStrict], 502), ("what makes a vendor fail", [.bad, .bad, noGrammar], 502),
    ("a bad moment", [.bad, busy], 503), ("a bad moment of what Belay changed", [.bad, .bad, busy], 502),
    ("what costs too much, changed", [.bad, .bad, .status(402, "requires more credits")], 502),
    ("feedback that is too long", [.bad, .bad, .bad, .bad, noRoom], 502),
    ("the vendor's own check, and what Belay changed", [unread, unread, noStrict], 400),
  ]

  @Test("a client is told of an error about its own request, and of none about what Belay made of it", arguments: ends.indices, [true, false])
  func lastRefusal(index: Int, stream: Bool) throws {
    let end = Self.ends[index]
    var run = try Run(EnforcementTests.request(stream: stream)) {
      Self.able(&$0)
      $0.settings.enforce.attempts = end.plays.count
    }
    Self.play(end.plays, &run)
    #expect(run.calls.count == end.plays.count && (run.error?.status ?? run.status) == end.status, "\(end.name)")
    #expect((run.error?.code == "no_valid_answer") == (end.status == 502), "\(end.name)")
    guard let error = run.error, case .status(let status, _)? = end.plays.last else { return }
    #expect(error.isRetryable == (status >= 500), "\(end.name): a bad moment passes")
  }

  @Test("with `on_exhausted: pass` the last answer comes before any error behind it", arguments: [noStrict, noGrammar, busy, .reset], [true, false])
  func lastAnswer(end: Play, stream: Bool) throws {
    var run = try Run(EnforcementTests.request(stream: stream)) {
      Self.able(&$0)
      ($0.settings.enforce.attempts, $0.settings.enforce.onExhausted) = (3, .pass)
    }
    Self.play([.empty, .bad, end], &run)
    #expect(run.calls.count == 3 && run.status == 200 && run.record?.outcome == .completed && run.record?.verdict == .invalid)
    #expect(stream ? run.arguments == #"{"path":7}"# && run.finishReasons == ["tool_calls"] : run.client.contains(#""{\"path\":7}""#))
    #expect(run.client.contains(#""prompt_tokens":20,"completion_tokens":10,"total_tokens":30,"x_belay":{"attempts":3,"attempts_with_usage":2}"#))
    if stream { #expect(run.client.hasSuffix(": belay attempts=3 verdict=invalid exhausted\ndata: [DONE]\n\n")) }
  }

  @Test("its record is of the vendor that gave it, whichever was asked last", arguments: [true, false])
  func vendorOfLastAnswer(stream: Bool) throws {
    var run = try Run(EnforcementTests.request(stream: stream)) {
      ($0.settings.enforce.attempts, $0.settings.enforce.onExhausted, $0.settings.enforce.failover) = (4, .pass, ["other"])
    }
    Self.play([.bad, .reset, .reset, .reset], &run)
    #expect(run.record?.attempts.map(\.vendor).last == "other" && run.record?.verdict == .invalid)
    #expect(run.record?.vendor == "v" && run.record?.told == 0)
  }

  @Test("so it does behind text of its own that is with the client, from where it was held on")
  func restOfLastAnswer() throws {
    let markup = #"<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{\"path\": \"a"#
    let leaking = Script().text("Let me ").text("look. \(markup)").finish("stop")
    let calling = Script().text("Let me see. ").call("read", #"{"path":7}"#).finish()
    for (script, text, arguments, reason) in [
      (leaking, "Let me look. " + markup.replacing("\\\"", with: "\""), "", "stop"), (calling, "Let me see. ", #"{"path":7}"#, "tool_calls"),
    ] {
      var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.onExhausted = .pass }
      run.answer(script.bytes)
      Self.play([.reset, .reset], &run)
      let said = run.events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
      #expect(said == text && run.calls.count == 3)
      #expect(run.arguments == arguments && run.finishReasons == [reason] && run.client.hasSuffix("data: [DONE]\n\n"))
    }
  }

  @Test("nothing is put behind what the answer is to begin with", arguments: [true, false])
  func noFeedback(continues: Bool) throws {
    let begun = #",{"role":"assistant","content":"So","partial":\#(continues)}"#
    let request = EnforcementTests.request(stream: true).replacing(#"{"role":"user","content":"go"}"#, with: #"{"role":"user","content":"go"}\#(begun)"#)
    var run = try Run(request) { $0.settings.enforce.ladder = [.feedback] }
    run.answer(Script().call("nothing", "{}").finish().bytes)
    #expect(run.calls.count == (continues ? 1 : 2))
    if continues { #expect(run.record?.verdict != .valid) }
  }

  /// Three vendors, of which the client asks the first.
  private static func failover(_ configuration: inout BelayConfiguration) {
    configuration.vendors.append(Vendor(name: "third", baseURL: "http://third.test/v1"))
    configuration.settings.enforce.failover = ["other", "third"]
    (configuration.settings.enforce.ladder, configuration.settings.enforce.attempts) = ([.otherVendor], 5)
  }

  static let refusals: [Play] = [
    .status(400, "Unrecognized request argument supplied"), .status(422, "extra fields"), .status(413, "too large"), .status(401, "no"),
  ]

  @Test("what another vendor refuses, the next one may take", arguments: refusals, [Play.bad, busy])
  func otherVendorRefuses(refusal: Play, first: Play) throws {
    for isOut in [false, true] {
      let out = isOut ? [Watch.Key(vendor: "v", model: "kimi-k2"): 0.0] : [:]
      var run = try Run(EnforcementTests.request(stream: true), rotation: out, adjust: Self.failover)
      Self.play((isOut ? [] : [first]) + [refusal, .good], &run)
      #expect(run.calls.map { $0.url.split(separator: "/")[1] } == (isOut ? [] : ["vendor.test"]) + ["other.test", "third.test"])
      #expect(run.record?.verdict == .valid && run.arguments == EnforcementTests.good)
    }
  }

  static let refusedEverywhere: [(first: Play, status: Int, code: String?)] = [
    (busy, 503, nil), (.status(401, "your key"), 401, nil), (.reset, 502, "vendor_unreachable"), (.bad, 502, "no_valid_answer"),
  ]

  @Test("of vendors that it did not ask a client is told no refusal", arguments: refusedEverywhere.indices, [true, false])
  func refusedElsewhere(index: Int, stream: Bool) throws {
    let (first, status, code) = Self.refusedEverywhere[index]
    var run = try Run(EnforcementTests.request(stream: stream), adjust: Self.failover)
    Self.play([first, .status(400, "another's words"), .status(404, "another's words")], &run)
    #expect(run.calls.count == 3 && (run.error?.status ?? run.status) == status && run.error?.code == code)
    #expect(!run.client.contains("another's words"))
  }

  @Test("one vendor's answer is not told to another, which is asked anew")
  func feedbackElsewhere() throws {
    var run = try Run(EnforcementTests.request(stream: true)) {
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor, .feedback]
    }
    Self.play([.bad, Self.busy], &run)
    #expect(Self.changes(run) == ["", ""] && run.error?.code == "no_valid_answer" && run.error?.isRetryable == true)
    var answered = try Run(EnforcementTests.request(stream: true)) {
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor, .feedback]
    }
    Self.play([.bad, .bad, .good], &answered)
    #expect(Self.changes(answered) == ["", "", "tool"] && answered.record?.verdict == .valid)
  }

  @Test("a text that breaks off, and is whole the next time, is no cause to demand a call", arguments: [true, false])
  func brokenText(hasLostCall: Bool) throws {
    let begun = Script().text("Done: all files ")
    var run = try Run(EnforcementTests.request(stream: true), adjust: Self.able)
    run.answer(hasLostCall ? begun.call("read", #"{"path":7}"#).finish().bytes : begun.bytes)
    for _ in 0..<3 where run.record == nil { run.answer(Script().text("Done: all files are in place.").finish("stop").bytes) }
    #expect(Self.changes(run) == (hasLostCall ? ["", "", "strict", "strict required"] : ["", ""]))
    #expect(run.client.contains("Done: all files ") && run.client.contains("no_valid_answer"))
  }

  @Test("a call in the text of a request that can have none is asked for once", arguments: ["", #""tool_choice":"none","#])
  func callWithoutTools(choice: String) throws {
    let request = EnforcementTests.request(stream: true, extra: choice)
    var run = try Run(choice.isEmpty ? request.replacing(#""tools":"#, with: #""other":"#) : request)
    run.answer(Script().text("Let me see. ").call("browse", "{}").finish().bytes)
    #expect(run.calls.count == 1 && run.client.contains("Let me see. ") && run.client.contains("no_valid_answer"))
  }

  @Test("what flowed with its markup is not said twice where the ladder ends", arguments: [true, false])
  func flowingMarkup(isThought: Bool) throws {
    let words = "K2 writes <|tool_call_begin|>functions.search:0 first. Then more"
    let request = EnforcementTests.request(stream: true)
    let asked = isThought ? request.replacing(#""tools":"#, with: #""other":"#) : request.replacing(#""go""#, with: #""what is <|tool_call_begin|>?""#)
    var run = try Run(asked) { ($0.settings.enforce.attempts, $0.settings.enforce.onExhausted) = (2, .pass) }
    let script = isThought ? Script().adding(Script.chunk(#"{"reasoning_content":"\#(words)"}"#)) : Script().text(words)
    run.answer(script.bytes)
    run.answer(isThought ? script.bytes : Script().text(words + " words. The end.").finish("stop").bytes)
    #expect(run.calls.count == 2 && run.client.ranges(of: "<|tool_call_begin|>").count == 1)
  }

  static let cuts: [(name: String, extra: String, plays: [Play], changes: [String])] = [
    ("raised once", #""max_tokens":20,"#, [.cut, .cut], ["20", "8192"]),
    ("raised, and good", #""max_tokens":4096,"#, [.cut, .good], ["4096", "8192"]),
    ("raised, and bad", #""max_tokens":20,"#, [.cut, .bad, .good], ["20", "8192", "strict 8192"]),
    ("a raise that is refused", #""max_tokens":20,"#, [.cut, .status(400, "max_tokens is too large")], ["20", "8192"]),
    ("a raise that costs too much", #""max_tokens":20,"#, [.cut, .status(402, "can only afford 3000")], ["20", "8192"]),
    ("a raise beyond the tokens of a minute", #""max_tokens":20,"#, [.cut, .status(413, "Request too large")], ["20", "8192"]),
    ("a raise that is too much now", #""max_tokens":20,"#, [.cut, .status(429, "rate limit reached")], ["20", "8192"]),
    ("no limit of the client's", "", [.cut, .cut], ["", ""]),
  ]

  @Test("an answer cut at a limit is asked for once more, with a higher one", arguments: cuts.indices, [true, false])
  func cutAnswers(index: Int, stream: Bool) throws {
    let cut = Self.cuts[index]
    var run = try Run(EnforcementTests.request(stream: stream, extra: cut.extra), adjust: Self.able)
    Self.play(cut.plays, &run)
    #expect(Self.changes(run) == cut.changes, "\(cut.name)")
    if case .good? = cut.plays.last { #expect(run.record?.verdict == .valid) } else { #expect(run.error?.code == "no_valid_answer") }
  }

  static let choices = [
    #""none""#, #"{"type":"function","function":{"name":"list_files"}}"#,
    #"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"list_files"}}]}}"#,
  ]

  @Test("what the client chose is what every attempt asks for", arguments: choices, [[Play.bad, .bad, .bad, .bad], [.empty, .empty, .empty, .empty]])
  func keptChoice(choice: String, plays: [Play]) throws {
    let chosen = try JSONValue(parsing: Array(choice.utf8))
    var run = try Run(EnforcementTests.request(stream: true, extra: #""tool_choice":\#(choice),"#), adjust: Self.able)
    Self.play(plays, &run)
    let bodies = Self.bodies(run)
    #expect(bodies.count == 4 && bodies.allSatisfy { $0["tool_choice"] == chosen })
    let words = bodies.last?["messages"]?.array?.last?["content"]?.string ?? ""
    #expect(words.contains("Answer in text") == (chosen == "none") && (chosen != "none" || !words.contains("call again")))
  }

  @Test("a call is demanded where one was wrong, not where nothing was said", arguments: ["", #""tool_choice":"auto","#])
  func demandedCalls(choice: String) throws {
    let auto = choice.isEmpty ? "" : "auto"
    var empty = try Run(EnforcementTests.request(stream: true, extra: choice), adjust: Self.able)
    Self.play([.empty, .empty, .empty, .empty], &empty)
    #expect(Self.bodies(empty).count == 4 && Self.bodies(empty).allSatisfy { ($0["tool_choice"]?.string ?? "") == auto })
    var bad = try Run(EnforcementTests.request(stream: true, extra: choice), adjust: Self.able)
    Self.play([.bad, .bad, .bad, .good], &bad)
    #expect(Self.bodies(bad).last?["tool_choice"]?["function"]?["name"]?.string == "read" && bad.record?.verdict == .valid)
  }

  @Test("feedback is about the choice that was wrong")
  func secondChoice() throws {
    let call = #"{"id":"a","type":"function","function":{"name":"read","arguments":"{\"path\":7}"}}"#
    let bad = #"{"role":"assistant","content":null,"tool_calls":[\#(call)]}"#
    let good = #"{"role":"assistant","content":"hi"}"#
    var run = try Run(EnforcementTests.request(stream: false, extra: #""n":2,"#)) { $0.settings.enforce.ladder = [.feedback] }
    run.head([("Content-Type", "application/json")])
    run.body(
      #"{"id":"a","object":"chat.completion","created":1,"model":"m","usage":{},"choices":["#
        + #"{"index":0,"message":\#(good),"finish_reason":"stop"},{"index":1,"message":\#(bad),"finish_reason":"tool_calls"}]}"#)
    run.end()
    let messages = Self.bodies(run).last?["messages"]
    #expect(messages?[1]?["tool_calls"]?[0]?["function"]?["arguments"]?.string == #"{"path":7}"#)
    #expect(messages?[2]?["content"]?.string?.contains("read") == true)
  }

  @Test("a request that was changed has no idempotency key, whatever was answered before")
  func idempotencyKey() throws {
    var run = try Run(EnforcementTests.request(stream: true), headers: [("Idempotency-Key", "one")], adjust: Self.able)
    Self.play([Self.unread, Self.unread, .good], &run)
    #expect(Self.changes(run) == ["", "", "strict"])
    #expect(run.calls.map { $0.headers.contains { $0.0 == "Idempotency-Key" } } == [true, true, false])
  }

  static let formerTools: [(tool: String, called: String, isMended: Bool)] = [
    ("delete_users", "delete_user", false), ("mcp__fs__delete", "delete", false), ("sha", "sha256", false),
    ("Read-File", "read_file", true),
  ]

  @Test("a tool that a conversation had before is not taken for one that there is now", arguments: formerTools.indices)
  func formerTool(index: Int) throws {
    let (tool, called, isMended) = Self.formerTools[index]
    let call = #"{"id":"functions.\#(called):0","type":"function","function":{"name":"\#(called)","arguments":"{}"}}"#
    let history =
      #"{"role":"assistant","content":null,"tool_calls":[\#(call)]},"#
      + #"{"role":"tool","tool_call_id":"functions.\#(called):0","content":"ok"},"#
    let tools = #"[{"type":"function","function":{"name":"\#(tool)","parameters":{"type":"object"}}}]"#
    var run = try Run(#"{"model":"kimi-k2","stream":true,"messages":[\#(history){"role":"user","content":"again"}],"tools":\#(tools)}"#) {
      $0.settings.enforce.ladder = [.feedback]
    }
    run.answer(Script().call(called, "{}", id: "functions.\(called):1").finish().bytes)
    #expect(run.calls.count == (isMended ? 1 : 2) && run.client.contains("\"\(tool)\"") == isMended)
    guard !isMended else { return }
    let told = Self.bodies(run).last?["messages"]?.array?.last?["content"]?.string
    #expect(told?.contains("there is no tool named '\(called)'") == true)
  }
}
