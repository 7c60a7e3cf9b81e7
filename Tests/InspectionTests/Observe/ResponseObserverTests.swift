// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

private func event(_ json: String) -> String { "data: \(json)\n\n" }
private func delta(_ delta: String, choice: Int = 0) -> String {
  event(#"{"choices":[{"index":\#(choice),"delta":\#(delta),"finish_reason":null}]}"#)
}
private func finish(_ reason: String, choice: Int = 0, _ more: String = "") -> String {
  event(#"{"choices":[{"index":\#(choice),"delta":{},"finish_reason":"\#(reason)"\#(more)}]}"#)
}
private let done = "data: [DONE]\n\n"

@Test("The official stream of a tool call, usage in the choice")
func officialStream() throws {
  // From moonpalace's tests (reference 2.7).
  let summary = observe(
    #"""
    data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"search:0","type":"function","function":{"name":"search","arguments":""}}]},"finish_reason":null}]}

    data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\n"}}]},"finish_reason":null}]}

    data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"finish_reason":null}]}

    data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls","usage":{"prompt_tokens":146,"completion_tokens":26,"total_tokens":172}}]}

    data: [DONE]


    """#)
  #expect(summary.findings.map(\.code) == ["usage.in_choice"])
  #expect(summary.usage == Usage(prompt: 146, completion: 26, total: 172))
  #expect(summary.isDone && !summary.isTruncated && summary.events == 4)
  let choice = try #require(summary.choices.first)
  #expect(choice.finishReason == "tool_calls" && !choice.hasText && !choice.hasReasoning)
  let call = try #require(choice.calls.first)
  #expect(call.idText == "search:0" && call.nameText == "search" && call.index == 0)
  #expect(String(decoding: call.arguments, as: UTF8.self) == "{\n}")
}

@Test(
  "Usage is read wherever a vendor puts it",
  arguments: [
    delta(#"{"content":"a"}"#) + finish("stop", #","usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}"#)
      + done,
    delta(#"{"content":"a"}"#) + finish("stop")
      + event(#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#) + done,
    event(#"{"usage":null,"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#)
      + event(#"{"usage":{"total_tokens":3,"completion_tokens":2,"prompt_tokens":1}}"#) + done,
    #"{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
  ])
func readsUsage(_ answer: String) {
  let summary = observe(answer)
  #expect(summary.usage == Usage(prompt: 1, completion: 2, total: 3))
  #expect(summary.findings.allSatisfy { $0.kind == .usageInChoice })
}

@Test("Cached and reasoning tokens are read from their details")
func readsUsageDetails() {
  let openAI = observe(
    #"{"choices":[],"usage":{"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":5}}}"#
  )
  #expect(openAI.usage == Usage(cached: 4, reasoning: 5))
  let moonshot = observe(#"{"choices":[],"usage":{"prompt_tokens":9,"cached_tokens":4,"completion_tokens":1.5}}"#)
  #expect(moonshot.usage == Usage(prompt: 9, cached: 4))
}

@Test(
  "Text and reasoning are seen under every key that vendors use",
  arguments: [
    (#"{"content":"a"}"#, true, false), (#"{"content":" \n"}"#, false, false), (#"{"content":null}"#, false, false),
    (#"{"content":[{"type":"text","text":"a"}]}"#, true, false), (#"{"content":["a"]}"#, true, false),
    (#"{"content":[]}"#, false, false), (#"{"content":7}"#, false, false), (#"{"reasoning_content":"a"}"#, false, true),
    (#"{"reasoning":"a"}"#, false, true), (#"{"reasoning_content":"","reasoning":"a"}"#, false, true),
    (#"{"reasoning_details":[{"type":"reasoning.text","text":"a"}]}"#, false, true),
    (#"{"reasoning_details":[{"type":"reasoning.summary","summary":"a"}],"content":"b"}"#, true, true),
    (#"{"reasoning":null,"reasoning_content":null,"content":""}"#, false, false),
    (#"{"c\u006fntent":"a"}"#, true, false),
  ])
func seesTextAndReasoning(said: String, hasText: Bool, hasReasoning: Bool) {
  for answer in [
    delta(said) + finish("length") + done, #"{"choices":[{"message":\#(said),"finish_reason":"length"}]}"#,
  ] {
    let choice = observe(answer).choices.first
    #expect(choice?.hasText == hasText && choice?.hasReasoning == hasReasoning)
  }
}

@Test("Choices of n > 1 are kept apart, text and calls alike")
func severalChoices() throws {
  var request = Fixture.request
  request.choiceCount = 3
  func call(_ name: String, _ arguments: String) -> String {
    #"{"tool_calls":[{"index":0,"id":"\#(name)_id","type":"function","function":{"name":"\#(name)","arguments":"\#(arguments)"}}]}"#
  }
  let more = #"{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"#
  let summary = observe(
    delta(call("search", "{"), choice: 1) + delta(#"{"content":"a"}"#, choice: 2)
      + delta(call("read_file", "{"), choice: 0)
      + delta(more, choice: 0) + delta(more, choice: 1) + finish("tool_calls", choice: 1) + finish("stop", choice: 2)
      + finish("tool_calls", choice: 0) + done, request: request)
  #expect(summary.findings == [])
  #expect(summary.choices.map(\.index) == [0, 1, 2])
  #expect(summary.choices.map(\.finishReason) == ["tool_calls", "tool_calls", "stop"])
  #expect(summary.choices.map { $0.calls.map(\.nameText) } == [["read_file"], ["search"], []])
  #expect(summary.choices.flatMap(\.calls).allSatisfy { $0.arguments == Array("{}".utf8) })
  #expect(summary.callCount == 2)
}

@Test(
  "Errors are understood in the shapes that vendors give them",
  arguments: [
    (#"{"error":{"message":"m","type":"t","code":"c"}}"#, VendorFailure(message: "m", type: "t", code: "c")),
    (#"{"error":{"message":"m","type":"t"},"type":"error"}"#, VendorFailure(message: "m", type: "t")),
    (
      #"{"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"{\"e\":1}","provider_name":"X"}}}"#,
      VendorFailure(message: #"Provider returned error {"e":1}"#, code: "502")
    ),
    (#"{"error":"m"}"#, VendorFailure(message: "m")),
    (
      #"{"object":"error","message":"m","type":"BadRequestError","code":400}"#,
      VendorFailure(message: "m", type: "BadRequestError", code: "400")
    ),
    (#"{"detail":"Not Found"}"#, VendorFailure(message: "Not Found")),
    (#"{"detail":[{"msg":"x"}]}"#, VendorFailure(message: #"[{"msg":"x"}]"#)),
    (
      #"{"choices":[{"index":0,"delta":{},"finish_reason":"error","error":{"code":502,"message":"m"}}]}"#,
      VendorFailure(message: "m", code: "502")
    ),
  ])
func readsErrors(json: String, failure: VendorFailure) {
  let stream = observe(delta(#"{"content":"a"}"#) + event(json))
  #expect(stream.failure == failure)
  let finish = json.contains("finish_reason") ? ["finish.error"] : []
  #expect(stream.findings.map(\.code) == finish + ["stream.error"])
  #expect(!stream.isTruncated)
  let body = observe(json)
  #expect(body.failure == failure)
  #expect(body.findings.map(\.code) == finish + ["response.error"])
}

@Test(
  "An error event is an error, whatever its data is",
  arguments: ["upstream timeout", #"{"message":"m"}"#, #"{"error":{"message":"m"}}"#])
func errorEvents(data: String) {
  let summary = observe(delta(#"{"content":"a"}"#) + "event: error\ndata: \(data)\n\n")
  #expect(summary.findings.map(\.code) == ["stream.error"])
  #expect(summary.failure?.message == (data.hasPrefix("{") ? "m" : data))
}

@Test("What is beyond all measure is counted, not kept")
func limits() {
  let call = #"{"index":0,"id":"a","type":"function","function":{"name":"search","arguments":"{"}}"#
  let piece = #"{"index":0,"function":{"arguments":"\#(String(repeating: " ", count: 100))"}}"#
  var observer = ResponseObserver(format: .eventStream, request: Fixture.request, callLimit: 1000)
  observer.feed(Array(delta(#"{"tool_calls":[\#(call)]}"#).utf8).span)
  let bytes = Array(delta(#"{"tool_calls":[\#(piece)]}"#).utf8)
  for _ in 0..<40 { observer.feed(bytes.span) }
  for choice in 0..<200 { observer.feed(Array(finish("tool_calls", choice: choice).utf8).span) }
  let summary = observer.finish(.complete)
  #expect(summary.choices.count == 128)
  #expect(summary.findings.prefix(1).map(\.code) == ["arguments.too_long"])
  #expect(summary.choices[0].calls[0].arguments.count <= 1000)
}

@Test("A stream is whole with [DONE], or with a finish reason for each choice; else it is cut")
func truncation() {
  let text = delta(#"{"content":"a"}"#)
  #expect(!observe(text + finish("stop")).isTruncated)
  #expect(!observe(text + finish("stop") + "data: [DONE]").isTruncated)
  #expect(!observe(text + "data:[DONE]\n").isTruncated)
  #expect(observe(text).findings.map(\.code) == ["stream.truncated"])
  #expect(observe(text + delta(#"{"content":"b"}"#, choice: 1) + finish("stop")).isTruncated)
  // No client sees an event without its blank line.
  #expect(observe(text + finish("stop").dropLast()).isTruncated)
  #expect(observe("data: ").findings.map(\.code) == ["stream.truncated"])
  #expect(observe([Array((text + finish("stop")).utf8)], .eventStream, ending: .cut).findings == [])
}

@Test("A body that breaks off is not JSON, and cut if the connection was")
func cutBody() {
  let body = Array(#"{"choices":[{"message":{"content":"a"#.utf8)
  let cut = observe([body], .json, ending: .cut)
  #expect(cut.isTruncated && cut.findings.map(\.code) == ["response.not_json"])
  #expect(!observe([body], .json, ending: .complete).isTruncated)
  #expect(observe([], .json).findings.map(\.code) == ["response.not_json"])
}

@Test("The first token is seen when it comes, not before")
func firstToken() {
  var observer = ResponseObserver(format: .eventStream, request: RequestFacts())
  for piece in [
    ": hello\n\n", delta(#"{"role":"assistant","content":""}"#), delta(#"{"content":null}"#), finish("stop"), "data: {",
  ] {
    observer.feed(Array(piece.utf8).span)
    #expect(!observer.hasFirstToken, "after \(piece)")
  }
  for said in [#"{"content":"a"}"#, #"{"reasoning":" "}"#, #"{"tool_calls":[{"index":0}]}"#] {
    var observer = ResponseObserver(format: .eventStream, request: RequestFacts())
    observer.feed(Array(delta(said).utf8).span)
    #expect(observer.hasFirstToken, "after \(said)")
  }
}

@Test("A last chunk that repeats the answer as a message does not double it")
func repeatedMessage() throws {
  let call = #"{"index":0,"id":"a","type":"function","function":{"name":"search","arguments":"{}"}}"#
  let summary = observe(
    delta(#"{"tool_calls":[\#(call)]}"#)
      + event(#"{"choices":[{"index":0,"delta":{},"message":{"tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#)
      + done)
  #expect(summary.findings == [])
  #expect(summary.callCount == 1)
}

@Test("What the model calls itself, and odd shapes around it, are taken as they come")
func oddShapes() {
  let summary = observe(
    event(#"{"model":7,"choices":{}}"#)
      + event(#"{"model":"kimi-k2","choices":[{"delta":null},{"index":1,"delta":[]}]}"#)
      + event(
        #"{"model":"later","choices":[{"index":0,"delta":{"content":"a","tool_calls":null},"finish_reason":7}]}"#
      )
      + finish("stop") + done)
  #expect(summary.model == "kimi-k2")
  #expect(summary.choices.map(\.index) == [0])
  #expect(summary.findings == [])
}

@Test(
  "The content type says what to expect, and when it does not, the request does",
  arguments: [
    ("text/event-stream", false, .eventStream), ("Text/Event-Stream; charset=utf-8", false, .eventStream),
    (" text/event-stream", false, .eventStream), ("application/json", true, .json),
    ("application/json; charset=utf-8", true, .json),
    ("text/html", true, .eventStream), ("text/html", false, .json), ("text/event-streams", false, .json),
    (nil, true, .eventStream), (nil, false, .json),
  ] as [(String?, Bool, ResponseFormat)])
func formats(contentType: String?, isStreamRequested: Bool, format: ResponseFormat) {
  #expect(ResponseFormat(contentType: contentType, isStreamRequested: isStreamRequested) == format)
}
