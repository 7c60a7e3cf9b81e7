// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// A shape in a word, and the object that is meant.
private func shape(_ arguments: String) -> String {
  let bytes = Array(arguments.utf8)
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
  return switch ArgumentsShape(of: bytes) {
  case .object: "object"
  case .empty: "empty"
  case .notObject(let kind): "\(kind)"
  case .doubleEncoded: "double"
  case .truncated: "truncated"
  case .trailingJunk(let range): "trailing " + text(range)
  case .leadingJunk(let range): "leading " + text(range)
  case .placeholder(let range): "placeholder " + text(range)
  case .snapshots(let range): "snapshots " + text(range)
  case .markup(let range): "markup " + (range.map(text) ?? "-")
  case .controlCharacter(let offset): "control \(offset)"
  case .notJSON: "not JSON"
  }
}

@Test(
  "What is meant is told where that is certain, and nowhere else",
  arguments: [
    (#" {"a":1} "#, "object"), ("", "empty"), (" \n", "empty"), ("[{}]", "array"), ("null", "null"), ("5", "number"),
    (#""a""#, "string"), (#""{\"a\":1}""#, "double"), (#""{\"a\":1""#, "string"), (#""[1]""#, "string"),
    ("{", "truncated"), (#"{"a":"x"#, "truncated"), (#"{"a":1,"#, "truncated"), (#"{"a":tru"#, "truncated"),
    (#"{"a":1}}"#, #"trailing {"a":1}"#), (#"{"a":1} ok?"#, #"trailing {"a":1}"#), ("{}}", "trailing {}"),
    (#"{"a":1}{"b":2}"#, #"trailing {"a":1}"#), (#"{"a":1}{"a":1,"b":"#, "truncated"), ("{}{}", "placeholder {}"),
    (#"{ } {"a":1}"#, #"placeholder {"a":1}"#), (#"{}{"a":1}x"#, "not JSON"), (#"{}{"a":1,}"#, "not JSON"),
    (#"{"a":"x"}{"a":"xy"}"#, #"snapshots {"a":"xy"}"#), (#"{"a":"x"}{"a":"y"}"#, #"trailing {"a":"x"}"#),
    (#"{"a":1}{"a":1}"#, #"snapshots {"a":1}"#), (#"{}{"a":1}{"a":1,"b":2}"#, #"snapshots {"a":1,"b":2}"#),
    (#"Sure: {"a":1}"#, #"leading {"a":1}"#), ("```json\n{}\n```", "leading {}"), ("<think>x</think>{}", "leading {}"),
    (#"x {"a":1} or {"b":2}"#, "not JSON"), (#"x {"a":"#, "not JSON"), ("x", "not JSON"), ("{'a':1}", "not JSON"),
    (#"{"a":1}<|tool_call_end|>"#, #"markup {"a":1}"#), (#"{"a":"<|tool_call_end|>"#, "markup -"),
    (#"{"a":1}x<|tool_call_end|>"#, "markup -"), (#"<|tool_call_argument_begin|> {"a":1}"#, #"markup {"a":1}"#),
    (#"<|tool_call_argument_begin|>{"a":1}<|tool_call_end|>"#, #"markup {"a":1}"#),
    (#"f<|tool_call_argument_begin|>{"a":1}"#, "markup -"), (#"{"a":"<|tool_call_end|>"}"#, "object"),
    ("{\"a\":\"x\ty\"}", "control 7"), ("{\"a\":\"x\ty\"", "truncated"), ("{\"a\":\"x\ty\"}}", "not JSON"),
    ("{\"a\":\u{1}1}", "not JSON"),
  ])
func shapes(arguments: String, expected: String) {
  #expect(shape(arguments) == expected)
}

@Test("Control characters are escaped in strings only, and what is escaped already stays")
func escapesControlCharacters() {
  let text = Array("{\n\"a\tb\\n\\\\\": \"\u{1}\u{1F}\r\\\"\n\" }".utf8)
  let escaped = String(decoding: escapingControlCharacters(in: text), as: UTF8.self)
  #expect(escaped == "{\n\"a\\tb\\n\\\\\": \"\\u0001\\u001f\\r\\\"\\n\" }")
  #expect(throws: Never.self) { try JSONValue(parsing: escaped) }
}
