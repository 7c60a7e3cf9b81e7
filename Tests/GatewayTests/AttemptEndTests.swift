// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import NIOCore
import Testing
import Upstream

/// How attempts end that give the client nothing, and what is said of them.
@Suite struct AttemptEndTests {
  typealias Script = EnforcementTests.Script

  private static let cut = UpstreamError(.truncated, "v broke off within its response: the rest is lost")

  private static func whole(_ text: String) -> String {
    #"{"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)","tool_calls":[{"id":"functions.read:0","#
      + #""type":"function","function":{"name":"read","arguments":"{\"path\":7}"}}]},"finish_reason":"tool_calls"}]}"#
  }

  private static func answer(_ run: inout Run, whole text: String) {
    run.head([("Content-Type", "application/json")])
    run.body(whole(text))
    run.end()
  }

  @Test("a whole answer that was kept is not put behind the text of another attempt", arguments: [false, true])
  func keptBody(isSpoken: Bool) throws {
    var run = try Run(EnforcementTests.request(stream: true)) { ($0.settings.enforce.onExhausted, $0.settings.enforce.attempts) = (.pass, 3) }
    Self.answer(&run, whole: "The first answer.")
    run.head()
    run.body(isSpoken ? Script().text("The second, which is c").bytes : Script().bytes)
    run.fail(Self.cut)
    run.fail(UpstreamError(.reset, "reset"))
    #expect(run.calls.count == 3 && run.record?.attempts.count == 3)
    #expect(run.arguments == (isSpoken ? "" : #"{"path":7}"#))
    #expect(run.client.contains("The first answer.") != isSpoken && run.client.contains("vendor_unreachable") == isSpoken)
    #expect(run.record?.outcome == (isSpoken ? .refused : .completed))
  }

  @Test("with `on_exhausted: pass` a whole answer comes before one that broke off, of which the client has nothing", arguments: [false, true])
  func brokenLast(isSpoken: Bool) throws {
    var run = try Run(EnforcementTests.request(stream: true)) { ($0.settings.enforce.onExhausted, $0.settings.enforce.attempts) = (.pass, 2) }
    run.answer(Script().call("read", #"{"path":7}"#).finish().bytes)
    run.head()
    run.body(isSpoken ? Script().text("Let me").bytes : Script().call("read", #"{"path":"b"#).bytes)
    run.fail(Self.cut)
    #expect(run.isAborted == isSpoken && run.arguments == (isSpoken ? "" : #"{"path":7}"#))
    if isSpoken { return }
    #expect(run.finishReasons == ["tool_calls"] && run.client.hasSuffix(": belay attempts=2 verdict=invalid exhausted\ndata: [DONE]\n\n"))
  }

  @Test("nothing comes behind an error that is with the client already")
  func errorLast() throws {
    var run = try Run(EnforcementTests.request(stream: true)) { ($0.settings.enforce.onExhausted, $0.settings.enforce.attempts) = (.pass, 2) }
    run.answer(Script().call("read", #"{"path":7}"#).finish().bytes)
    run.head()
    run.body(Script().adding(#"{"error":{"message":"overloaded","code":503}}"#).bytes)
    run.fail(Self.cut)
    #expect(run.record != nil && run.arguments.isEmpty && run.client.contains("overloaded"))
  }

  @Test("a client that has nothing of an answer yet is told that its vendor broke off", arguments: [Mode.annotate, .enforce])
  func headAlone(mode: Mode) throws {
    for (error, status, code) in [
      (Self.cut, 502, "vendor_unreachable"), (UpstreamError(.idleTimeout, "v went silent for 300 s within its response"), 504, "vendor_timeout"),
    ] {
      var run = try Run(EnforcementTests.request(stream: true)) {
        ($0.settings.mode, $0.settings.enforce.onExhausted, $0.settings.enforce.attempts) = (mode, .pass, 1)
      }
      run.head()
      run.fail(error)
      #expect(!run.isAborted && run.error?.status == status && run.error?.code == code)
      #expect(run.record?.outcome == .refused && run.record?.attempts.map(\.error) == [error.kind.rawValue])
    }
  }

  /// One exchange whose vendor asks to wait for a minute.
  private static func waiting() -> (exchange: Exchange, action: Exchange.Action) {
    var configuration = BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://vendor.test/v1")])
    configuration.settings.mode = .enforce
    let context = Exchange.Context(configuration)
    let head = Exchange.RequestHead(method: "POST", target: "/v1/chat/completions", headers: [])
    var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
    _ = exchange.requestHead(head, at: 0)
    _ = exchange.requestBody(ByteBuffer(string: EnforcementTests.request(stream: true)), at: 0)
    _ = exchange.requestEnd(at: 0)
    let fields = Array("Content-Type: application/json\r\nRetry-After: 60\r\n".utf8)
    _ = exchange.vendorHead(UpstreamHead(status: 429, version: .http1_1, headers: UpstreamHeaders(lines: fields)), at: 1)
    _ = exchange.vendorBody(ByteBuffer(string: #"{"error":{"message":"rate limit reached","type":"rate_limit"}}"#), at: 2)
    let action = exchange.vendorEnd(at: 3)
    return (exchange, action)
  }

  @Test("an attempt whose time has not come is none that was made", arguments: [true, false])
  func unmade(isLeft: Bool) throws {
    var (exchange, action) = Self.waiting()
    guard case .retry(60_000_000_000) = action else { throw ExchangeTests.Unexpected() }
    switch isLeft ? exchange.clientGone(at: 9) : exchange.cutOff(by: .draining, at: 9) {
    case .abandon(let record), .refuse(_, let record): #expect(record.attempts.map(\.status) == [429])
    default: throw ExchangeTests.Unexpected()
    }
  }

  @Test("what a vendor asks to wait for is no time that its next answer took")
  func waitedFor() throws {
    var (exchange, _) = Self.waiting()
    guard case .call = exchange.retryDue(at: 60_000_000_003) else { throw ExchangeTests.Unexpected() }
    guard case .abandon(let record) = exchange.clientGone(at: 60_000_000_004) else { throw ExchangeTests.Unexpected() }
    #expect(record.attempts.map(\.startedAt) == [0, 60_000_000_003])
  }

  @Test("where messages begin counts with what is made of a request, as they may be shorter than that", arguments: [false, true])
  func shortMessages(isRecorded: Bool) throws {
    let messages = [String](repeating: "{}", count: 100_000).joined(separator: ",")
    let lasting = Exchange.Lasting()
    func begun() throws -> Run {
      try Run(#"{"model":"kimi-k2","messages":[\#(messages)]}"#, lasting: lasting) {
        if isRecorded { $0.recording = Recording(path: "/nowhere") }
        ($0.settings.mode, $0.limits.bufferedBytes) = (.observe, 3 << 20)
      }
    }
    // 0.8 MB each, of which one client has half of the limit.
    let runs = try (0..<3).map { _ in try begun() }
    #expect(runs.map { $0.error?.code } == [nil, nil, isRecorded ? "overloaded" : nil])
  }
}
