// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// Events in words, e.g. "0 text 'a'".
private func words(_ json: String, as form: ChunkDecoder.Form = .chunk) throws -> [String] {
  var decoder = ChunkDecoder()
  try decoder.decode(Array(json.utf8).span, as: form)
  return decoder.events.map { event in
    switch event {
    case .text(let choice, let range): "\(choice) text '\(decoder.string(range))'"
    case .reasoning(let choice, let range): "\(choice) reasoning '\(decoder.string(range))'"
    case .otherContent(let choice): "\(choice) other"
    case .legacyCall(let choice): "\(choice) legacy"
    case .echo(let choice, let isRepeated): "\(choice) \(isRepeated ? "repeated " : "")echo"
    case .legacyEcho(let choice): "\(choice) legacy echo"
    case .call(let choice, let call):
      "\(choice) call \(call.isWhole ? "whole" : "piece") \(call.position) \(call.index.map { "\($0)" } ?? "-") '\(decoder.string(call.id))' '\(decoder.string(call.name))' \(call.argumentsForm) '\(decoder.string(call.arguments))'"
    case .finish(let choice, let range): "\(choice) finish '\(decoder.string(range))'"
    case .nativeFinish(let choice, let range): "\(choice) native '\(decoder.string(range))'"
    case .usage(let usage): "usage \(usage.total ?? -1)"
    case .model(let range): "model '\(decoder.string(range))'"
    case .failure(let failure): "failure '\(decoder.string(failure.message))'"
    case .done: "done"
    }
  }
}

@Test("A chunk gives its events in the order in which a model speaks, whatever the order of its keys")
func orderOfEvents() throws {
  let events = try words(
    #"{"usage":{"total_tokens":3},"choices":[{"finish_reason":"tool_calls","delta":{"tool_calls":[{"function":{"arguments":"{}","name":"f"},"index":0,"id":"a"}],"content":"b","reasoning_content":"c"},"index":2}],"model":"k"}"#
  )
  #expect(
    events == [
      "model 'k'", "2 reasoning 'c'", "2 text 'b'", "2 call piece 0 0 'a' 'f' text '{}'", "2 finish 'tool_calls'",
      "usage 3",
    ])
}

@Test("Escapes are decoded, and a chunk with nothing to say gives no event")
func decodesText() throws {
  #expect(try words(#"{"choices":[{"delta":{"content":"a\n\u5317\ud83e\udd8a\"\\\/"}}]}"#) == ["0 text 'a\n北🦊\"\\/'"])
  for silent in [
    "{}", #"{"choices":[]}"#, #"{"choices":null,"usage":null,"error":null}"#, #"{"choices":[{"index":0,"delta":{}}]}"#,
    #"{"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null,"function_call":null,"tool_calls":null},"logprobs":null,"finish_reason":null}]}"#,
    #"{"object":"chat.completion.chunk","choices":[{"delta":{"tool_calls":[],"audio":null,"images":[],"reasoning_details":[]}}]}"#,
  ] {
    #expect(try words(silent) == [], "\(silent)")
  }
}

@Test("A whole response is read from its message, and its calls are whole")
func wholeResponse() throws {
  let events = try words(
    #"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"image_url"}],"tool_calls":[{"id":"x","type":"function","function":{"name":"f","arguments":{"a":1}}},{"index":0,"function":{"name":"g"}}]},"finish_reason":"stop"},{"message":{"content":"b"}}]}"#,
    as: .response)
  #expect(
    events == [
      "0 text 'a'", "0 other", "0 call whole 0 - 'x' 'f' value '{\"a\":1}'", "0 call whole 1 0 '' 'g' missing ''",
      "0 finish 'stop'", "1 text 'b'",
    ])
}

