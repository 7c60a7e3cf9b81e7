// SPDX-License-Identifier: Apache-2.0
import JSON
import Replay
import Testing

@Suite struct VerdictTests {
  private let calls: JSONValue = [
    ["function": ["name": "a", "arguments": "1"]], ["function": ["name": "b", "arguments": "2"]],
  ]

  private func verdict(_ calls: JSONValue?, finish: JSONValue = "tool_calls", _ judge: Judge?) -> Bool? {
    let message: JSONValue = calls.map { ["tool_calls": $0] } ?? [:]
    return toolCallsValid(
      response: ["choices": [["finish_reason": finish, "message": message]]], tools: ["t"], judge: judge)
  }

  @Test("Every call must be valid; without a judge, calls or the finish reason tool_calls nothing is said")
  func verdicts() {
    #expect(verdict(calls) { _, _, _ in true } == true)
    #expect(verdict(calls) { name, _, _ in name == "a" } == false)
    #expect(verdict(calls) { name, _, _ in name == "a" ? nil : true } == nil)
    #expect(verdict(calls) { name, _, _ in name == "a" ? nil : false } == false)
    #expect(verdict(calls, nil) == nil)
    #expect(verdict([]) { _, _, _ in true } == nil)
    #expect(verdict(nil) { _, _, _ in true } == nil)
    #expect(verdict(calls, finish: "stop") { _, _, _ in true } == nil)
    #expect(verdict([["function": ["name": "a"]]]) { _, _, _ in true } == false)
  }

  @Test("The judge gets the call's name, its arguments as they came, and the request's tools")
  func seam() {
    #expect(verdict([["function": ["name": "n", "arguments": ["x": 1]]]]) { name, arguments, tools in
      name == "n" && arguments == ["x": 1] && tools == ["t"]
    } == true)
  }
}
