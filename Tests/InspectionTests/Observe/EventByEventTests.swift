// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

private struct RawEvent: Equatable {
  var raw: String
  var traits: EventTraits
}

/// Reads a stream event by event: the raw bytes of each with what is in it, and what is left at the end.
private func events(
  _ pieces: [[UInt8]], _ fixture: Fixture
) -> (events: [RawEvent], rest: String, summary: ResponseSummary) {
  var observer = ResponseObserver(format: fixture.format, status: fixture.status, request: fixture.request)
  var events: [RawEvent] = []
  var held: [UInt8] = []
  for piece in pieces {
    var position = 0
    var start = 0
    while let traits = observer.next(in: piece.span, from: &position) {
      let raw = held + piece[start..<position]
      events.append(RawEvent(raw: String(decoding: raw, as: UTF8.self), traits: traits))
      held = []
      start = position
    }
    #expect(position == piece.count)
    held += piece[start...]
  }
  return (events, String(decoding: held, as: UTF8.self), observer.finish(.complete))
}

@Test("Read event by event, a response is what it is all at once, and no byte is lost", arguments: Fixture.all)
func eventByEvent(_ fixture: Fixture) {
  let whole = fixture.observe([fixture.bytes])
  let first = events([fixture.bytes], fixture)
  for (name, pieces) in DripFeed.cuts(of: fixture.bytes, randomCuts: 4) {
    let read = events(pieces, fixture)
    #expect(read.summary == whole, "\(name)")
    #expect(read.events == first.events && read.rest == first.rest, "\(name)")
  }
  #expect(first.events.map(\.raw).joined() + first.rest == String(decoding: fixture.bytes, as: UTF8.self))
}

private func traits(_ stream: String) -> [EventTraits] {
  var observer = ResponseObserver(format: .eventStream, request: Fixture.request)
  var position = 0
  var found: [EventTraits] = []
  let bytes = Array(stream.utf8)
  while let traits = observer.next(in: bytes.span, from: &position) { found.append(traits) }
  return found
}

