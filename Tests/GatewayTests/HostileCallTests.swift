// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import JSON
import Testing

/// `enforce` and calls whose pieces clients put together in other ways than one: they leave anew, as they were judged.
@Suite struct HostileCallTests {
  typealias Script = EnforcementTests.Script

  private static let begin = #"{"index":0,"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":"}}"#
  private static let rest = #"{"index":0,"function":{"arguments":"\"a\"}"}}"#
  private static let judged = #"{"path":"a"}"#

  private static func script(_ deltas: [String]) -> Script {
    deltas.reduce(Script()) { $0.adding(Script.chunk(#"{"tool_calls":[\#($1)]}"#)) }.finish()
  }

  private func run(_ deltas: [String], mode: Mode = .enforce, repairs: Bool = true, stream: Bool = true) throws -> Run {
    var run = try Run(EnforcementTests.request(stream: stream)) {
      $0.settings.mode = mode
      $0.settings.enforce.attempts = 1
      if !repairs { $0.settings.enforce.repairs = [] }
    }
    run.answer(Self.script(deltas).bytes)
    return run
  }

  private func calls(_ run: Run) -> [JSONValue] {
    run.events.flatMap { $0["choices"]?[0]?["delta"]?["tool_calls"]?.array ?? [] }
  }

  static let types = [#""type":"custom","#, #""type":"x","#, #""type":"","#, #""type":null,"#, #""type":7,"#, #""custom":{"name":"read","input":"zz"},"#]

  @Test("a call whose type changes in a later piece is the function's call that was judged", arguments: types)
  func changedType(member: String) throws {
    let changed = Self.rest.replacing(#""index":0,"#, with: #""index":0,"# + member)
    let mended = try run([Self.begin, changed])
    #expect(mended.record?.verdict == .valid && mended.header("x-belay-repairs") == "call_shape" && !mended.client.contains("zz"))
    #expect(calls(mended).map { $0["type"]?.string } == ["function"] && mended.arguments == Self.judged)
    let told = try run([Self.begin, changed], mode: .annotate)
    #expect(told.record?.findingCodes.contains("call.missing_type") == true)
  }

  static let odd: [(came: String, isCertain: Bool)] = [
    (#""function":{"name":["list_files"],"#, false), (#""function":{"name":5,"#, false), (#""id":["x"],"function":{"#, true), (#""id":5,"function":{"#, true),
    (#""custom":"","function":{"#, true), (#""custom":[],"function":{"#, true), (#""custom":{},"function":{"#, true),
  ]

  @Test("a name or an id that is no string is nobody's, and members at which clients fail are not there", arguments: odd)
  func oddMembers(odd: (came: String, isCertain: Bool)) throws {
    let piece = Self.rest.replacing(#""function":{"#, with: odd.came)
    let mended = try run([Self.begin, piece])
    #expect(mended.record?.verdict == .valid && mended.header("x-belay-repairs") == "call_shape" && mended.arguments == Self.judged)
    #expect(calls(mended).compactMap { $0["function"]?["name"] } == ["read"] && calls(mended).compactMap { $0["id"] } == ["functions.read:0"])
    let told = try run([Self.begin, piece], mode: .annotate)
    #expect(told.record?.verdict == (odd.isCertain ? .valid : .unknown))
  }

  @Test("a piece without a function is none that leaves", arguments: [#"{"index":0}"#, #"{"index":0,"function":null}"#, #"{"index":0,"function":"x"}"#])
  func withoutFunction(piece: String) throws {
    let run = try run([Self.begin, piece, Self.rest])
    #expect(run.record?.verdict == .valid && run.header("x-belay-repairs") == "call_shape" && run.arguments == Self.judged)
    #expect(calls(run).allSatisfy { $0["function"]?["arguments"] != nil })
  }

  @Test("a type that comes late, or is not there in later pieces, is nothing to mend")
  func lateType() throws {
    let untyped = Self.begin.replacing(#""type":"function""#, with: #""type":null"#)
    let typed = Self.rest.replacing(#""index":0,"#, with: #""index":0,"type":"function","custom":null,"#)
    for deltas in [[untyped, typed], [Self.begin, typed], [Self.begin, Self.rest]] {
      let run = try run(deltas)
      #expect(run.record?.verdict == .valid && run.header("x-belay-repairs") == nil)
      #expect(run.client == Self.script(deltas).bytes.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
    }
  }

  @Test("beside what a call of another type is made of, and unmended, no call is told to be valid")
  func otherPayload() throws {
    let custom = Self.rest.replacing(#""index":0,"#, with: #""index":0,"custom":{"name":"read","input":"zz"},"#)
    for mode in [Mode.annotate, .enforce] {
      let run = try run([Self.begin, custom], mode: mode, repairs: false)
      #expect(run.record?.verdict == .unknown && run.client.contains("verdict=unknown"))
    }
  }

  @Test("in a whole answer nothing of the other type is left")
  func wholeCustomCall() throws {
    var run = try Run(EnforcementTests.request(stream: false))
    run.head([("Content-Type", "application/json")])
    let call = #"{"id":"functions.read:0","type":"custom","custom":{"input":"zz"},"function":{"name":"read","arguments":"{\"path\":\"a\"}"}}"#
    run.body(#"{"id":"a","choices":[{"index":0,"message":{"role":"assistant","tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#)
    run.end()
    #expect(run.record?.verdict == .valid && !run.client.contains("zz") && run.client.contains(#""type":"function""#))
  }

  static let joined: [(deltas: [String], repairs: String?)] = [
    ([begin, rest.replacing(#""index":0,"#, with: #""index":0,"id":"functions.read:0","#)], "call_shape"),
    ([begin + "," + rest], "call_shape"), ([begin, rest], nil),
  ]

  @Test("an id that comes again, and two pieces in one event, are one id and one piece", arguments: joined)
  func joinedStrings(deltas: [String], repairs: String?) throws {
    let run = try run(deltas)
    #expect(run.record?.verdict == .valid && run.header("x-belay-repairs") == repairs && run.arguments == Self.judged)
    #expect(calls(run).compactMap { $0["id"]?.string } == ["functions.read:0"])
    #expect(run.events.allSatisfy { $0["choices"]?[0]?["delta"]?["tool_calls"]?.array?.count ?? 1 == 1 })
  }

  @Test("an id that no client can send back is replaced")
  func unsendableID() throws {
    let run = try run([Self.begin.replacing("functions.read:0", with: #"x\ud800"#), Self.rest])
    #expect(run.record?.verdict == .valid && calls(run).compactMap { $0["id"]?.string } == ["functions.read:0"])
  }

  static let lists = [
    #"{"choices":{"0":{"index":0,"delta":{"tool_calls":[{}]}}}}"#, #"{"choices":[{"index":0,"delta":{"tool_calls":{"0":{"index":0}}}}]}"#,
    #"{"choices":[{"index":-1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"zz"}}]}}]}"#,
  ]

  @Test("an object in a list's place, and a number that counts from the end, are read by some clients and so by none", arguments: lists)
  func odds(event: String) throws {
    var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.attempts = 1 }
    run.answer(Script().adding(event).text("hi").finish("stop").bytes)
    #expect(run.record?.verdict == .invalid && !run.client.contains("tool_calls"))
    var empty = try Run(EnforcementTests.request(stream: true))
    empty.answer(Script().adding(#"{"choices":{}}"#).adding(Script.chunk(#"{"content":"hi","tool_calls":{}}"#)).finish("stop").bytes)
    #expect(empty.record?.verdict == .valid && empty.client.contains("\"hi\""))
  }

  @Test("a message in a chunk that has no delta is the delta that clients read")
  func messageForDelta() throws {
    let call = #"{"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":\"a\",\"limit\":\"1\"}"}}"#
    for call in [call, call.replacing(#"\"1\""#, with: "1")] {
      let chunk = #"{"id":"a","choices":[{"index":0,"delta":null,"message":{"role":"assistant","content":"hi","tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#
      var run = try Run(EnforcementTests.request(stream: true))
      run.answer("data: \(chunk)\n\ndata: [DONE]\n\n")
      #expect(run.record?.verdict == .valid && run.arguments == #"{"path":"a","limit":1}"# && !run.client.contains(#""message""#))
      #expect(calls(run).map { $0["index"]?.int } == [0] && run.finishReasons == ["tool_calls"])
      #expect(run.events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == "hi")
    }
  }

  private static let legacy =
    #"{"role":"assistant","tool_calls":[\#(begin.replacing(#""{\"path\":""#, with: #""{\"path\":\"a\"}""#))],"function_call":{"name":"zz","arguments":"{}"}}"#

  @Test("a function_call beside calls does not leave by that name", arguments: [true, false])
  func legacyEcho(stream: Bool) throws {
    var run = try Run(EnforcementTests.request(stream: stream))
    if stream {
      run.answer(Script().adding(Script.chunk(Self.legacy)).finish().bytes)
    } else {
      run.head([("Content-Type", "application/json")])
      run.body(#"{"id":"a","choices":[{"index":0,"message":\#(Self.legacy),"finish_reason":"tool_calls"}]}"#)
      run.end()
    }
    #expect(run.record?.verdict == .valid && run.client.contains("functions.read"))
    #expect(!run.client.contains(#""function_call""#) && run.client.contains(#""vendor_function_call""#))
  }

  @Test("who sends functions reads the function_call")
  func legacyRequest() throws {
    let request = EnforcementTests.request(stream: true).replacing(#""tools":"#, with: #""functions":"#)
    var run = try Run(request) { $0.settings.mode = .annotate }
    run.answer(Script().adding(Script.chunk(Self.legacy)).finish().bytes)
    #expect(run.client.contains(#""function_call""#))
  }
}
