// SPDX-License-Identifier: Apache-2.0

import JSON
import Simulator

extension FaultCase {
  private static let json = Fixture.arguments
  /// The fixture's call in K2's tokens, with this in their places.
  private static func call(
    id: String = "functions.search_files:1", argument: String = "<|tool_call_argument_begin|>",
    end: String = "<|tool_call_end|>", space: String = ""
  ) -> String { "<|tool_call_begin|>\(space)\(id)\(space)\(argument)\(space)\(json)\(space)\(end)" }

  private static func section(_ call: String) -> String { "<|tool_calls_section_begin|>\(call)<|tool_calls_section_end|>" }

  /// A leak of the fixture's call: exactly this text behind the content or the reasoning, and an answer that seems to have ended.
  private static func leak(_ fault: String, _ markup: String, inReasoning: Bool = false) -> [FaultCase] {
    let said = "Let me look 🔎 there."
    let text = inReasoning ? nil : said + markup
    let thought = "I should search first." + (inReasoning ? said + markup : "")
    return [
      FaultCase(fault) { $0.content == text && $0.reasoning == thought && !$0.hasCalls && $0.finish == "stop" },
      FaultCase(fault, stream: true) {
        $0.streamedText == text ?? "" && $0.streamedReasoning == thought && $0.callDeltas.isEmpty && $0.finishReasons == ["stop"]
      },
    ]
  }

  static let markup: [FaultCase] =
    leak("leak-content", section(call())) + leak("leak-reasoning", section(call()), inReasoning: true)
    + leak("leak-spaced", section(call(space: " ")), inReasoning: true)
    + leak("leak-singular", "<|tool_call_section_begin|>\(call())<|tool_call_section_end|>") + leak("leak-bare", call())
    + leak("leak-unclosed", "<|tool_calls_section_begin|>" + call(end: ""))
    + leak(
      "leak-fenced",
      section(call(id: "functions.search_files", argument: "\n```json\n", end: "\n```\n<|tool_call_end|>")))
    + leak("leak-letter-index", section(call(id: "functions.search_files:c1")))
    + [
      FaultCase("leak-markerless") { $0.content == "functions.search_files:1\(json)" && !$0.hasCalls && $0.finish == "stop" },
      FaultCase("leak-markerless", stream: true) {
        $0.streamedText == "functions.search_files:1\(json)" && $0.callDeltas.isEmpty && $0.finishReasons == ["stop"]
      },
    ]
    + leak("leak-k3", k3("", ""))
    + leak("leak-k3-reasoning", k3("", ""), inReasoning: true)
    + leak("leak-k3-spaced", k3(" ", " "))
    + leak(
      "leak-k3-json",
      #"<|open|>tools<|sep|><|open|>call tool="search_files" index="1"<|sep|><|open|>json type="object"<|sep|>\#(json)"#
        + "<|close|>json<|sep|><|close|>call<|sep|><|close|>tools<|sep|>"
    ) + [
      FaultCase("leak-content", .calls) {
        $0.content?.contains("functions.read_file:2<|tool_call_argument_begin|>") == true && !$0.hasCalls
      },
      FaultCase("leak-k3-unasked", .text) {
        $0.content?.contains(#"<|open|>call tool="get_weather" index="1"<|sep|>"#) == true && $0.finish == "stop"
          && $0.content?.hasSuffix("Oslo<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>") == true
      },
      FaultCase("leak-k3-suffix") { $0.content == "Let me look 🔎 there.<|open|>" && $0.hasCalls },
      FaultCase("leak-k3-think") { $0.reasoning == "I should search first.<|close|>think" && $0.hasCalls },
      FaultCase("drop-calls") { $0.content == "" && $0.reasoning == nil && !$0.hasCalls && $0.finish == "stop" },
      FaultCase("drop-calls", stream: true) {
        $0.streamedText == "" && $0.callDeltas.isEmpty && $0.finishReasons == ["stop"]
      },
      FaultCase("think-only") {
        $0.message?["content"] == .null && $0.reasoning == "I should search first." && !$0.hasCalls && $0.finish == "stop"
      },
      FaultCase("think-only", .text, stream: true) { !$0.streamedReasoning.isEmpty && $0.streamedText.isEmpty },
      FaultCase("echo-artefact") { $0.content == "[{'type': 'text', 'text': ''}]Let me look 🔎 there." },
      FaultCase("leak-end-token") { $0.content == "Let me look 🔎 there.<|im_end|>" && $0.hasCalls },
      FaultCase("leak-role-tokens", .text) {
        $0.content == "<|im_assistant|>assistant<|im_middle|>Hello 👋 from the other side of the wire.[EOS]"
      },
      FaultCase("leak-think-tags") {
        $0.content == "<think>I should search first.</think>Let me look 🔎 there." && $0.reasoning == nil
      },
    ]

  /// The fixture's call in K3's tags, with these spaces around its tokens.
  private static func k3(_ after: String, _ before: String) -> String {
    let (open, close, end) = ("<|open|>" + after, "<|close|>" + after, before + "<|sep|>")
    let values = [
      ("query", "string", #"größe "x""#), ("limit", "number", "5"), ("exact", "boolean", "true"), ("kind", "string", "code"),
      ("paths", "array", #"["src","lib"]"#), ("scope", "object", #"{"depth":2}"#), ("either", "number", "3"),
      ("note", "string", "short"),
    ]
    let tags = values.map { #"\#(open)argument key="\#($0)" type="\#($1)"\#(end)\#($2)\#(close)argument\#(end)"# }
    return #"\#(open)tools\#(end)\#(open)call tool="search_files" index="1"\#(end)"# + tags.joined()
      + "\(close)call\(end)\(close)tools\(end)"
  }
}
