// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

private func found(in pieces: [[UInt8]]) -> [String] {
  var matcher = MarkupMatcher()
  var texts: [String] = []
  for piece in pieces {
    var at = 0
    while let marker = matcher.next(in: piece.span, from: &at) { texts.append(marker.text) }
  }
  return texts + ["held \(matcher.held)"]
}

@Test(
  "Markers are found whatever the chunking, and only whole ones",
  arguments: [
    ("plain text", [], 0),
    (
      "I will <|tool_calls_section_begin|><|tool_call_begin|>functions.f:0",
      ["<|tool_calls_section_begin|>", "<|tool_call_begin|>"], 0
    ),
    ("<|tool_call_argument_begin|> {} <|tool_call_end|>", ["<|tool_call_argument_begin|>", "<|tool_call_end|>"], 0),
    (
      "<|tool_call_section_begin|><|tool_call_section_end|>",
      ["<|tool_call_section_begin|>", "<|tool_call_section_end|>"], 0
    ),
    ("<|open|> tools <|sep|><|close|>", ["<|open|>", "<|sep|>", "<|close|>"], 0),
    ("<<|<<|open|>", ["<|open|>"], 0),
    ("a < b <| c |> <|tool_call|> <|tool_calls_begin|> <|opened|>", [], 0),
    ("<|tool_call_begin |>", [], 0),
    ("text <|tool_calls_section_begin|", [], 27),
    ("text <|tool_call", [], 11),
    ("text <", [], 1),
    ("<|im_end|> <think></think>", [], 0),
  ] as [(String, [String], Int)])
func findsMarkers(text: String, expected: [String], held: Int) {
  let texts = DripFeed.expectSameResult(of: Array(text.utf8)) { found(in: $0) }
  #expect(texts == expected + ["held \(held)"])
}

@Test("Every marker is found after every beginning of every other one")
func markersAfterPrefixes() {
  let markers = MarkupMatcher.Marker.allCases.filter { $0 != .bareCall }
  for first in markers {
    for length in 0..<first.text.utf8.count {
      for second in markers {
        let text = Array(first.text.utf8.prefix(length)) + Array(second.text.utf8)
        #expect(found(in: [text]) == [second.text, "held 0"])
      }
    }
  }
}