@Test(
  "What an event has in it is said, and of one that says nothing that too",
  arguments: [
    (": OPENROUTER PROCESSING\n\n", [[]]), ("\n", [[]]), ("event: ping\n\n", [[]]), ("data:\n\n", [[]]),
    (#"data: {"object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant","content":""}}]}"# + "\n\n", [[]]),
    (#"data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"a","reasoning":"b"}}]}"# + "\n\n", [[.text, .reasoning]]),
    (
      #"data: {"object":"chat.completion.chunk","choices":[{"delta":{"tool_calls":[{"index":0}]},"finish_reason":"tool_calls"}],"usage":{}}"# + "\n\n",
      [[.call, .finish, .usage]]
    ),
    (#"data: {"object":"chat.completion.chunk","choices":[{"delta":{"refusal":"no"}}]}"# + "\n\n", [[.otherContent]]),
    // OpenAI's SDK passes over it.
    (#"data: {"choices":[{"delta":{"content":"a"}}]}"# + "\n\n", [[.text, .odd]]),
    (#"data: {"error":"x"}"# + "\n\ndata: [DONE]\n\n", [[.failure], [.done]]),
    ("event: error\ndata: x\n\ndata: {\n\n", [[.failure, .unreadable], [.unreadable]]),
    (#"data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"a"}}]}"# + "\n", []),
  ] as [(String, [EventTraits])])
func eventTraits(stream: String, expected: [EventTraits]) {
  #expect(traits(stream) == expected)
}

@Test("Of an answer that was left no call has a verdict, of one that was cut each has")
func leftAnswer() throws {
  let tools = #"{"messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]}"#
  let request = try ChatRequest(reading: Array(tools.utf8).span)
  var cache = ToolSetCache(schemas: SchemaCaches())
  let facts = request.facts(in: Array(tools.utf8).span, tools: &cache)
  for ending in [Ending.complete, .cut, .left] {
    var observer = ResponseObserver(format: .eventStream, request: facts)
    observer.feed(delta(#"{"tool_calls":[{"index":0,"id":"f:0","type":"function","function":{"name":"f","arguments":"{}"}}]}"#).span)
    let summary = observer.finish(ending)
    #expect(summary.choices.first?.calls.first?.verdict?.valid == (ending == .left ? nil : true))
    #expect(summary.isTruncated)
  }
}

@Test("What a chunk of our own needs is kept from the first one, as raw JSON")
func chunkHead() {
  var observer = ResponseObserver(format: .eventStream, request: RequestFacts())
  observer.feed(Array(": hello\n\ndata: {\"error\":null}\n\n".utf8).span)
  #expect(observer.head == nil)
  for id in ["a", "b"] {
    let event = #"data: {"id":"\#(id)\n","created":1758904953,"model":null,"choices":[]}"# + "\n\n"
    observer.feed(Array(event.utf8).span)
  }
  #expect(observer.head?.id == Array(#""a\n""#.utf8) && observer.head?.created == Array("1758904953".utf8))
  #expect(observer.head?.model == Array("null".utf8) && observer.head?.systemFingerprint == nil)
}

private func delta(_ delta: String) -> [UInt8] { Array("data: {\"choices\":[{\"index\":0,\"delta\":\(delta)}]}\n\n".utf8) }

@Test("It is known while text streams whether it may be in a marker, and from when on it is a call's")
func markersWhileStreaming() {
  var observer = ResponseObserver(format: .eventStream, request: Fixture.request, options: [.keepsText])
  var states: [String] = []
  for text in ["I a", "m <", "b ", "<|tool_call", "_begin|> fun", "ctions.search:0", " <thi"] {
    observer.feed(delta(#"{"content":"\#(text)"}"#).span)
    states.append(observer.hasLeak ? "leak" : observer.isHoldingMarker ? "holding" : "-")
  }
  #expect(states == ["-", "holding", "-", "holding", "leak", "leak", "leak"])
  let leak = observer.finish(.complete).choices[0].leak
  #expect(leak?.offset == 8 && leak?.isInReasoning == false && leak?.marker == .callBegin)
  #expect(leak.map { String(decoding: $0.text, as: UTF8.self) } == "<|tool_call_begin|> functions.search:0 <thi")
}

@Test(
  "A call without markers is one only at the start of the text, and of a declared tool",
  arguments: [
    (" functions.search:0{\"q\"", "functions.search:0{\"q\"", 1), ("functions.search:0 <|x", "functions.search:0 <|x", 0),
    ("functions.search{", nil, 0), ("functions.search:0 (", nil, 0), ("functions.search:0<x>", nil, 0), ("functions.search:0 <", nil, 0),
    ("functions.find:0{", nil, 0),
    ("So functions.search:0{", nil, 0), ("functions.sea rch:0{", nil, 0), ("functions.:0{", nil, 0),
  ] as [(String, String?, Int)])
func bareCalls(text: String, leak: String?, offset: Int) {
  for (name, pieces) in DripFeed.cuts(of: Array(text.utf8), randomCuts: 5) {
    var observer = ResponseObserver(format: .eventStream, request: Fixture.request, options: [.keepsText])
    for piece in pieces {
      let text = String(decoding: piece, as: UTF8.self).replacing("\"", with: "\\\"")
      observer.feed(delta(#"{"content":"\#(text)"}"#).span)
    }
    let found = observer.finish(.complete).choices.first?.leak
    #expect(found.map { String(decoding: $0.text, as: UTF8.self) } == leak, "\(name)")
    if let found { #expect(found.offset == offset && found.marker == .bareCall) }
  }
}

@Test("Reasoning is kept when asked for, and nothing of it when it is too long")
func keepsReasoning() {
  for (limit, expected) in [(100, "So. Now."), (7, "")] {
    var observer = ResponseObserver(
      format: .eventStream, request: RequestFacts(), options: .keepsReasoning, callLimit: limit)
    for text in ["So.", " Now."] { observer.feed(delta(#"{"reasoning_content":"\#(text)"}"#).span) }
    let summary = observer.finish(.complete)
    #expect(String(decoding: summary.choices[0].reasoning, as: UTF8.self) == expected)
  }
}

@Test(
  "What stands before a marker, and how long the text from there on is, is known however it is cut",
  arguments: [
    ("It is `<|tool_call_begin|> x", "`"), ("<|sep|>a", "\0"), (#"a <|x|> ["<|sep|>"#, #"""#), ("<<|sep|> [<", "<"), ("<|open<|sep|>", "n"),
    ("a\n<|close|>", "\n"), (" functions.search:0{}", "\0"),
  ])
func beforeMarkers(text: String, before: String) {
  for (name, pieces) in DripFeed.cuts(of: Array(text.utf8), randomCuts: 5) {
    var observer = ResponseObserver(format: .eventStream, request: Fixture.request, options: [.keepsText])
    for piece in pieces { observer.feed(delta(#"{"content":\#(JSONValue(String(decoding: piece, as: UTF8.self)))}"#).span) }
    let leak = observer.finish(.complete).choices.first?.leak
    #expect(leak.map { [$0.before] } == Array(before.utf8) && leak?.length == leak?.text.count, "\(name)")
  }
}