@Test(
  "Content of other kinds is seen to be there",
  arguments: [#""refusal":"no""#, #""audio":{"id":"x"}"#, #""images":[{}]"#])
func otherContent(field: String) throws {
  #expect(try words(#"{"choices":[{"delta":{\#(field)}}]}"#) == ["0 other"])
}

@Test("A call of before there were tools is told apart")
func legacyCall() throws {
  #expect(try words(#"{"choices":[{"delta":{"function_call":{"name":"f"}}}]}"#) == ["0 legacy"])
  #expect(try words(#"{"choices":[{"delta":{"function_call":null}}]}"#) == [])
}

@Test("[DONE] is the end with white space around it, and nothing else is")
func doneMark() throws {
  #expect(try words("[DONE]") == ["done"])
  #expect(try words(" [DONE]\t ") == ["done"])
  for text in ["[DONE]]", "[DON]", "[done]", "DONE", #""[DONE]""#] {
    #expect(throws: ChunkDecoder.Failure.self, "\(text)") { try words(text) }
  }
  #expect(throws: ChunkDecoder.Failure.self) { try words("[DONE]", as: .response) }
}

@Test("What is no JSON object is an error, and leaves no events of the chunk before")
func failures() throws {
  var decoder = ChunkDecoder()
  try decoder.decode(Array(#"{"choices":[{"delta":{"content":"a"}}]}"#.utf8).span, as: .chunk)
  #expect(throws: ChunkDecoder.Failure.notAnObject) { try decoder.decode(Array("[1]".utf8).span, as: .chunk) }
  #expect(decoder.events.isEmpty && decoder.text.isEmpty)
  #expect(throws: ChunkDecoder.Failure.self) { try decoder.decode(Array("{".utf8).span, as: .chunk) }
}

@Test("A chunk that repeats the last one but for a string says what a decoder says that never saw the last one")
func repeatedChunks() throws {
  let shapes = [
    #"{"id":"x","choices":[{"index":1,"delta":{"content":@},"finish_reason":null}]}"#,
    #"{"choices":[{"index":0,"delta":{"reasoning_content":@,"content":""}}],"usage":null}"#,
    #"{"choices":[{"index":0,"delta":{"reasoning_content":"","reasoning":@}}]}"#,
    #"{"choices":[{"index":0,"delta":{"reasoning_content":@,"reasoning":"b","reasoning_details":[{"text":"c"}]}}]}"#,
    #"{"choices":[{"index":0,"delta":{"reasoning_content":@,"content":["d"]}}]}"#,
    #"{"choices":[{"index":0,"delta":{"reasoning":@,"reasoning_details":[{"text":"c"}],"content":""}}]}"#,
    #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":@}}]}}]}"#,
    #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":@}}]}}]}"#,
    #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":@,"function":{"arguments":"a"}}]}}]}"#,
    #"{"choices":[{"index":0,"delta":{"content":"a","content":@}}]}"#,
    #"{"choices":[{"index":0,"delta":{"content":[@,"b"]},"finish_reason":null}]}"#,
    #"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":@}]}"#,
    #"{"error":@,"choices":[{"index":0,"delta":{"content":"a"}}]}"#,
    #"{"chunk":7,"choices":[{"index":0,"delta":{"content":@}}]}"#,
  ]
  let strings = [
    #""a""#, #""bc""#, #""""#, #"" ""#, #""\n""#, #""北京🦊""#, #""\ud83e\udd8a\u00""#, "null", "7", #""a","x":"b""#,
    #"{"a":1}"#,
    #""a"}]},{"index":1,"delta":{"content":"b""#, "\"\u{1}\"", #""\""#, #" "a" "#, #""a" "b""#, "", #"["a"]"#,
  ]
  for seed in 0..<200 as Range<UInt64> {
    var generator = SeededGenerator(seed: seed)
    var warm = ChunkDecoder()
    var shape = shapes[0]
    for _ in 0..<30 {
      if Int.random(in: 0..<4, using: &generator) == 0 {
        shape = shapes[Int.random(in: 0..<shapes.count, using: &generator)]
      }
      let string = strings[Int.random(in: 0..<strings.count, using: &generator)]
      let payload = Array(shape.split(separator: "@", omittingEmptySubsequences: false).joined(separator: string).utf8)
      var cold = ChunkDecoder()
      let expected = Result { () throws(ChunkDecoder.Failure) in try cold.decode(payload.span, as: .chunk) }
      let result = Result { () throws(ChunkDecoder.Failure) in try warm.decode(payload.span, as: .chunk) }
      #expect(failure(result) == failure(expected), "seed \(seed)")
      #expect(warm.events == cold.events, "seed \(seed): \(String(decoding: payload, as: UTF8.self))")
      #expect(warm.text == cold.text && warm.isOdd == cold.isOdd, "seed \(seed)")
    }
  }
}

private func failure(_ result: Result<Void, ChunkDecoder.Failure>) -> ChunkDecoder.Failure? {
  if case .failure(let failure) = result { failure } else { nil }
}

@Test("A count of tokens that cannot be one is none: sums of such would end the process")
func absurdUsage() throws {
  func usage(_ json: String) throws -> Usage? {
    var decoder = ChunkDecoder()
    try decoder.decode(Array(#"{"choices":[],"usage":\#(json)}"#.utf8).span, as: .chunk)
    for case .usage(let usage) in decoder.events { return usage }
    return nil
  }
  let greatest = "9223372036854775807"
  #expect(
    try usage(
      #"{"prompt_tokens":\#(greatest),"completion_tokens":-1,"total_tokens":4294967297,"cached_tokens":\#(greatest),"completion_tokens_details":{"reasoning_tokens":\#(greatest)}}"#)
      == Usage())
  #expect(try usage(#"{"prompt_tokens":4294967296,"completion_tokens":0}"#) == Usage(prompt: 1 << 32, completion: 0))
}
