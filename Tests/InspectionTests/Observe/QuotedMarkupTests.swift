// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// Which requests have the markup of a call in their text.
@Suite(.timeLimit(.minutes(1))) struct QuotedMarkupTests {
  private static func request(_ content: String) -> [UInt8] {
    Array(#"{"model":"kimi-k2","messages":[{"role":"user","content":\#(content)}]}"#.utf8)
  }

  private static func isQuoted(_ bytes: [UInt8]) throws -> Bool { try ChatRequest(reading: bytes.span).quotesMarkup(in: bytes.span) }

  private static func isQuoted(_ text: String) throws -> Bool { try isQuoted(request(JSONValue(text).description)) }

  @Test(
    "Markers and calls without them",
    arguments: [
      "<|tool_calls_section_begin|>", "<|tool_call_begin|>", "<|open|>", "<|close|>", "<|sep|>", "||sep|>", "&lt;|open|&gt;", #"<|sep|\u003e"#, "<|tool_call_end|", "functions.search:0{}",
      // A table of Markdown, an expression, a program, a page with colours.
      #"| `<\|tool_calls_section_begin\|>` | begins |"#, #"<\|tool\_call\_begin\|>"#, #"re.compile(r"<\|tool_call_argument_begin\|>")"#, "['tool_call_end']",
      #"<span class="n">tool_call_begin</span><span class="o">|&gt;</span>"#, #"<\|sep\|>"#,
      "see functions.search:0 {", "functions.a b:c:12\n\t{", "functions.search:x_-1{",
      // Behind colons from which one has looked back.
      ":a{functions.x:a{", ":a{:a{:a{functions.x:a{", "functions:a{functions.x:a{", ":a{func:a{functions.x:a{",
    ])
  func quoted(text: String) throws { #expect(try Self.isQuoted(text)) }

  @Test(
    "Other bars, colons and braces",
    arguments: [
      "", "a|b|tool|calls", "|open", "a |sep| b", "||sep|", "|date|open|high|low|close|", "|sep|\\|", "|tool_call|tool_calls|", "<|tool_call_", "<|im_end|>", "functions.search:0", "functions.search: {", "functions.search{}", ":a{:a{:a{",
      "functions.:a", "function.search:0{", "functions\":a{", "functions.x\":a{", "functions.\(String(repeating: "x", count: 400)):0{",
      "functions:a{.x:a{", "on_call_begin", "rpc_call_end", "tool_call_id", "tool_calls", "tool_calls_section",
    ])
  func plain(text: String) throws { #expect(try !Self.isQuoted(text)) }

  @Test("A content in parts is read as one text", arguments: [true, false]) func parts(escapes: Bool) throws {
    let markup = ["see <|tool_cal", "ls_section_begin|><|tool", "_call_begin|>functions.search:0"]
    for texts in [markup, ["functions.sea", "rch:", "0{}"], ["<", "|", "se", "p|>"], ["f", "unctions.a:0{"]] {
      for role in ["user", "tool", "system"] {
        let parts = texts.map { text in
          let json = JSONValue(text).description
          return #"{"type":"text","text":\#(escapes ? json.replacing("<", with: #"\u003c"#) : json)}"#
        }
        let picture = #"{"type":"image_url","image_url":{"url":"x"}}"#
        for list in [parts, [picture] + parts, parts.map { $0 + "," + picture }] {
          let bytes = Array(#"{"messages":[{"role":"\#(role)","content":[\#(list.joined(separator: ","))]}]}"#.utf8)
          #expect(try Self.isQuoted(bytes))
        }
        // In messages of their own they are texts of their own.
        let apart = parts.map { #"{"role":"\#(role)","content":[\#($0)]}"# }.joined(separator: ",")
        #expect(try !Self.isQuoted(Array(#"{"messages":[\#(apart)]}"#.utf8)))
      }
    }
    #expect(try Self.isQuoted(Self.request(#"["functions.a",":0{"]"#)))
  }

  /// Each is a text that may go on so for ever.
  static let endless = [
    ":a{", #":a\\u00"#, #":a\\u0020"#, #":a\\n"#, ":", ":a", ":a ", "|", "|t", "_", "_call", "tool_call_", #"tool\\"#, #"tool\\_call\\"#, "|tool_cal", "|tool_call_", "|open|", #"|sep|\\"#, "|close|&", "functions.", "functions.:", "functions.a:0", ":a{f",
  ]

  @Test("Texts that come near to it again and again", arguments: endless) func long(unit: String) throws {
    var isQuoted = false
    let isLinear = try growsLinearly(1 << 18) { size in
      Self.request("\"" + String(repeating: unit, count: size / unit.utf8.count) + "\"")
    } _: { bytes in
      isQuoted = try isQuoted || Self.isQuoted(bytes)
    }
    #expect(isLinear && !isQuoted)
  }

  @Test("Three megabytes of it take a part of a second", arguments: endless) func megabytes(unit: String) throws {
    let bytes = Self.request("\"" + String(repeating: unit, count: 3_000_000 / unit.utf8.count) + "\"")
    var isQuoted = true
    let time = try ContinuousClock().measure { isQuoted = try Self.isQuoted(bytes) }
    #expect(!isQuoted && time < .seconds(1))
  }
}
