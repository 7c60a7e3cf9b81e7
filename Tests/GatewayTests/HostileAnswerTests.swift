// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import Testing
import Upstream

/// `enforce` and answers that can be read in two ways: what was judged is what the client reads.
@Suite struct HostileAnswerTests {
  typealias Script = EnforcementTests.Script

  /// `limit` is to be an integer, and there is no `zz`.
  static let bad = #"{"path":"a","zz":1}"#
  static let badCall = #"{"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":\"a\",\"zz\":1}"}}"#

  func run(stream: Bool = true) throws -> Run {
    try Run(EnforcementTests.request(stream: stream)) {
      $0.settings.enforce.attempts = 1
      $0.settings.enforce.repairs = []
    }
  }

  static func body(_ choices: String) -> String {
    #"{"id":"a","object":"chat.completion","created":1,"model":"m","choices":[\#(choices)]}"#
  }

  static func choice(_ message: String, index: Int = 0) -> String {
    #"{"index":\#(index),"message":\#(message),"finish_reason":"tool_calls"}"#
  }

  static let late: [(events: [String], isGood: Bool)] = [
    (Script().call("read", bad).events.dropFirst() + [Script.chunk("{}", finish: "\"tool_calls\"")], false),
    ([Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"}}}"}}]}"#)], false),
    ([Script.chunk(#"{"content":"zz"}"#)], true),
    ([Script.chunk(#"{"refusal":"zz"}"#)], true),
    ([#"{"id":"a","created":1,"model":"m","choices":[{"index":1,"delta":{"tool_calls":[\#(badCall)]}}]}"#], false),
    (["zz"], false),
  ]

  @Test("what comes behind a finish reason is judged with the rest, and behind [DONE] nothing comes", arguments: [1, 1_000_000], [0, 1, 2, 3, 4, 5])
  func late(step: Int, number: Int) throws {
    let (events, isGood) = Self.late[number]
    let answer = Script().call("read", EnforcementTests.good).adding(Script.chunk("{}", finish: "\"tool_calls\"")).bytes
    let late = events.map { "data: \($0)\n\n" }.joined()
    var (before, behind) = (try run(), try run())
    before.answer(answer + late + "data: [DONE]\n\n", step: step)
    #expect(before.record?.verdict == (isGood ? .valid : .invalid))
    #expect(before.client == (isGood ? answer + late + ": belay attempts=1 verdict=valid\ndata: [DONE]\n\n" : ""))
    behind.answer(answer + "data: [DONE]\n\n" + late, step: step)
    #expect(behind.client == answer + ": belay attempts=1 verdict=valid\ndata: [DONE]\n\n")
  }

  @Test("a vendor that has finished and falls silent is not waited for")
  func silent() throws {
    let answer = Script().call("read", EnforcementTests.good).adding(Script.chunk("{}", finish: "\"tool_calls\"")).bytes
    var run = try run()
    run.head()
    run.body(answer)
    #expect(run.client.isEmpty)
    run.pass(seconds: 2)
    #expect(run.client == answer)
    run.body("data: \(Script.chunk(#"{"content":"zz"}"#))\n\ndata: [DONE]\n\n")
    run.end()
    #expect(run.client == answer + ": belay attempts=1 verdict=valid\ndata: [DONE]\n\n" && run.record?.findingCodes == ["stream.after_finish"])
  }

  static let odd = [
    ": x\u{2028}data: zz\n\n", ": x\u{85}data: zz\n\n", "\u{FEFF}data: zz\n\n", " data: zz\n\n", "id: \u{2029}data: zz\n\n", "x-y: zz\n\n",
    "data: {\"choices\":[],\"x\":\ndata: [\"zz\"]\ndata: }\n\n", "event: foo\ndata: {\"choices\":[]}\n\n",
    "event: error\nevent: message\ndata: {\"choices\":[]}\n\n",
  ]

  @Test("lines that some reader takes for others leave as none, or as one", arguments: odd)
  func oddLines(event: String) throws {
    var run = try run()
    run.answer(Script().text("hi").bytes + event + Script().finish("stop").events.dropFirst().map { "data: \($0)\n\n" }.joined())
    for line in run.client.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      #expect(line.isEmpty || line.hasPrefix("data: {\"") || line == "data: [DONE]" || line.hasPrefix(": belay"), "\(line)")
    }
    #expect(run.record?.verdict == .valid && run.client.contains("\"hi\""))
  }

  @Test("harmless lines beside an odd one stay lines of their own, whatever ends them", arguments: ["\n", "\r", "\r\n"])
  func rebuiltLines(end: String) throws {
    let event = ["id: 1", "x: zz", "data: \(Script.chunk(#"{"content":"hi"}"#))", "", ""].joined(separator: end)
    var run = try run()
    run.answer(event + Script().finish("stop").events.dropFirst().map { "data: \($0)\n\n" }.joined())
    #expect(run.client.hasPrefix("id: 1\ndata: {") && !run.client.contains("zz"))
  }

  static let foreign = [
    #"{"id":"a","choices":[],"chunk":{"choices":[{"index":0,"delta":{"tool_calls":[\#(badCall)]}}]}}"#, #"{"type":"content.delta","choices":[]}"#,
    #"{"choices":[{"index":0,"delta":{"__proto__":{"tool_calls":[\#(badCall)]}}}]}"#,
  ]

  @Test("what only some clients take for a part of the answer is none", arguments: foreign)
  func foreignMembers(event: String) throws {
    var run = try run()
    run.answer(Script().adding(event).text("hi").finish("stop").bytes)
    #expect(run.record?.verdict == .invalid && !run.client.contains("zz"))
  }

  @Test("a message beside a delta does not leave by that name")
  func echo() throws {
    let event = #"{"id":"a","choices":[{"index":0,"delta":{},"message":{"role":"assistant","tool_calls":[\#(Self.badCall)]},"finish_reason":null}]}"#
    var run = try run()
    run.answer(Script().text("hi").adding(event).finish("stop").bytes)
    #expect(run.record?.verdict == .valid && !run.client.contains(#""message""#))
  }

  @Test("behind a finish reason an event that only other readers read is left out too", arguments: [
    "event: error\ndata: {\"x\":NaN,\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[\(badCall)]}}]}\n\n",
    "event: error\ndata: {\"choices\":[],\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[\(badCall)]}}]}\n\n",
  ])
  func lateError(event: String) throws {
    let answer = Script().text("hello").adding(Script.chunk("{}", finish: "\"stop\""))
    var run = try run()
    run.answer(answer.bytes + event + "data: [DONE]\n\n")
    #expect(run.record?.verdict == .invalid && run.events.allSatisfy { $0["choices"]?[0]?["delta"]?["tool_calls"] == nil })
  }

  @Test("a finish reason of no meaning ends nothing", arguments: ["null", "None"])
  func noReason(word: String) throws {
    let calls = Script().call("read", EnforcementTests.good).events.map { $0.replacing("\"finish_reason\":null", with: "\"finish_reason\":\"\(word)\"") }
    var script = Script()
    script.events = calls
    var run = try run()
    run.answer(script.finish().bytes)
    #expect(run.arguments == EnforcementTests.good && run.record?.verdict == .valid)
  }

  static let split: [[String]] = [
    // One event of two kinds for the SDK, two choices of one number in an event, a choice without a number.
    ["event: thread.x\ndata: " + Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"a\"}"}}]}"#)],
    [#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"a"}}]}},{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]}}]}"#],
    [#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"a\"}"}}]}}]}"#],
  ]

  @Test("a call whose pieces readers put together in several ways is asked for again", arguments: split)
  func pieces(events: [String]) throws {
    let begin = Script.chunk(#"{"tool_calls":[{"index":0,"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":"}}]}"#)
    var run = try run()
    run.answer(Script().adding(begin).bytes + events.map { $0 + "\n\n" }.joined() + Script().finish().events.dropFirst().map { "data: \($0)\n\n" }.joined())
    #expect(run.record?.verdict == .invalid && !run.client.contains("functions.read"))
  }

  @Test("of several byte order marks none is left")
  func marks() throws {
    let answer = Script().call("read", EnforcementTests.good).finish().bytes
    for step in [1, 4, 1000] {
      var run = try run()
      run.answer("\u{FEFF}\u{FEFF}" + answer, step: step)
      #expect(run.client.replacing(": belay attempts=1 verdict=valid\n", with: "") == answer)
    }
  }

  @Test("in annotate what comes behind the finish reason passes, and is told of")
  func lateInAnnotate() throws {
    var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.mode = .annotate }
    let call = Script.chunk(#"{"tool_calls":[\#(Self.badCall)]}"#)
    run.answer(Script().text("hi").adding(Script.chunk("{}", finish: "\"stop\"")).adding(call).adding("[DONE]").bytes)
    #expect(run.client.contains("zz") && run.client.contains("verdict=invalid") && run.record?.verdict == .invalid)
    #expect(run.record?.findingCodes.contains("stream.after_finish") == true)
  }

  @Test("an event that begins with a byte order mark is rewritten as the others are")
  func markedEvent() throws {
    let begin = Script.chunk(#"{"tool_calls":[{"index":0,"id":"functions.read:0","function":{"name":"read","arguments":"{\"path\":"}}]}"#)
    let rest = Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"a\"}"}}]}"#)
    let end = Script().finish().events.dropFirst().map { "data: \($0)\n\n" }.joined()
    var run = try Run(EnforcementTests.request(stream: true))
    run.answer(Script().adding(begin).bytes + "\u{FEFF}data: {}\ndata: \(rest)\n\n" + end)
    #expect(run.arguments == #"{"path":"a"}"# && run.record?.verdict == .valid)
  }

  @Test("millions of line ends behind a comment are passed over at once", .timeLimit(.minutes(1)), arguments: ["\n", "\r", "\r\n"])
  func lineEnds(end: String) throws {
    var run = try Run(EnforcementTests.request(stream: true))
    run.head()
    run.body(": c\n\n" + Script().call("read", EnforcementTests.good).bytes)
    run.body(String(repeating: end, count: 4 << 20), step: 1 << 16)
    run.body(Script().finish().events.dropFirst().map { "data: \($0)\n\n" }.joined())
    run.end()
    #expect(run.arguments == EnforcementTests.good && run.record?.verdict == .valid)
  }

  @Test("an event that does not end is no part of a judged answer, but for the end mark")
  func withoutEnd() throws {
    let answer = Script().call("read", EnforcementTests.good).adding(Script.chunk("{}", finish: "\"tool_calls\""))
    var (hostile, done) = (try run(), try run())
    hostile.answer(answer.bytes + "data: " + Script.chunk(#"{"tool_calls":[\#(Self.badCall)]}"#) + "\n")
    #expect(!hostile.client.contains("zz") && hostile.record?.verdict == .valid)
    done.answer(answer.bytes + "data: [DONE]\n")
    #expect(done.client.hasSuffix("data: [DONE]\n\n"))
  }

  @Test("whatever is a success to clients is judged", arguments: [200, 201, 202, 203, 206, 299])
  func statuses(status: Int) throws {
    var (stream, whole) = (try run(), try run(stream: false))
    stream.head(status: status)
    stream.body(Script().call("read", Self.bad).finish().bytes)
    stream.end()
    whole.head([("Content-Type", "application/json")], status: status)
    whole.body(Self.body(Self.choice(#"{"role":"assistant","tool_calls":[\#(Self.badCall)]}"#)))
    whole.end()
    for run in [stream, whole] { #expect(run.record?.verdict == .invalid && !run.client.contains("functions.read")) }
  }

  static let codings = [
    ("Content-Encoding", "deflate"), ("Content-Encoding", "gzip, identity"), ("content-encoding", "x-gzip"),
    ("Content-Type", "text/event-stream; charset=utf-16"), ("Content-Type", "text/event-stream; Charset = cp037"),
    ("Content-Type", "text/event-stream;charset=shift_jis"), ("Content-Type", "text/event-stream;x-charset=utf-8; charset=utf-7"),
    ("Content-Type", "text/event-stream; charset*0*=utf-7''"), ("Content-Type", "text/event-stream;charset=\"utf-7\""),
    ("Content-Type", "text/event-stream; charset*=utf-8''utf-7"), ("Content-Type", "text/event-stream; charset*0=utf; charset*1=-7"),
  ]

  @Test("an answer in a coding is not read as if it were in none", arguments: codings)
  func coded(field: (String, String)) throws {
    for stream in [true, false] {
      var run = try run(stream: stream)
      run.head([("Content-Type", "text/event-stream"), field].suffix(field.0 == "Content-Type" ? 1 : 2))
      run.body(Script().call("read", EnforcementTests.good).finish().bytes)
      run.end()
      #expect(run.record?.verdict == .invalid && run.found.contains("response.not_json"))
      #expect(!run.client.contains("functions.read"))
    }
  }

  static let types = [
    ("text/event-stream; charset=ISO-8859-1", "text/event-stream"), ("text/event-stream;x=1 ;charset=ascii", "text/event-stream"),
    ("text/event-stream; charset=UTF-8", "text/event-stream; charset=UTF-8"), ("text/event-stream", "text/event-stream"),
  ]

  @Test("what was read as UTF-8 leaves as that", arguments: types)
  func readType(type: (came: String, left: String)) throws {
    var run = try run()
    run.head([("Content-Type", type.came)])
    run.body(Script().text("hi").finish("stop").bytes)
    run.end()
    #expect(run.record?.verdict == .valid && run.header("Content-Type") == type.left)
  }

  @Test("an answer with more choices than are read is not passed as valid")
  func tooManyChoices() throws {
    let others = (1...128).map { #"{"id":"a","choices":[{"index":\#($0),"delta":{"content":"x"}}]}"# }
    var run = try run()
    run.answer(others.reduce(Script()) { $0.adding($1) }.call("read", Self.bad).finish().bytes)
    #expect(run.record?.verdict == .invalid && !run.client.contains("functions.read") && run.found.contains("choice.too_many"))
  }

  static let doubled = [
    #"{"index":0,"function":{"arguments":",\"limit\":1","arguments":null}}"#, #"{"index":0,"index":"1","function":{"arguments":",\"limit\":1"}}"#,
    #"{"index":0,"index":1,"function":{"arguments":",\"limit\":1"}}"#,
  ]

  @Test("of a member that stands twice the last counts, be it null or of the wrong type", arguments: doubled)
  func members(piece: String) throws {
    let request = EnforcementTests.request(stream: true).replacing(#""required":["path"]"#, with: #""required":["path","limit"]"#)
    var run = try Run(request) {
      $0.settings.enforce.attempts = 1
      $0.settings.enforce.repairs = []
    }
    let begun = #"{"index":0,"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":\"a\""}}"#
    let ended = #"{"index":0,"function":{"arguments":"}"}}"#
    let pieces = [begun, piece, ended].map { Script.chunk(#"{"tool_calls":[\#($0)]}"#) }
    run.answer(pieces.reduce(Script()) { $0.adding($1) }.finish().bytes)
    #expect(run.record?.verdict == .invalid && !run.client.contains("functions.read"))
  }

  @Test("two choices of one number in a whole answer are none", arguments: [false, true])
  func sameNumber(stream: Bool) throws {
    let call = Self.badCall.replacing(#",\"zz\":1"#, with: "")
    let choice = Self.choice(#"{"role":"assistant","tool_calls":[\#(call)]}"#)
    var run = try run(stream: stream)
    run.head([("Content-Type", "application/json")])
    run.body(Self.body(choice + "," + choice))
    run.end()
    #expect(run.record?.verdict == .invalid && run.found.contains("response.not_json"))
    #expect(!run.client.contains("functions.read"))
  }

  static let both: [String] = [
    #"{"index":0,"message":{"role":"assistant","content":"hi"},"delta":{"tool_calls":[\#(badCall)]},"finish_reason":"stop"}"#,
    #"{"index":0,"delta":{"tool_calls":[\#(badCall)]},"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}"#,
    #"{"index":0,"message":null,"delta":{"content":"hi"},"finish_reason":"stop"}"#, #"{"delta":{"content":"hi"},"finish_reason":"stop"}"#,
  ]

  @Test("a whole answer that is made a stream has the message that was judged, and nothing beside it", arguments: both)
  func deltaBesideMessage(choice: String) throws {
    var run = try run()
    run.head([("Content-Type", "application/json")])
    run.body(Self.body(choice))
    run.end()
    let deltas = run.events.compactMap { $0["choices"]?[0]?["delta"] }
    #expect(run.events.allSatisfy { $0["choices"]?[0]?["index"] == 0 })
    #expect(deltas.compactMap { $0["content"]?.string } == ["hi"] && deltas.allSatisfy { $0["tool_calls"] == nil })
  }

  static let ambiguous = [
    #"{"index":0,"delta":{"tool_calls":[\#(badCall)],"tool_calls":null}}"#, #"{"index":0,"delta":{"content":"x","Tool_Calls":[\#(badCall)]}}"#,
    #"{"index":0,"delta":{"content":"x"},"DELTA":{"tool_calls":[\#(badCall)]}}"#, #"{"index":0,"delta":{},"delta":{"content":"x"}}"#,
    #"{"index":null,"delta":{"content":"x"}}"#, #"{"index":"0","delta":{"content":"x"}}"#,
    #"{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"read","arguments":"{}","argument\u017f":"{\"zz\":1}"}}]}}"#,
    #"{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"read","arguments":"{}","\u0041rguments":"{\"zz\":1}"}}]}}"#,
  ]

  @Test("a member that is there twice, or in another case, is not read as one reader or the other would", arguments: ambiguous)
  func ambiguousMembers(choice: String) throws {
    var run = try run()
    run.answer(Script().adding(#"{"id":"a","choices":[\#(choice)]}"#).call("read", EnforcementTests.good).finish().bytes)
    #expect(run.record?.verdict == .invalid && run.found.contains("stream.not_json"))
    #expect(!run.client.contains("functions.read") && !run.client.contains("zz"))
  }

  @Test("a call in the form of before there were tools is none that was looked at")
  func legacyCall() throws {
    var run = try run()
    let piece = Script.chunk(#"{"function_call":{"name":"nope","arguments":"{\"zz\":"}}"#)
    run.answer(Script().adding(piece).adding(Script.chunk("{}", finish: "\"function_call\"")).adding("[DONE]").bytes)
    #expect(run.record?.verdict == .invalid && run.found.contains("call.legacy") && !run.client.contains("nope"))
  }

  @Test("a call of another type becomes the function's call that was judged", arguments: [false, true])
  func customCall(stream: Bool) throws {
    let call = Self.badCall.replacing(#",\"zz\":1"#, with: "").replacing(#""type":"function""#, with: #""index":0,"type":"custom","custom":{"name":"zz"}"#)
    var run = try Run(EnforcementTests.request(stream: stream))
    if stream {
      run.answer(Script().adding(Script.chunk(#"{"tool_calls":[\#(call)]}"#)).finish().bytes)
    } else {
      run.head([("Content-Type", "application/json")])
      run.body(Self.body(Self.choice(#"{"role":"assistant","tool_calls":[\#(call)]}"#)))
      run.end()
    }
    #expect(run.record?.verdict == .valid && run.client.contains(#""type":"function""#) && !run.client.contains(#""type":"custom""#))
  }

  @Test("an answer may be empty where its request has words to stop at, or a beginning of it", arguments: [true, false])
  func emptyAnswer(stream: Bool) throws {
    for (extra, more, isFine) in [(#""stop":["x"],"#, "", true), (#""stop":"x","#, "", true), (#""stop":null,"#, "", false), (#""stop":[],"#, "", false), (#""stop":"","#, "", false), ("", #",{"role":"assistant","content":"So"}"#, false),
      ("", #",{"role":"assistant","content":"So","partial":true}"#, true)] {
      let request = EnforcementTests.request(stream: stream, extra: extra).replacing(#"{"role":"user","content":"go"}"#, with: #"{"role":"user","content":"go"}\#(more)"#)
      var run = try Run(request) { $0.settings.enforce.attempts = 1 }
      run.head([("Content-Type", stream ? "text/event-stream" : "application/json")])
      run.body(stream ? Script().finish("stop").bytes : Self.body(Self.choice(#"{"role":"assistant","content":""}"#).replacing("tool_calls", with: "stop")))
      run.end()
      #expect((run.record?.verdict == .valid) == isFine, "\(extra)\(more)")
    }
  }

  static let markup = "<|tool_calls_section_begin|><|tool_call_begin|>functions.list_files:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>"

  @Test("markup of a call that the request has in its text is a quotation", arguments: [false, true])
  func quotedMarkup(escapes: Bool) throws {
    let markup = escapes ? Self.markup.replacing("<", with: "\\u003c") : Self.markup
    let quoting = EnforcementTests.request(stream: true).replacing(#""content":"go""#, with: #""content":"explain \#(markup)""#)
    let answer = Script().text("It is \(Self.markup)").finish("stop").bytes
    var (quotation, leak) = (try Run(quoting), try Run(EnforcementTests.request(stream: true)))
    quotation.answer(answer)
    #expect(quotation.client == answer.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
    #expect(quotation.record?.findingCodes.contains("content.leaked_markup") == true)
    leak.answer(answer)
    #expect(leak.finishReasons == ["tool_calls"])
  }

  static let blanks = [" ", "\t", "\r\n", "\n\t", "\n \n"]

  @Test("a call without markers that stands in a page is a quotation, whatever is before its brace", arguments: blanks, ["0", "12", "x", "-1"])
  func quotedBareCall(blank: String, number: String) throws {
    let call = "functions.list_files:\(number)\(blank){}"
    let page = JSONValue(call).description
    let quoting = EnforcementTests.request(stream: true).replacing(#""content":"go""#, with: #""content":\#(page)"#)
    var run = try Run(quoting)
    run.answer(Script().adding(Script.chunk(#"{"content":\#(page)}"#)).finish("stop").bytes)
    #expect(run.finishReasons == ["stop"] && !run.client.contains("tool_calls") && run.calls.count == 1)
  }

  @Test("a call that was only considered is not made where the model thinks or says something else behind it")
  func consideredCall() throws {
    let last = Script.chunk(#"{"reasoning_content":"I look. \#(Self.markup)"}"#)
    let thought = Script.chunk(#"{"reasoning_content":"Shall I? \#(Self.markup) No."}"#)
    var (said, silent) = (try Run(EnforcementTests.request(stream: true)), try Run(EnforcementTests.request(stream: true)))
    said.answer(Script().adding(thought).text("The answer is 4.").finish("stop").bytes)
    #expect(said.finishReasons == ["stop"] && !said.client.contains("\"tool_calls\"") && said.calls.count == 1)
    // It may have been turned down: asked for again.
    var announced = try Run(EnforcementTests.request(stream: true))
    announced.answer(Script().adding(last).text("I will not.").finish("stop").bytes)
    #expect(announced.finishReasons == [] && announced.calls.count == 2)
    silent.answer(Script().adding(thought).finish("stop").bytes)
    #expect(silent.finishReasons == [] && silent.calls.count == 2)
    silent.answer(Script().adding(last).finish("stop").bytes)
    #expect(silent.finishReasons == ["tool_calls"])
    let real = Self.markup.replacing("list_files", with: "read").replacing("{}", with: #"{\"path\":\"a\"}"#)
    var both = try Run(EnforcementTests.request(stream: true))
    both.answer(Script().adding(thought).text(real).finish("stop").bytes)
    #expect(both.client.contains(#""name":"read""#) && !both.client.contains(#""name":"list_files""#))
  }

  @Test("a call that a vendor parsed and left as markup as well is made once, and not refused for it", arguments: ["content", "reasoning_content"], [true, false])
  func parsedAndLeft(key: String, stream: Bool) throws {
    for (name, parts) in [("list_files", false), ("functions.list_files", false), ("list_files", true)] {
      let call = #"{"index":0,"id":"functions.list_files:0","type":"function","function":{"name":"\#(name)","arguments":"{}"}}"#
      let text = #""so \#(Self.markup)""#
      let said = parts && key == "content" ? #"[\#(text),""]"# : text
      var run = try Run(EnforcementTests.request(stream: stream)) { $0.settings.enforce.attempts = 1 }
      run.head([("Content-Type", stream ? "text/event-stream" : "application/json")])
      if stream {
        run.body(Script().adding(Script.chunk(#"{"\#(key)":\#(said)}"#)).adding(Script.chunk(#"{"tool_calls":[\#(call)]}"#)).finish().bytes)
      } else {
        run.body(Self.body(Self.choice(#"{"role":"assistant","\#(key)":\#(said),"tool_calls":[\#(call)]}"#)))
      }
      run.end()
      #expect(run.record?.verdict == .valid && run.record?.calls.count == 1 && !run.client.contains("<|tool"))
      let choices = stream ? run.events.compactMap { $0["choices"]?[0]?["delta"] } : [try JSONValue(parsing: Array(run.client.utf8))["choices"]?[0]?["message"] ?? .null]
      #expect(choices.flatMap { $0["tool_calls"]?.array ?? [] }.map { $0["function"]?["name"] } == ["list_files"])
      #expect(choices.compactMap { $0[JSONString(key)]?.string }.joined() == "so ")
    }
  }

  @Test("a call that was parsed and left in the reasoning is none that is lost where nothing may be mended")
  func leftUnmended() throws {
    var run = try run()
    run.answer(Script().adding(Script.chunk(#"{"reasoning_content":"so \#(Self.markup)"}"#)).call("list_files", "{}", id: "functions.list_files:0").finish().bytes)
    #expect(run.record?.verdict == .valid && run.record?.calls.count == 1)
  }

  @Test("a stream that becomes a whole answer says all that it said")
  func wholeOfStream() throws {
    var run = try run(stream: false)
    let chunks = [
      #"{"content":[{"type":"text","text":"hello "}]}"#, #"{"content":"world"}"#, #"{"refusal":"no"}"#, #"{"reasoning_details":[{"text":"hm"}]}"#,
      #"{"reasoning_details":[{"type":"reasoning.encrypted","data":"s"}]}"#, #"{"images":[{"n":1}]}"#, #"{"images":[{"n":2}],"annotations":[{"n":3}]}"#, #"{"audio":{"id":"x","data":"ab","transcript":"c"}}"#,
      #"{"audio":{"data":"cd","expires_at":7}}"#,
    ]
    var script = chunks.reduce(Script()) { $0.adding(Script.chunk($1)) }
    script = script.adding(#"{"id":"a","choices":[{"index":0,"delta":{"content":"!"},"logprobs":{"content":[{"token":"!"}]}}]}"#)
    run.answer(script.adding(#"{"id":"a","choices":[{"index":0,"delta":{},"seed":7,"native_finish_reason":"end"}]}"#).finish("stop").bytes)
    let choice = try JSONValue(parsing: Array(run.client.utf8))["choices"]?[0]
    let message = choice?["message"]
    #expect(message?["content"] == "hello world!" && message?["refusal"] == "no" && message?["reasoning"] == "hm")
    #expect(choice?["logprobs"]?["content"]?[0]?["token"] == "!")
    #expect(message?["reasoning_details"] == [["text": "hm"], ["type": "reasoning.encrypted", "data": "s"]])
    #expect(choice?["seed"] == 7 && choice?["native_finish_reason"] == "end")
    #expect(message?["images"] == [["n": 1], ["n": 2]] && message?["annotations"] == [["n": 3]])
    #expect(message?["audio"] == ["id": "x", "data": "abcd", "transcript": "c", "expires_at": 7])
  }

  @Test("nor does it lose parts that are no text, or what stands beside the choices")
  func otherParts() throws {
    var run = try run(stream: false)
    let script = Script().adding(Script.chunk(#"{"content":[{"type":"text","text":"hi"},{"type":"image_url","n":1},"you"]}"#)).text(" there")
    run.answer(script.adding(#"{"id":"a","choices":[],"citations":["x"]}"#).finish("stop").bytes)
    let body = try JSONValue(parsing: Array(run.client.utf8))
    #expect(body["choices"]?[0]?["message"]?["content"] == [
      ["type": "text", "text": "hi"], ["type": "image_url", "n": 1], ["type": "text", "text": "you there"],
    ])
    #expect(body["citations"] == ["x"])
  }

  @Test("a record has the tokens of all attempts, and one in observe the attempt that got no answer")
  func attempts() throws {
    var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.repairs = [] }
    run.answer(Script().call("read", Self.bad).finish().bytes)
    run.answer(Script().call("read", EnforcementTests.good).finish().bytes)
    #expect(run.record?.attempts.count == 2 && run.record?.usage?.completion == (run.record?.attempts.compactMap(\.usage?.completion).reduce(0, +)))
    var silent = try Run(EnforcementTests.request(stream: true)) { $0.settings.mode = .observe }
    silent.fail(UpstreamError(.connect, "gone"))
    #expect(silent.record?.attempts.map(\.vendor) == ["v"])
  }
}

extension Run {
  /// The codes of what was found in the first attempt's answer.
  fileprivate var found: [String] { record?.attempts.first?.findings.map(\.code) ?? [] }
}
