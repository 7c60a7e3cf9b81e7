// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Testing

@Suite struct NativeCallsTests {
  private static func section(_ calls: String, closed: Bool = true) -> String {
    NativeCalls.sectionBegin + calls + (closed ? NativeCalls.sectionEnd : "")
  }

  private static func call(_ id: String, _ arguments: String) -> String {
    NativeCalls.callBegin + id + NativeCalls.argumentBegin + arguments + NativeCalls.callEnd
  }

  static let texts: [String] = [
    "no call", section(""), "before " + section(call("functions.f:0", "{}")) + " after",
    section(call(" functions.f:0 \n", "\n {\"a\": \"x\\n\"} \t") + call("functions.g_2:13", "")),
    section(call("functions.read-file:0", "{}") + call("functions.ok:1", "{}")), section(call("functions.my.tool:1", "{}")),
    section(call("search:2", "{}") + call("functions.f:0", "{}")), section(call("call_abc", "{}")),
    section(call("functions.f:0", "{}"), closed: false), section(call("functions.f:0", "{}")) + section(call("functions.g:1", "{}")),
    section(NativeCalls.callBegin + "functions.f:0" + NativeCalls.argumentBegin + "{\"cut"),
    section(NativeCalls.callBegin + "functions.f:0" + call("functions.g:1", "{}")),
    section(call("functions.größe:٣", "{}")), section(call("functions.f:0", "a\u{A0}\u{1F}")), section(call("functions.f:x", "{}")),
    NativeCalls.sectionEnd + section(call("functions.f:0", "{}")), section(call("functions.f:0", "<|tool_call_begin|>")),
  ]

  @Test("K2VV's reading loses names with a hyphen, cuts those with a dot, and wants a closed section; ours does not")
  func readings() {
    func names(_ calls: [JSONValue]) -> [String?] { calls.map { $0["function"]?["name"]?.string } }
    let readings = Self.texts.map { (names(NativeCalls.asK2VV(in: $0)), names(NativeCalls.found(in: $0))) }
    #expect(readings[4] == (["ok"], ["read-file", "ok"]))
    #expect(readings[5] == (["my"], ["my.tool"]))
    #expect(readings[6] == (["f"], ["search", "f"]))
    #expect(readings[7] == ([], ["call_abc"]))
    #expect(readings[8] == ([], ["f"]))
    #expect(readings[9] == (["f"], ["f", "g"]))
    #expect(readings[10] == ([], []))
  }

  @Test("marks that lead to nothing are read once, not once each", .timeLimit(.minutes(1)), arguments: [
    NativeCalls.callBegin, NativeCalls.callBegin + "f:0", NativeCalls.callBegin + "functions.f:0" + NativeCalls.argumentBegin,
  ])
  func hostile(_ mark: String) {
    let text = Self.section(String(repeating: mark, count: 200_000))
    #expect(NativeCalls.asK2VV(in: text).isEmpty && NativeCalls.found(in: text).isEmpty)
    let whole = Self.section(String(repeating: mark, count: 200_000) + Self.call("functions.g:0", "{}"))
    #expect(NativeCalls.found(in: whole).count == 1)
  }

  @Test(
    "Call for call what K2VV's extract_tool_call_info finds",
    .enabled(if: Peers.k2vv != nil && Peers.python != nil, "needs BELAY_K2VV_REPO and BELAY_K2VV_PYTHON"))
  func oracle() async throws {
    let input = JSONValue.array(Self.texts.map { JSONValue($0) }).description
    let script = """
      import json, sys
      from loguru import logger
      logger.remove()
      from tool_calls_eval import extract_tool_call_info
      print(json.dumps([extract_tool_call_info(text) for text in json.load(open(sys.argv[1]))]))
      """
    let expected = try JSONValue(parsing: try await Peers.run(script, input: Array(input.utf8), in: try #require(Peers.k2vv)))
    for (text, calls) in zip(Self.texts, try #require(expected.array)) {
      #expect(JSONValue.array(NativeCalls.asK2VV(in: text)) == calls, "\(text)")
    }
  }
}
