// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import Testing

/// `enforce` and answers that speak of the markup of calls.
@Suite struct ExplainedMarkupTests {
  private typealias Script = EnforcementTests.Script

  @Test(
    "markup that the model goes on behind is what it speaks of: behind calls that it makes, it says no more",
    arguments: [
      "K2 calls like this:\\n\\n```\\n\(HostileAnswerTests.markup)\\n```\\n\\nThe client parses that.", "It is `\(HostileAnswerTests.markup)`.", "It is \(HostileAnswerTests.markup), you see.",
      #"functions.list_files:0{\"x\":1} is how K2 writes a call."#, "The token `<|tool_call_begin|>` begins a call.",
      "A call begins with <|tool_call_begin|> and ends with <|tool_call_end|>, as you see.", "`<|open|>` opens a tag, `<|tool_calls_section_end|>` ends all.",
      "Write `<|tool_call_begin|>`.",
      "A call begins with `<|tool_call_begin|>functions.list_files:0` and then come the arguments.",
      "Write `<|tool_call_begin|>functions.NAME:0<|tool_call_argument_begin|>`, then the JSON, then the end token.",
      "The parser looks for `<|tool_call_begin|>`, then for `{` as the beginning of the arguments.", "It is <|tool_call_begin|>functions.list_files:0.",
      "A call begins with this token:\\n\\n```\\n<|tool_call_begin|>\\n```\\n\\nThen comes its id.", "K2 用 <|tool_call_begin|>开始一个调用，然后是 {\\\"a\\\":1}，最后结束",
      "```js\\nif (text.includes('<|tool_call_begin|>')) {\\n  handle(text);\\n}\\n```\\n\\nThat is all.",
      "```python\\nBEGIN = \\\"<|tool_call_begin|>\\\"\\n\\ndef split(text):\\n    return {i: p for i, p in enumerate(text.split(BEGIN))}\\n```\\n\\nThat is all.",
      "```go\\nif strings.Contains(s, \\\"<|tool_call_begin|>\\\") {\\n\\treturn true\\n}\\n```\\nDone.", "```\\n<|tool_call_begin|>{{ id }}<|tool_call_argument_begin|>{{ args }}<|tool_call_end|>\\n```",
      "K3's tokens are <|sep|>, <|close|> and <|open|>", "K3 opens a tag with <|open|> tag", "`<|open|>call tool=\\\"x\\\"<|sep|>`, `<|open|>argument key=\\\"a\\\"<|sep|>`.",
      "K2 calls like this:\\n```\\n\(HostileAnswerTests.markup)\\n```",
    ])
  func explained(text: String) throws {
    let answer = Script().text(text).finish("stop").bytes
    var run = try Run(EnforcementTests.request(stream: true))
    run.answer(answer)
    #expect(run.client == answer.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]"))
    var whole = try Run(EnforcementTests.request(stream: false))
    whole.head([("Content-Type", "application/json")])
    let body =
      #"{"id":"a","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)"},"finish_reason":"stop"}]}"#
    whole.body(body)
    whole.end()
    #expect(whole.client == body && whole.record?.verdict == .valid)
    // A vendor that knows of calls has lost them.
    var lost = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.attempts = 1 }
    lost.answer(Script().text(text).finish("tool_calls").bytes)
    #expect(lost.record?.verdict != .valid || lost.client.contains(#""name":"list_files""#))
  }

  @Test(
    "tokens that begin no call lose none, whatever the tools; without tools none does",
    arguments: [
      (#"tok.add({\"sep\": \"<|sep|>\"})"#, true), ("x<|tool_call_end|>", true), ("a<|close|>", true), ("a<|open|> is it", true), ("Let me see.<|tool_calls_section_begin|>", false),
      ("So.\(HostileAnswerTests.markup)", false), ("So.<|open|>tools<|sep|>", false), ("So.<|open|>", false), ("So.<|open|>too", false),
      ("So.<|tool_call_begin|>functions.list", false), ("So.<|tool_call_begin|>functions.x:0<|tool_call_argument_begin|>null<|tool_call_end|>", false),
      ("So.<|tool_call_begin|>call0<|tool_call_argument_begin|>{}<|tool_call_end|>", false),
      ("<|open|>think<|sep|>hm<|close|>think<|sep|><|open|>response<|sep|>Hello<|close|>response<|sep|>", false),
    ])
  func words(text: String, isHarmless: Bool) throws {
    let answer = Script().text(text).finish("stop").bytes
    for hasTools in [true, false] {
      let request = EnforcementTests.request(stream: true)
      var run = try Run(hasTools ? request : request.replacing(#""tools":"#, with: #""other":"#)) { $0.settings.enforce.repairs = [] }
      run.answer(answer)
      let isPassed = run.client == answer.replacing("data: [DONE]", with: ": belay attempts=1 verdict=valid\ndata: [DONE]")
      #expect(isPassed == (isHarmless || !hasTools))
    }
  }

  @Test("where markup loses nothing, a stream is not held for it", arguments: [true, false])
  func flows(hasTools: Bool) throws {
    let request = EnforcementTests.request(stream: true)
    for (request, flows) in [
      (hasTools ? request.replacing(#""content":"go""#, with: #""content":"explain <|tool_call_begin|>""#) : request.replacing(#""tools":"#, with: #""other":"#), true),
      (request, false),
    ] {
      var run = try Run(request)
      run.head()
      run.body(Script().text("A call begins with <|tool_call_begin|>").text("as you see").bytes)
      #expect(run.client.contains("as you see") == flows)
      run.body(Script().finish("stop").bytes)
      run.end()
      #expect(run.client.contains("as you see") && run.record?.verdict == .valid)
    }
  }

  @Test(
    "tokens that end a message, and what cannot be seen, say nothing behind a lost call",
    arguments: ["[EOS]", "[EOT]", "<|im_end|>", "<|im_end|>[EOS]", "<|im_end|><|im_assistant|>", "<|endoftext|>", "</s>", "</think>", "\\n```", "\\n\\u200b", "\\ufeff\\u00a0"])
  func endTokens(end: String) throws {
    for text in ["Let me look.", "I run `ls`", "I run\\n```\\nls\\n```"] where text.hasSuffix(".") || end != "\\n```" {
      var run = try Run(EnforcementTests.request(stream: true))
      run.answer(Script().text(text).text(HostileAnswerTests.markup + end).finish("stop").bytes)
      #expect(run.record?.verdict == .valid && Self.names(run) == ["list_files"] && run.finishReasons == ["tool_calls"])
    }
  }

  @Test("what is spoken of in code beside a call is no other; but what is not may be one", arguments: ["K2 writes `@`. I look.", "K2 writes \\\"@\\\": I look.", "K2 writes:\\n```\\n@\\n```\\nI look.", "Now @ and this"])
  func codeBesideCalls(text: String) throws {
    let read = HostileAnswerTests.markup.replacing("list_files", with: "read").replacing("{}", with: #"{\"path\":\"a\"}"#)
    let tag = #"<|open|>call tool=\"read\" index=\"1\"<|sep|><|open|>argument key=\"path\" type=\"string\"<|sep|>a<|close|>argument<|sep|><|close|>call<|sep|>"#
    for markup in [read, tag, read.replacing("read", with: "other")] {
      let isLost = text.contains("Now"), isSound = markup.contains("read")
      for step in [1, 1_000_000] {
        var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.attempts = 1 }
        run.answer(Script().text(text.replacing("@", with: markup)).call("list_files", "{}").finish().bytes, step: step)
        #expect((run.record?.verdict == .valid) == (isSound || !isLost))
        if run.record?.verdict == .valid { #expect(Self.names(run) == ["list_files"] + (isLost ? ["read"] : [])) }
        #expect(run.client.contains(text.replacing("@", with: markup)) != isLost)
      }
    }
  }

  @Test("beside a call that a vendor parsed, words stay in the text, and the rest of markup goes", arguments: [
    (#"I write tok=\"<|sep|>\" now"#, #"I write tok="<|sep|>" now"#), ("x<|tool_call_end|> now", "x<|tool_call_end|> now"),
    ("So.<|tool_calls_section_end|>", "So."), ("So.<|open|>tools<|sep|><|close|>tools<|sep|>", "So."),
    ("I look for `<|tool_call_begin|>` and `<|tool_calls_section_begin|>` there.", "I look for `<|tool_call_begin|>` and `<|tool_calls_section_begin|>` there."),
    ("I look for <|tool_call_begin|>:", "I look for <|tool_call_begin|>:"), ("I grep for <|sep|>\\n\\n", "I grep for <|sep|>\n\n"),
    ("tokens: <|open|>, <|close|>", "tokens: <|open|>, <|close|>"),
  ])
  func besideCalls(text: String, left: String) throws {
    var run = try Run(EnforcementTests.request(stream: true))
    run.answer(Script().text(text).call("list_files", "{}").finish().bytes)
    #expect(run.record?.verdict == .valid && run.record?.calls.count == 1)
    #expect(run.events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == left)
  }

  private static func names(_ run: Run) -> [String] {
    run.events.compactMap { $0["choices"]?[0]?["delta"]?["tool_calls"]?[0]?["function"]?["name"]?.string }
  }

  @Test("of a lost call with characters that came in halves nothing stays in the text", arguments: [1, 2, 40])
  func halves(count: Int) throws {
    // Nor of one that is asked for again.
    for name in ["list_files", "other"] {
      let markup = HostileAnswerTests.markup.replacing("list_files", with: name).split(separator: "{}")
      var script = Script().text("Let me look. ").text("So: " + markup[0] + #"{\"k\":\"中\ud83d"#)
      for _ in 1..<count { script = script.text(#"\ude00\ud83d"#) }
      var run = try Run(EnforcementTests.request(stream: true))
      run.answer(script.text(#"\ude00\"}"# + markup[1]).finish("stop").bytes)
      if name == "other" { run.answer(Script().call("list_files", "{}").finish().bytes) }
      #expect(run.events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == "Let me look. So: ")
      #expect(run.arguments == (name == "other" ? "{}" : #"{"k":"中\#(String(repeating: "😀", count: count))"}"#))
      #expect(run.record?.verdict == .valid && Self.names(run) == ["list_files"])
    }
  }
}
