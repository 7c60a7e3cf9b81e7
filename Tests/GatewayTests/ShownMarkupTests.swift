// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import Testing

/// `enforce` and markup of calls that is shown, or of which a part is lost: the rules of `Rescue.swift`, one test each.
@Suite struct ShownMarkupTests {
  private typealias Script = EnforcementTests.Script

  private static let begin = "<|tool_call_begin|>functions.list_files:0<|tool_call_argument_begin|>"
  private static let call = begin + "{}<|tool_call_end|>"
  private static let path = #"{"path":"a"}"#

  private static func section(_ calls: String) -> String { "<|tool_calls_section_begin|>\(calls)<|tool_calls_section_end|>" }
  private static func read(_ arguments: String) -> String {
    "<|tool_call_begin|>functions.read:1<|tool_call_argument_begin|>\(arguments)<|tool_call_end|>"
  }

  private static func said(_ text: String, as key: String = "content") -> Script {
    Script().adding(Script.chunk(#"{"\#(key)":\#(JSONValue(text).description)}"#))
  }

  private func answer(_ script: Script, step: Int = 1_000_000) throws -> Run {
    var run = try Run(EnforcementTests.request(stream: true)) { $0.settings.enforce.attempts = 1 }
    run.answer(script.bytes, step: step)
    return run
  }

  private static func names(_ run: Run) -> [String] {
    run.events.flatMap { $0["choices"]?[0]?["delta"]?["tool_calls"]?.array ?? [] }.compactMap { $0["function"]?["name"]?.string }
  }

  private static func text(_ run: Run, _ key: JSONString = "content") -> String {
    run.events.compactMap { $0["choices"]?[0]?["delta"]?[key]?.string }.joined()
  }

  static let shown = [
    // A part of a call, of which nobody says where it ends.
    "K2 writes:\n```\n\(begin){ ... }\n```\nFine.",
    "Chunk 1:\n```\n\(begin){\"q\":\n```\nChunk 2:\n```\n\"x\"}<|tool_call_end|>\n```\nWait for the end.",
    "In a stream the first chunk may be `\(begin){\"q\":`, and the rest comes in the next.",
    "A cut call:\n```\n\(begin){\"q\":\"wea\n```\nThat is invalid.",
    "The first chunk is `\(begin){\"q\":\"wea`, the second one `ther\"}<|tool_call_end|>`. Wait for both.",
    "```python\nassert parse('\(begin){\"q\":') is None\n```\nDone.",
    // One more token behind it, or before.
    "One call:\n```\n\(call)\n```\nThe parser looks for `<|tool_call_begin|>` first. I will look at it.",
    "One call:\n```\n\(section(read("{}")))\n```\nIt ends with `<|tool_calls_section_end|>`. I look.",
    "First `\(call)`, then `\(read("1"))`: I look.",
    "`<|tool_call_begin|>` begins one.\n```\n\(call)\n```\nI look.", "BEGIN = \"<|tool_call_begin|>\"; example = '\(call)'; I look.",
    "<pre>\(call)</pre>\nThat is the form. I will look.", "| K2 | `\(call)` |\n| end | `<|tool_call_end|>` |\n\nI look.",
    "- `<|tool_calls_section_begin|>`, then `<|tool_call_begin|>`\n- whole: `\(section(call))`\n\nI look.",
    // The last words, in a list, behind the prompt's tokens, or among other words of the code.
    "1. So:\n   ```\n   \(section(call))\n   ```", "- So:\r\n\t```\r\n\t\(call)\r\n\t```\r\n", "> ```\n> \(section(call))\n> ```", "<pre>\n\(call)\n</pre>",
    "```\n<|im_assistant|>assistant<|im_middle|>\(section(call))<|im_end|>\n```", "```\nassistant: \(call)\n```", "```\nI look. \(call)\n```",
    "It is `` \(call) ``", "It is ` \(call) `", "It is `text \(section(call))`.", "- K3:\n  ```\n  \(tag)\n  ```",
    // With a placeholder.
    "K3: `<|open|>\(open)<|open|>argument key=NAME type=TYPE<|sep|>VALUE<|close|>argument<|sep|><|close|>call<|sep|>`. I look.",
    "K3: `<|open|>\(open)\(key)<|close|>argument<|sep|>...<|close|>call<|sep|>`. I look.",
  ]

  @Test("what is shown in code or in quotation marks stays text, whole or in part, beside an own call and without", arguments: shown)
  func isShown(text: String) throws {
    for step in [7, 1_000_000] {
      let alone = try answer(Self.said(text).finish("stop"), step: step)
      #expect(alone.record?.verdict == .valid && Self.text(alone) == text && Self.names(alone) == [])
      let beside = try answer(Self.said(text).call("list_files", "{}").finish(), step: step)
      #expect(beside.record?.verdict == .valid && Self.text(beside) == text && Self.names(beside) == ["list_files"])
    }
  }

  private static let tag = #"<|open|>call tool="list_files" index="1"<|sep|><|close|>call<|sep|>"#
  private static let key = #"<|open|>argument key="path" type="string"<|sep|>a"#
  private static let open = #"call tool="read" index="2"<|sep|>"#
  private static let close = "<|close|>argument<|sep|><|close|>call<|sep|>"
  /// A call with a sound argument, and another one.
  private static func k3(_ other: String) -> String { "<|open|>\(open)\(key)<|close|>argument<|sep|>\(other)\(close)" }

  static let spoilt = [
    // Alone.
    section(read(#""path": "a"}"#)), section(read("\"a\"")), section(read("'\(path)'")), section(read("`\(path)`")), section(read(": \(path)")),
    section(#"<|tool_call_begin|>functions.read:0 "path": "a"<|tool_call_end|>"#), section(#"<|tool_call_begin|>read(path="a")<|tool_call_end|>"#),
    read(#""path": "a"}"#), "<|open|>\(open)\(path)<|close|>call<|sep|>", "<|open|>tools<|sep|>\(open)\(key)\(close)<|close|>tools<|sep|>",
    // Behind a sound one.
    section(call + read(#""path": "a"}"#)), call + read(#""path": "a"}"#), section(call + "read(path=\"a\")"),
    section(call + #"functions.read:1 "path": "a"<|tool_call_end|>"#), call + "functions.read:1<|tool_call_argument_begin|>a<|tool_call_end|>",
    tag + "<|open|>\(open)\(path)<|close|>call<|sep|>", tag + "\(open)\(key)\(close)", tag + "<|open|>\(open)for this: \(key)\(close)",
    tag + "<|open|>\(open.dropLast(7))\(key)\(close)", "<|open|>\(open)\(key)<|close|>call<|sep|><|open|>\(open)\(key)\(close)",
    // A value that nobody can tell.
    k3(#"<|open|>argument key=on type="boolean"<|sep|>true"#), k3("<|open|>argument key='on'<|sep|>true"), k3(#"<|open|>argument name="on"<|sep|>true"#),
    k3("<|open|>argument<|sep|>true"), k3(#"<|open|>Argument key="on"<|sep|>true"#), k3(#""on": true"#), k3(#"argument key="on" type="boolean"<|sep|>true"#),
    k3(String(key.dropLast()) + "b"), k3(#"<|open|>json<|sep|>{}<|close|>json<|sep|>"#), "<|open|>\(open)\(key)<|open|>argument key=\"on\" type=\"boolean\"<|sep|>true\(close)",
    // The first one's first token is missing, behind words.
    "I look. functions.read:0<|tool_call_argument_begin|>\(path)<|tool_call_end|>\(call)",
    // Some are shown, and others not.
    "K2 writes `\(call)`. Now: \(section(read(path)))",
  ]

  @Test("of lost calls all are made or none, where words stand among them too", arguments: spoilt)
  func isSpoilt(markup: String) throws {
    for reason in ["stop", "tool_calls"] {
      let alone = try answer(Self.said("Let me look. " + markup).finish(reason))
      #expect(alone.record?.verdict == .invalid && Self.names(alone) == [])
    }
    if !markup.contains("list_files") {
      let beside = try answer(Self.said("Let me look. " + markup).call("list_files", "{}").finish())
      #expect(beside.record?.verdict == .invalid && Self.names(beside) == [])
    }
  }

  @Test("a call whose first token is missing is one, behind another too", arguments: ["", "\n"])
  func withoutToken(space: String) throws {
    let later = space + String(Self.read(Self.path).dropFirst("<|tool_call_begin|>".count))
    let third = Self.call.replacing(":0", with: ":2")
    for markup in [Self.section(Self.call + later), Self.section(later + Self.call), Self.call + later, Self.section(Self.call + later + third)] {
      let run = try answer(Self.said("So: " + markup).finish("stop"))
      #expect(run.record?.verdict == .valid && Set(Self.names(run)) == ["list_files", "read"] && Self.text(run) == "So: ")
    }
  }

  @Test("a section that names no call is only words", arguments: [
    "It begins with <|tool_calls_section_begin|>, then <|tool_call_begin|>, <|tool_call_argument_begin|>, <|tool_call_end|>",
    "So <|tool_calls_section_begin|> and <|tool_call_begin|> begin, <|tool_calls_section_end|> and <|tool_call_end|> end",
  ])
  func words(text: String) throws {
    let run = try answer(Self.said(text).finish("stop"))
    #expect(run.record?.verdict == .valid && Self.text(run) == text)
  }

  @Test("what the model plays behind its message is none of it", arguments: [
    "<|im_end|><|im_user|>user<|im_middle|>thanks", "<|im_end|><|im_system|>system<|im_middle|>## Return of functions.list_files:0\nx",
    "\n<|im_end|>\n<|im_user|>user<|im_middle|>thanks", "<|im_user|>user<|im_middle|>thanks", "<|im_end|><|im_end|><|im_user|>user<|im_middle|>thanks",
    "[EOS]<|im_user|>user<|im_middle|>thanks", "<|im_end|>[EOT]<|im_system|>tool<|im_middle|>x", "</think><|im_end|><|im_assistant|>assistant<|im_middle|>It is x.",
    "<|im_end|><|im_user|>us", "<|close|>message<|sep|><|end_of_msg|><|open|>message role=\"tool\"<|sep|>x<|close|>message<|sep|><|end_of_msg|>It is x.",
    "<|end_of_msg|><|open|>message role=\"tool\"<|sep|>x<|end_of_msg|>It is x.",
  ])
  func nextMessage(next: String) throws {
    for calls in [Self.section(Self.call), Self.tag] {
      for reason in ["stop", "tool_calls"] {
        let lost = try answer(Self.said("Let me look." + calls + next).finish(reason))
        #expect(lost.record?.verdict == .valid && Self.names(lost) == ["list_files"] && Self.text(lost) == "Let me look.")
      }
      let shown = "A conversation:\n```\n\(calls + next)\n```\nThat is all."
      let quotation = try answer(Self.said(shown).finish("stop"))
      #expect(quotation.record?.verdict == .valid && Self.text(quotation) == shown)
    }
  }

  @Test("a token that begins a message, and no head of one, is only said")
  func noMessage() throws {
    let text = Self.section(Self.call) + "<|im_end|> ends it, <|im_user|> begins the next."
    let run = try answer(Self.said("So: " + text).finish("stop"))
    #expect(run.record?.verdict == .valid && Self.text(run) == "So: " + text)
  }

  @Test("thoughts that are cut have no last one", arguments: ["length", "content_filter"])
  func cutThoughts(reason: String) throws {
    for thought in [
      "The parser looks for <|tool_calls_section_begin|> first, so I should grep",
      "I look for \"<|tool_call_begin|>\" in the parser, then",
      "see\n```\n<|tool_call_begin|>\n```\nas it says. And",
      "I could \(Self.section(Self.call)) or else", "The token is `<|tool_calls_section_end|>`, so",
    ] {
      let run = try answer(Self.said(thought, as: "reasoning_content").finish(reason))
      #expect(Self.text(run, "reasoning_content") == thought && run.finishReasons == [reason] && Self.names(run) == [])
    }
  }

  @Test("thoughts that go on behind a call stay as they are, be it one of the same id")
  func thoughtsBesideCalls() throws {
    let other = Self.read(#"{"path":"b"}"#)
    for thought in ["K2 writes `\(other)`. I look for `<|tool_call_begin|>` now.", "The id is functions.read:1, so `\(other)` it was."] {
      let run = try answer(Self.said(thought, as: "reasoning_content").call("read", Self.path, id: "functions.read:1").finish())
      #expect(run.record?.verdict == .valid && Self.text(run, "reasoning_content") == thought && Self.names(run) == ["read"])
    }
  }
}
