// SPDX-License-Identifier: Apache-2.0
import Gateway
import JSON
import Testing

/// Lost calls in conversations that have markup, or what looks like it, already.
extension HostileAnswerTests {
  private static func isCalled(in request: String) throws -> Bool {
    var run = try Run(request)
    run.answer(Script().text("Sure. \(markup)").finish("stop").bytes)
    return run.finishReasons == ["tool_calls"] && run.calls.count == 1 && run.record?.verdict == .valid
  }

  @Test(
    "a lost call is made, be it not the first of its conversation",
    arguments: [
      #""content":"Sure. \#(markup)""#, #""content":"Sure.<|tool_call_end|>""#, #""content":"Sure.","reasoning_content":"I call \#(markup)""#,
      #""content":null,"tool_calls":[{"id":"list_files:0","type":"function","function":{"name":"list_files","arguments":"{}<|tool_call_end|>"}}]"#,
    ])
  func secondLeak(said: String) throws {
    let history = #"{"role":"assistant",\#(said)},{"role":"tool","tool_call_id":"list_files:0","content":"a"}"#
    let go = #"{"role":"user","content":"go"}"#
    let request = EnforcementTests.request(stream: true)
    #expect(try Self.isCalled(in: request))
    #expect(try Self.isCalled(in: request.replacing(go, with: "\(go),\(history),\(go)")))
  }

  @Test(
    "a lost call is made where an agent has read code of others",
    arguments: [
      #"case EventMsg::McpToolCallEnd: "mcp_tool_call_end" => {}"#, #"yield {"type": "tool_call_end"}"#, "list |> Enum.map(fn |sep|> 1 end)",
      "functions.push_back(ns::Func{1, 2});", "exports.f = functions.https.onRequest(app);\nbutton:hover { color: red }",
    ])
  func otherCode(code: String) throws {
    let request = EnforcementTests.request(stream: true).replacing(#""content":"go""#, with: #""content":\#(JSONValue(code))"#)
    #expect(try Self.isCalled(in: request))
  }
}
