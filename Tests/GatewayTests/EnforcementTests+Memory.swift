// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import NIOCore
import Store
import Testing
import Upstream

/// What is made of requests, and what stays of attempts, counts with the answers.
extension EnforcementTests {
  private static func long(_ count: Int) -> String { #""pad":"\#(String(repeating: "x", count: count))","# }

  /// A whole answer whose one call has these arguments.
  private static func whole(_ arguments: String) -> String {
    let quoted = arguments.replacing("\"", with: "\\\"")
    return #"{"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"functions.read:0","#
      + #""type":"function","function":{"name":"read","arguments":"\#(quoted)"}}]},"finish_reason":"tool_calls"}]}"#
  }

  private static func answer(_ run: inout Run, _ body: String) {
    run.head([("Content-Type", "application/json")])
    run.body(body, step: 64 << 10)
    run.end()
  }

  private static func strict(_ configuration: inout BelayConfiguration) {
    configuration.vendors[0].profile.strict = .yes
    configuration.settings.enforce.repairs = []
    configuration.recording = Recording(path: "/nowhere")
  }

  private static func sizes(_ run: Run) -> [Int] {
    run.calls.map { if case .bytes(let body) = $0.body { body.readableBytes } else { 0 } }
  }

  private static let bad = whole(#"{"path":7}"#)

  @Test("the same again is the same bytes, and recorded once")
  func sameAgain() throws {
    var run = try Run(Self.request(stream: false, extra: Self.long(100_000))) {
      Self.strict(&$0)
      $0.settings.enforce.ladder = [.resend, .strict]
    }
    for body in [Self.bad, Self.bad, Self.whole(Self.good)] { Self.answer(&run, body) }
    let places = run.calls.map { call -> Int in
      guard case .bytes(let body) = call.body else { return 0 }
      return unsafe body.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
    }
    #expect(places.count == 3 && places[0] == places[1] && places[1] != places[2])
    #expect(run.record?.attempts.map { $0.sent != nil } == [false, false, true])
  }

  @Test("a request that was changed for another attempt counts: what is recorded gives way, then no attempt is made")
  func commonLimitOfAttempts() throws {
    let lasting = Exchange.Lasting()
    func begun(_ answers: Int) throws -> Run {
      var run = try Run(Self.request(stream: false, extra: Self.long(300_000)), lasting: lasting) {
        Self.strict(&$0)
        $0.vendors[0].profile.toolChoiceNamed = .yes
        $0.settings.enforce.ladder = [.strict, .toolChoice]
        $0.limits.bufferedBytes = 2 << 20
      }
      for _ in 0..<answers { Self.answer(&run, Self.bad) }
      return run
    }
    // One client has half of the limit: three bodies.
    var first = try begun(2)
    var second = try begun(1)
    #expect(first.calls.count == 3 && second.calls.count == 2)
    let third = try begun(1)
    #expect(third.calls.count == 1 && third.error?.code == "overloaded" && third.record?.attempts.count == 1)
    Self.answer(&second, Self.bad)
    #expect(second.calls.count == 3, "what was recorded of it has given way")
    Self.answer(&first, Self.whole(Self.good))
    Self.answer(&second, Self.whole(Self.good))
    #expect(first.record?.attempts.map { $0.sent != nil } == [false, true, true])
    #expect(second.record?.attempts.map { $0.sent != nil } == [false, false, true])
    // All of it is free again.
    #expect(try begun(2).calls.count == 3)
  }

  @Test(
    "what refused calls say stays for the shadow alone, and gives way to what is under way",
    arguments: [(false, 8 << 20), (true, 8 << 20), (true, 5 << 19)])
  func refusedCalls(isShadowed: Bool, limit: Int) throws {
    let (path, key) = (String(repeating: "x", count: 400_000), String(repeating: "k", count: 3000))
    var run = try Run(Self.request(stream: false)) {
      $0.settings.enforce.repairs = []
      $0.limits.bufferedBytes = limit
      guard isShadowed else { return }
      $0.vendors.append(Vendor(name: "ref", baseURL: "http://127.0.0.1:9/v1"))
      ($0.reference, $0.shadow) = ("ref", ShadowSettings())
    }
    Self.answer(&run, Self.whole(#"{"path":"\#(path)","\#(key)":{}}"#))
    #expect(run.calls.count == 2)
    Self.answer(&run, Self.whole(#"{"path":"\#(path)"}"#))
    let attempts = try #require(run.record?.attempts)
    #expect(run.record?.verdict == .valid && attempts.count == 2 && attempts[1].calls.isEmpty)
    #expect(attempts[0].calls.map { $0.verdict?.k2vvValid } == [false])
    let isKept = isShadowed && limit > 5 << 19
    #expect(attempts[0].calls.map { $0.arguments.count > 400_000 } == [isKept])
    #expect((run.record?.shadow == .unsent) == (isShadowed && !isKept))
    let finding = attempts[0].findings.first { $0.kind == .schemaAdditional }
    #expect(finding.map { $0.path != nil && $0.message.utf8.count > 200 } == (isKept || !isShadowed))
  }

  @Test("an exchange that ends with its error within the stream holds nothing behind it")
  func endsEmpty() throws {
    let lasting = Exchange.Lasting()
    for round in 0..<10 {
      var run = try Run(Self.request(stream: true), lasting: lasting) {
        $0.settings.enforce.repairs = []
        $0.settings.enforce.ladder = []
        $0.settings.enforce.onExhausted = .error
        $0.limits.bufferedBytes = 2 << 20
        $0.recording = Recording(path: "/nowhere")
      }
      run.answer(Script().text(String(repeating: "x", count: 200_000)).call("read", #"{"path":7}"#).finish().bytes)
      #expect(run.record?.error == "no_valid_answer" && run.client.contains("no_valid_answer"))
      #expect(run.record?.attempts.first?.answer?.body.isEmpty == false, "\(round)")
    }
  }

  /// What makes much of few bytes.
  static let heavy: [(name: String, request: String)] = [
    (
      "tools",
      #"{"model":"kimi-k2","messages":[{"role":"user","content":"go"}],"tools":[{"type":"function","function":{"name":"f","#
        + #""parameters":{"properties":{"# + (0..<4000).map { #""a\#($0)":{}"# }.joined(separator: ",") + "}}}}]}"
    ),
    (
      "ids",
      #"{"model":"kimi-k2","messages":[{"role":"user","content":"go"},{"role":"assistant","tool_calls":["#
        + (0..<4000).map { #"{"id":"x\#($0)","type":"function","function":{"name":"f","arguments":"{}"}}"# }.joined(separator: ",") + "]}"
        + (0..<4000).map { #",{"role":"tool","tool_call_id":"x\#($0)","content":""}"# }.joined() + "]}"
    ),
  ]

  @Test("what is compiled of tools and listed of changes counts as long as the exchange", arguments: heavy.indices, [Mode.observe, .enforce])
  func commonLimitOfRequests(number: Int, mode: Mode) throws {
    let lasting = Exchange.Lasting()
    let request = Self.heavy[number].request
    func begun() throws -> Run {
      try Run(request, lasting: lasting) { ($0.settings.mode, $0.limits.bufferedBytes) = (mode, 8 << 20) }
    }
    var runs: [Run] = []
    for _ in 0..<8 { runs.append(try begun()) }
    let refused = runs.filter { $0.error?.code == "overloaded" }
    #expect(runs[0].calls.count == 1 && (1..<8).contains(refused.count), "\(refused.count)")
    #expect(refused.allSatisfy { $0.calls.isEmpty && $0.record?.attempts.isEmpty == true && $0.record?.status == 503 })
    for number in runs.indices where runs[number].record == nil { runs[number].fail(UpstreamError(.tls, "gone")) }
    #expect(try begun().calls.count == 1)
  }

  @Test("ids and names count as arguments do", arguments: [("id", Mode.observe), ("id", .enforce), ("name", .observe)])
  func commonLimitOfNames(key: String, mode: Mode) throws {
    let lasting = Exchange.Lasting()
    let long = String(repeating: "x", count: 200_000)
    let (id, name) = key == "id" ? (long, "read") : ("functions.read:0", long)
    let call = #"{"tool_calls":[{"index":0,"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":""}}]}"#
    var runs: [Run] = []
    for _ in 0..<8 {
      var run = try Run(Self.request(stream: true), lasting: lasting) {
        ($0.settings.mode, $0.limits.bufferedBytes) = (mode, 2 << 20)
        $0.settings.enforce.ladder = []
      }
      run.head()
      run.body(Script().adding(Script.chunk(call)).bytes, step: 16 << 10)
      runs.append(run)
    }
    for number in runs.indices {
      runs[number].body(Script().finish().events.dropFirst().map { "data: \($0)\n\n" }.joined())
      runs[number].end()
    }
    let tooLong = runs.map { $0.record?.findingCodes.contains { ["arguments.too_long", "stream.event_too_long"].contains($0) } == true }
    #expect(!tooLong[0] && tooLong[7], "\(tooLong)")
  }

  @Test("what is kept in mind to watch calls counts: some schemas need much", arguments: [8 << 20, 256 << 20])
  func commonLimitOfWatches(limit: Int) throws {
    let branches = (0..<8).map { _ in ##"{"items":{"$ref":"#/$defs/t"}}"## }.joined(separator: ",")
    let tool = ##"{"type":"function","function":{"name":"f","parameters":{"$ref":"#/$defs/t","$defs":{"t":{"anyOf":[\##(branches)]}}}}}"##
    let request = #"{"model":"kimi-k2","stream":true,"messages":[{"role":"user","content":"go"}],"tools":[\#(tool)]}"#
    var run = try Run(request) { $0.limits.bufferedBytes = limit }
    run.head()
    for number in 0..<100 {
      let call = #"{"index":\#(number),"id":"f:\#(number)","type":"function","function":{"name":"f","arguments":"[[[[[[[["}}"#
      run.body("data: \(Script.chunk(#"{"tool_calls":[\#(call)]}"#))\n\n")
    }
    #expect(run.client.isEmpty == (limit > 8 << 20))
  }

  @Test("the same tools count once, however many exchanges have them, and are free behind the last", arguments: [Mode.observe, .enforce])
  func sharedTools(mode: Mode) throws {
    let lasting = Exchange.Lasting()
    let memory = Exchange.Memory(lasting)
    func begun(_ name: String) throws -> Run {
      let request = Self.heavy[0].request.replacing(#""name":"f""#, with: #""name":"\#(name)""#)
      return try Run(request, lasting: lasting, memory: memory) { ($0.settings.mode, $0.limits.bufferedBytes) = (mode, 16 << 20) }
    }
    var runs: [Run] = []
    for _ in 0..<50 { runs.append(try begun("f")) }
    #expect(runs.allSatisfy { $0.calls.count == 1 })
    var others: [Run] = []
    for number in 0..<40 { others.append(try begun("f\(number)")) }
    let refused = others.filter { $0.error?.code == "overloaded" }.count
    #expect(refused > 0 && refused < 40, "each has tools of its own")
    // By an answer: a vendor that fails again and again is left alone.
    func end(_ run: inout Run) { while run.record == nil { run.answer(Script().text("ok").finish("stop").bytes) } }
    for number in others.indices { end(&others[number]) }
    for number in runs.indices.dropLast() { end(&runs[number]) }
    func fitting() throws -> Int {
      var more = try (0..<40).map { try begun("g\($0)") }
      defer { for number in more.indices { end(&more[number]) } }
      return more.count { $0.error == nil }
    }
    let before = try fitting()
    #expect(before == 40 - refused)
    end(&runs[49])
    #expect(try fitting() == before + 1)
  }

  @Test("what a refused answer said counts until the exchange is over, as another attempt may tell of it", arguments: [false, true])
  func refusedAnswer(isFed: Bool) throws {
    let lasting = Exchange.Lasting()
    let more = String(repeating: "x", count: 400_000)
    func begun() throws -> Run {
      var run = try Run(Self.request(stream: false), lasting: lasting) {
        $0.settings.enforce.repairs = []
        $0.settings.enforce.ladder = isFed ? [.feedback] : [.resend, .feedback]
        $0.limits.bufferedBytes = isFed ? 2 << 20 : 5 << 19
      }
      Self.answer(&run, Self.whole(#"{"path":7,"more":"\#(more)"}"#))
      return run
    }
    // One client has half of the limit. Where the model is told of it, it is in the request as well.
    let most = isFed ? 1 : 2
    var runs = try (0..<4).map { _ in try begun() }
    #expect(runs.map { $0.calls.count } == (0..<4).map { $0 < most ? 2 : 1 })
    // What no longer fits while it arrives leaves as it came.
    #expect(runs.map { $0.client.contains("xxxx") } == (0..<4).map { $0 >= most })
    for number in 0..<most { Self.answer(&runs[number], Self.whole(Self.good)) }
    #expect(runs.prefix(most).allSatisfy { $0.record?.verdict == .valid })
    #expect(try begun().calls.count == 2, "all of it is free again")
  }

  @Test("tools as they are in use are shared, and do not count")
  func commonTools() throws {
    let lasting = Exchange.Lasting()
    var runs: [Run] = []
    for _ in 0..<100 { runs.append(try Run(Self.request(stream: true), lasting: lasting) { $0.limits.bufferedBytes = 256 << 10 }) }
    #expect(runs.allSatisfy { $0.calls.count == 1 })
  }

  @Test("each vendor is asked by its own name of the model, whoever was asked before it")
  func ownModels() throws {
    var run = try Run(Self.request(stream: false)) {
      $0.vendors[1].models = ["kimi-k2": "moonshotai/kimi-k2"]
      $0.vendors.append(Vendor(name: "third", baseURL: "http://third.test/v1"))
      $0.settings.enforce.failover = ["other", "third"]
      $0.settings.enforce.ladder = [.otherVendor]
    }
    for _ in 0..<2 { run.fail(UpstreamError(.connect, "refused")) }
    let models = run.calls.map { call -> String in
      guard case .bytes(let body) = call.body else { return "" }
      return String(buffer: body).contains(#""model":"kimi-k2""#) ? "own" : "other"
    }
    #expect(models == ["own", "other", "own"])
  }
}
