// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import NIOCore
import Testing
import Upstream

/// A thinking model wants its reasoning back with each turn of calls, and most clients drop it (Q4).
@Suite struct DroppedReasoningTests {
  typealias Script = EnforcementTests.Script

  private static let tools = #""tools":[{"type":"function","function":{"name":"list_files","parameters":{"type":"object","properties":{}}}}]"#
  private static let question = #"{"role":"user","content":"list them"}"#

  private static func run(
    _ messages: String, stream: Bool, _ lasting: Exchange.Lasting, _ mode: Mode, extra: String = ""
  ) throws -> Run {
    try Run(#"{"model":"kimi-k2-thinking",\#(extra)"stream":\#(stream),\#(tools),"messages":[\#(messages)]}"#, lasting: lasting) {
      $0.settings.mode = mode
      $0.vendors[0].profile.normalize = [.reasoning]
    }
  }

  @Test("what it thought comes back with the next turn, in each mode", arguments: [Mode.observe, .annotate, .enforce], [false, true])
  func comesBack(mode: Mode, stream: Bool) throws {
    let lasting = Exchange.Lasting()
    var first = try Self.run(Self.question, stream: stream, lasting, mode)
    if stream {
      first.answer(Script().adding(Script.chunk(#"{"reasoning_content":"hm"}"#)).call("list_files", "{}", id: "functions.list_files:0").finish().bytes)
    } else {
      let call = #"{"id":"functions.list_files:0","type":"function","function":{"name":"list_files","arguments":"{}"}}"#
      first.head([("Content-Type", "application/json")])
      first.body(
        #"{"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"","reasoning_content":"hm","tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#)
      first.end()
    }
    #expect(first.record?.outcome == .completed)
    let call = #"{"role":"assistant","content":"","tool_calls":[{"id":"functions.list_files:0","type":"function","function":{"name":"list_files","arguments":"{}"}}]}"#
    let result = #"{"role":"tool","tool_call_id":"functions.list_files:0","content":"a b"}"#
    let second = try Self.run([Self.question, call, result].joined(separator: ","), stream: stream, lasting, mode)
    guard case .bytes(let sent) = second.calls.first?.body else { throw ExchangeTests.Unexpected() }
    let message = try JSONValue(parsing: Array(sent.readableBytesView))["messages"]?[1]
    #expect(message?["reasoning_content"] == "hm")

    let other = try Self.run([Self.question, call, result].joined(separator: ","), stream: stream, lasting, mode, extra: #""user":"bob","#)
    guard case .bytes(let sent) = other.calls.first?.body else { throw ExchangeTests.Unexpected() }
    #expect(!String(buffer: sent).contains("hm"))
  }
}
