// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import TestSupport
import Testing

private func event(_ json: String) -> [UInt8] { Array("data: \(json)\n\n".utf8) }
private func delta(_ delta: String, choice: Int = 0) -> [UInt8] {
  event(#"{"choices":[{"index":\#(choice),"delta":\#(delta)}]}"#)
}
/// In events of a thousand: more pieces of one message are not read.
private func calls(_ pieces: [String]) -> [UInt8] {
  stride(from: 0, to: pieces.count, by: 1000).flatMap { start in
    delta(#"{"tool_calls":[\#(pieces[start..<min(start + 1000, pieces.count)].joined(separator: ","))]}"#)
  }
}

private func observer(
  _ stream: [[UInt8]], _ request: RequestFacts = Fixture.request, options: ResponseObserver.Options = [.watchesCalls, .keepsText],
  limit: Int = 32 << 20
) -> ResponseObserver {
  var observer = ResponseObserver(format: .eventStream, request: request, options: options, callLimit: limit)
  for bytes in stream { observer.feed(bytes.span) }
  return observer
}

private func summary(_ stream: [[UInt8]], _ request: RequestFacts = Fixture.request) -> ResponseSummary {
  var observer = observer(stream, request)
  return observer.finish(.complete)
}

/// Answers built to take a step for every pair of things in them, or to be kept many times over.
@Suite(.timeLimit(.minutes(1))) struct LargeAnswerTests {
  private static let long = String(repeating: "x", count: 1 << 20)

  @Test("Arguments of 384 KB, and 64,000 pieces that would begin another call if it were whole") func manyBeginnings() {
    func first(_ length: Int) -> String {
      #"{"index":0,"id":"a","function":{"name":"search","arguments":"{\"a\":\"\#(Self.long.prefix(length))\"}}"}}"#
    }
    let piece = #"{"index":0,"id":"b","function":{"name":"search"}}"#
    let isLinear = growsLinearly(8000) { size in
      (size, [calls([first(size * 6)]), calls(Array(repeating: piece, count: size))])
    } _: { size, stream in
      let found = summary(stream)
      #expect(found.callCount == 1 && found.choices[0].calls[0].pieces == size + 1)
      #expect(found.findings.contains { $0.kind == .changedID } && found.findings.contains { $0.kind == .argumentsTrailingJunk })
    }
    #expect(isLinear)
    // When they are whole, they do.
    let whole = summary([calls([first(1000).replacing("}}\"}}", with: "}\"}}")]), calls([piece])])
    #expect(whole.callCount == 2 && whole.choices[0].calls[1].idText == "b")
  }

  @Test("Arguments that are whole only after many pieces are seen to be") func wholeInTheEnd() {
    let text = Array(#"{"a":"\u00e9\\","b":[1,2,{"c":"}"}]}"#)
    let pieces = text.map { #"{"function":{"name":"","arguments":\#(JSONValue(String($0)).description)}}"# }
    // Before each piece but the first stands a name without an index: it begins another call only behind whole arguments.
    for count in 1...pieces.count {
      let found = summary(pieces.prefix(count).map { calls([$0]) } + [calls([#"{"function":{"name":"search"}}"#])])
      #expect(found.callCount == (count == pieces.count ? 2 : 1), "\(count)")
    }
  }

  @Test("A name in 50,000 pieces: the same, two in turn, ever another", arguments: [["search"], ["search", "mcp_"], ["img_", "x"]])
  func manyNames(names: [String]) {
    let pieces = (0..<50_000).map { #"{"index":0,"function":{"name":"\#(names[$0 % names.count])"}}"# }
    let found = observer([calls(pieces)])
    #expect(found.calls.count == 1 && found.calls[0].pieces == 50_000 && found.calls[0].nameText.utf8.count <= 1024)
    #expect(found.deaths.isEmpty == (names[0] == "search"))
    if names.count == 1 { #expect(found.calls[0].nameText == "search") }
  }

  @Test("A call of two tools in turn is not read anew for each") func changingTools() {
    let isLinear = growsLinearly(1000) { size in
      let first = #"{"index":0,"id":"a","function":{"name":"search","arguments":"{\"q\":\"\#(Self.long.prefix(size * 128))"}}"#
      let pieces = (0..<size).map { #"{"index":0,"function":{"name":"\#($0 % 2 == 0 ? "get_time" : "search")","arguments":"x"}}"# }
      return (size, [calls([first]), calls(pieces)])
    } _: { size, stream in
      let found = observer(stream, RequestFacts(tools: ToolSet(["search", "get_time"])))
      // Both together are no tool.
      #expect(found.death != nil && found.calls.count == 1)
    }
    #expect(isLinear)
  }

  @Test("A thousand calls: a piece is found its own, and a dead one's arguments are told without a look at the others")
  func manyCalls() throws {
    let all = (0..<1024).map { #"{"index":\#($0 * 3),"id":"c\#($0)","function":{"name":"search","arguments":"\#($0 == 0 ? "[" : "{")"}}"# }
    var found = observer([calls(all)])
    let death = try #require(found.death)
    for number in 0..<20_000 {
      found.feed(calls([#"{"index":\#(number % 1024 * 3),"function":{"arguments":" "}}"#]).span)
      #expect(found.arguments(of: death).count == 2 + number / 1024)
    }
    #expect(found.argumentBytes == 1024 + 20_000)
    for number in 0..<1024 { found.feed(calls([#"{"id":"c\#(number)","function":{"arguments":"}"}}"#]).span) }
    found.feed(calls([#"{"function":{"arguments":"!"}}"#]).span)
    let ends = found.calls.map { $0.arguments.last }
    #expect(ends.dropLast().allSatisfy { $0 == UInt8(ascii: "}") } && ends.last == UInt8(ascii: "!"))
    // One too many is no call that was seen: the last one is not judged.
    found.feed(calls([#"{"index":1,"id":"z"}"#]).span)
    let last = found.finish(.complete).choices[0].calls[1023]
    #expect(last.quirks.contains(.tooLong) && last.verdict?.valid == nil)
  }

  @Test("A thousand ids of 8 KB that differ in the end") func longIDs() {
    let id = String(repeating: "i", count: 8000)
    let isLinear = growsLinearly(128) { size in
      (size, (0..<size).map { calls([#"{"index":\#($0),"id":"\#(id)\#($0 / 2)","function":{"name":"search","arguments":"{}"}}"#]) })
    } _: { size, stream in
      #expect(summary(stream).findings.count { $0.kind == .duplicateID } == size / 2)
    }
    #expect(isLinear)
  }

  @Test("What is kept of reasoning and of leaks has one limit for all choices") func oneRoom() {
    let piece = String(repeating: "x", count: 400)
    for key in ["reasoning_content", "content"] {
      let stream = (0..<8).flatMap { choice in
        [delta(#"{"\#(key)":"<|tool_call_begin|>"}"#, choice: choice), delta(#"{"\#(key)":"\#(piece)"}"#, choice: choice)]
      }
      var found = observer(stream, options: [.keepsText, .keepsReasoning], limit: 1000)
      let choices = found.finish(.complete).choices
      let kept = choices.map { key == "content" ? $0.leak?.text.count ?? 0 : $0.reasoning.count }
      #expect(choices.count == 8 && kept[0] == 419 && kept[1] == 419 && kept.reduce(0, +) <= 1000 + 8 * 19)
      if key == "content" { #expect(choices.map { $0.leak?.isTooLong } == [false, false] + Array(repeating: true, count: 6)) }
    }
  }

  @Test("Of words that are no words a beginning is kept") func longWords() {
    var found = observer([
      event(#"{"id":"\#(Self.long)","created":1,"model":"\#(Self.long)","choices":[{"index":0,"delta":{},"finish_reason":"\#(Self.long)"}]}"#),
      event(#"{"error":{"message":"Rate limit reached \#(Self.long)é","type":"rate_limit_reached_error","code":"\#(Self.long)"}}"#),
    ])
    #expect(found.head?.id == nil && found.head?.created == Array("1".utf8))
    let answer = found.finish(.complete)
    #expect(answer.model?.utf8.count == 1024 && answer.choices[0].finishReason?.utf8.count == 1024)
    #expect(answer.failure?.kind == .rateLimit && answer.failure?.message.utf8.count == 8192)
  }

  @Test("32,000 keys, and again as many") func manyKeys() {
    let isLinear = growsLinearly(4000) { size in
      Array(("{" + (0..<size).map { "\"k\($0)\":1" }.joined(separator: ",") + "}").utf8)
    } _: { object in
      #expect(ArgumentsShape(of: object + object) == .snapshots(object: object.count..<(2 * object.count)))
    }
    #expect(isLinear)
  }

  @Test("100,000 wrong elements: the first are told, the others counted") func manyViolations() {
    let request = facts([("f", #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}}}}"#)])
    let elements = Array(repeating: "null", count: 100_000).joined(separator: ",")
    let verdict = summary([calls([#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":[\#(elements)]}"}}"#])], request)
      .choices[0].calls[0].verdict
    #expect(verdict?.violations.count == 8 && verdict?.furtherViolations == 99_992)
  }

  private static let lists = facts([("f", #"{"type":"object","properties":{"a":{"type":"array"}}}"#)])

  /// A call of a tool `f` with so many values and keys in its arguments, in three pieces.
  private static func values(_ count: Int, index: Int = 0) -> [[UInt8]] {
    let ones = String(repeating: "1,", count: (count - 3) / 2)
    let rest = String(repeating: "1,", count: count - 3 - (count - 3) / 2)
    return [
      calls([#"{"index":\#(index),"id":"c\#(index)","type":"function","function":{"name":"f","arguments":"{\"a\":["}}"#]),
      calls([#"{"index":\#(index),"function":{"arguments":"\#(ones)"}}"#]),
      calls([#"{"index":\#(index),"function":{"arguments":"\#(rest)1]}"}}"#]),
    ]
  }

  @Test("The values in the arguments of all calls have one limit: behind it nothing is kept, and nothing said of what is cut off")
  func manyValues() {
    let limit = CallAssembler.valueLimit
    for parts in [[limit], [limit + 1], [limit - 1000, 1000], [limit - 1000, 1001], [limit - 1000, 1001, 10]] {
      let isAll = parts.reduce(0, +) <= limit
      let stream = parts.enumerated().flatMap { Self.values($1, index: $0) }
      var found = observer(stream, Self.lists)
      #expect(found.argumentBytes < 3 * limit)
      let answer = found.finish(.complete)
      let first = answer.choices[0].calls[0]
      #expect(answer.callCount == parts.count && (first.verdict?.valid == true) == (isAll || parts.count > 1))
      for call in answer.choices[0].calls.dropFirst(isAll || parts.count > 1 ? 1 : 0) {
        #expect((call.verdict?.valid == true) == isAll && call.quirks.contains(.tooLong) != isAll && call.verdict?.valid != false)
      }
      #expect(answer.findings.contains { $0.kind == .argumentsTooLong } != isAll)
      #expect(answer.keepsAllCalls == isAll)
    }
    // In strings they count as well: what is in one may be JSON.
    let text = String(repeating: ",", count: limit)
    let inString = summary([calls([#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"b\":\"\#(text)\"}"}}"#])], Self.lists)
    #expect(inString.choices[0].calls[0].verdict?.valid == nil && inString.choices[0].calls[0].nameText == "f")
    let long = summary([calls([#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"b\":\"\#(Self.long)\"}"}}"#])], Self.lists)
    #expect(long.choices[0].calls[0].verdict?.valid == true)
  }

  @Test("Beside a call that is cut off nothing is mended: it would be written anew") func nothingMended() {
    let last = calls([#"{"index":1,"id":"c1","function":{"name":"f","arguments":"{}"}}"#])
    for count in [100, CallAssembler.valueLimit + 1] {
      let found = summary(Self.values(count) + [last], Self.lists)
      let (mended, repairs) = found.repaired(with: allRules, request: Self.lists, ids: .canonical(firstIndex: 0))
      #expect(repairs.isEmpty == (count > 100) && (mended == found) == (count > 100))
    }
  }

  @Test("An object of as many keys as are kept is watched, judged, looked at and mended in time") func mostKeys() {
    let half = CallAssembler.valueLimit / 2 - 2
    let arguments = Array(("{" + (0..<half).map { #""k\#($0)":"1""# }.joined(separator: ",") + "}").utf8)
    let stream = stride(from: 0, to: arguments.count, by: 16 << 10).map { start in
      let piece = String(decoding: arguments[start..<min(start + 16 << 10, arguments.count)], as: UTF8.self)
      return calls([#"{"index":0,"id":"c0","function":{"name":"f","arguments":\#(JSONValue(piece).description)}}"#])
    }
    for schema in [#""additionalProperties":false"#, #""additionalProperties":{"type":"integer"}"#, #""required":["a"]"#] {
      let request = facts([("f", #"{"type":"object",\#(schema)}"#)])
      let time = cpuTime {
        let found = observer(stream, request)
        #expect(!found.calls[0].quirks.contains(.tooLong) && found.calls[0].arguments == arguments)
        if let death = found.death {
          _ = mendability(of: found.arguments(of: death), death: death, tool: 0, request: request, rules: allRules)
        }
        let answer = summary(stream, request)
        #expect(answer.choices[0].calls[0].verdict?.valid == false)
        #expect(answer.repaired(with: allRules, request: request, ids: .vendor).summary.choices[0].calls[0].verdict?.valid == false)
      }
      #expect(time < .seconds(2), "\(schema): \(time)")
    }
  }

  @Test("Mending the arguments of all calls has one limit") func manyMendings() {
    let request = facts([("f", #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}}}}"#)])
    let arguments = #"{"a":[\#(Array(repeating: #""1""#, count: 200).joined(separator: ","))]}"#
    let all = (0..<40).map { (number: Int) in call("f", arguments, id: "functions.f:\(number)", index: number) }
    let mended = answer(all).repaired(with: [.coercion], request: request, ids: .vendor).summary.choices[0].calls
    #expect(mended.first?.verdict?.valid == true && mended.last?.verdict?.valid == false)
  }

  @Test("A stream of 128 choices in 32,768 chunks, as one answer") func manyChunks() {
    let isLinear = growsLinearly(16) { size in
      let stream = (0..<(256 * size)).map { delta(#"{"content":"a"}"#, choice: $0 % size) }
      return (size, stream.flatMap { $0 }, summary(stream))
    } _: { size, bytes, summary in
      let choices = (try? JSONValue(parsing: FormConversion.body(of: bytes.span, summary)))?["choices"]?.array ?? []
      #expect(choices.count == size && choices.allSatisfy { $0["message"]?["content"]?.string?.utf8.count == 256 })
    }
    #expect(isLinear)
  }
}
