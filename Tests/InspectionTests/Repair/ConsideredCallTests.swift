// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// A whole call as the last thought of an answer that has no other.
@Suite struct ConsideredCallTests {
  private static let request = facts([("delete", "")])
  private static let thought = "<|tool_call_begin|>functions.delete:0<|tool_call_argument_begin|>{}<|tool_call_end|>"

  private static func mended(_ finish: String?, isSaid: Bool) -> ResponseSummary {
    var thinking = answer([], finish: finish, leak: thought, inReasoning: true)
    thinking.choices[0].hasText = isSaid
    return thinking.mended(allRules, request).summary
  }

  @Test(
    "It is made where the model says nothing else, or the vendor that there were calls",
    arguments: [("stop", false), ("tool_calls", false), ("tool_calls", true), (nil, false)])
  func made(finish: String?, isSaid: Bool) {
    let mended = Self.mended(finish, isSaid: isSaid)
    #expect(mended.first.calls.count == 1 && mended.first.finishReason == "tool_calls" && mended.findings == [])
  }

  @Test("What is said beside it may turn it down, or announce it: it is asked for again", arguments: ["stop", nil])
  func announced(finish: String?) {
    let mended = Self.mended(finish, isSaid: true)
    #expect(mended.first.calls == [] && mended.first.rescue == nil && !mended.first.losesNothing(Self.request.tools.names))
  }

  @Test("It stays a thought where the model was cut off", arguments: ["length", "content_filter"], [true, false])
  func considered(finish: String, isSaid: Bool) {
    let mended = Self.mended(finish, isSaid: isSaid)
    #expect(mended.first.calls == [] && mended.first.rescue == nil && mended.first.finishReason == finish)
    // Nor is the answer refused for it.
    #expect(mended.first.losesNothing(Self.request.tools.names))
  }
}

/// A lost call whose last string seems to end at a quotation mark without a backslash.
@Suite struct BrokenStringTests {
  private static let request = facts([("rm", #"{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}"#), ("ls", "")])
  private static let begin = "<|tool_call_begin|>functions.rm:0<|tool_call_argument_begin|>"
  private static let section = "<|tool_calls_section_begin|>"

  private static func names(_ leak: String, besideCall: Bool) -> [String] {
    let summary = answer(besideCall ? [call("ls", "{}", id: "functions.ls:7")] : [], finish: "tool_calls", leak: leak)
    return summary.mended(allRules, request).summary.first.calls.map(\.nameText)
  }

  @Test("It is not made where no token says that it ends, beside a call and without", arguments: [
    "functions.rm:0@", begin + "@", section + begin + "@", section + "functions.rm:0@", begin + "@<|sep|>",
    section + "functions.ls:1{}functions.rm:0@", "functions.ls:1{}functions.rm:0@<|tool_call_begin|>functions.ls:2<|tool_call_argument_begin|>{}<|tool_call_end|>",
  ], [true, false])
  func broken(markup: String, besideCall: Bool) {
    for rest in [#"old"/tmp"}"#, #" > "x""#, "\nin \"/tmp\"}"] {
      let leak = markup.replacing("@", with: #"{"command":"rm -r "}"# + rest)
      #expect(Self.names(leak, besideCall: besideCall) == (besideCall ? ["ls"] : []))
    }
  }

  @Test("Others are, whatever the model plays behind them", arguments: [
    "functions.rm:0@functions.ls:1{}", "functions.rm:0@", begin + "@", section + begin + "@", begin + "@<|tool_call_end|>",
    section + "functions.rm:0@functions.rm:1@",
  ], ["", "\n", " Now I wait.", "<|im_end|><|im_user|>user<|im_middle|>the \"old\" one"])
  func whole(markup: String, rest: String) {
    let leak = markup.replacing("@", with: #"{"command":"rm -r old"}"#) + rest
    #expect(Self.names(leak, besideCall: false).contains("rm"))
  }
}
