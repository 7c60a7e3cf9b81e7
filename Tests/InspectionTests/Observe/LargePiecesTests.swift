// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import TestSupport
import Testing

private func event(_ json: String) -> [UInt8] { Array("data: \(json)\n\n".utf8) }
private func delta(_ delta: String) -> [UInt8] { event(#"{"choices":[{"index":0,"delta":\#(delta)}]}"#) }
private func list(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined(separator: ",") }

/// Pieces of calls, in events of a thousand: more of one message are not read.
private func calls(_ pieces: [String]) -> [[UInt8]] {
  stride(from: 0, to: pieces.count, by: 1000).map { start in
    delta(#"{"tool_calls":[\#(pieces[start..<min(start + 1000, pieces.count)].joined(separator: ","))]}"#)
  }
}

private func observer(_ stream: [[UInt8]], _ request: RequestFacts = Fixture.request) -> ResponseObserver {
  var observer = ResponseObserver(format: .eventStream, request: request, options: [.watchesCalls, .keepsText])
  for bytes in stream { observer.feed(bytes.span) }
  return observer
}

/// Answers of which each piece would cost as much as all that came before it.
@Suite(.timeLimit(.minutes(1))) struct LargePiecesTests {
  @Test("A chunk of 64,000 choices that have a message each, looked at and made whole") func messages() {
    let isLinear = growsLinearly(8000) { size in
      [event(#"{"choices":[\#(list(size) { _ in #"{"message":{"content":"a"}}"# })]}"#)]
    } _: { stream in
      var found = observer(stream)
      let summary = found.finish(.complete)
      #expect(summary.hasTooManyChoices && summary.unreadable == 0)
      let chunk = stream[0]
      let body = FormConversion.body(of: chunk.span, summary)
      #expect(body.count > 128 * 20)
    }
    #expect(isLinear)
  }

  @Test("In one chunk messages repeat what was said, or say something", arguments: [false, true]) func mixed(isFirst: Bool) {
    let said = event(#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#)
    let (old, new) = (#"{"index":0,"message":{"content":"a"}}"#, #"{"index":1,"message":{"content":"b"}}"#)
    var both = observer([said, event(#"{"choices":[\#(isFirst ? old : new),\#(isFirst ? new : old)]}"#)])
    #expect(both.finish(.complete).unreadableSample?.contains("'message'") == true)
    var apart = observer([said, event(#"{"choices":[\#(old)]}"#), event(#"{"choices":[\#(new)]}"#), event(#"{"choices":[\#(old)]}"#)])
    let summary = apart.finish(.complete)
    #expect(summary.unreadable == 0 && summary.choices.count == 2)
  }

  @Test("Arguments of 256 KB and of 2 MB of backslashes, and pieces of two", arguments: [false, true])
  func backslashes(isOdd: Bool) {
    let isLinear = growsLinearly(2000) { size in
      let run = String(repeating: #"\\"#, count: size * 128 + (isOdd ? 1 : 0))
      let first = #"{"index":0,"id":"a","function":{"name":"search","arguments":"\"\#(run)"}}"#
      return (size, calls([first] + Array(repeating: #"{"index":0,"function":{"arguments":"\\\\"}}"#, count: size)))
    } _: { size, stream in
      let call = observer(stream).calls[0]
      #expect(call.pieces == size + 1 && call.quirks.contains(.splitCharacter) == isOdd)
    }
    #expect(isLinear)
  }

  /// What a piece ends with, and whether it ends within a character.
  static let ends: [(text: String, isInside: Bool)] = [
    (#"\"#, true), (#"\\"#, false), (#"\\\"#, true), (#"\\\\"#, false), (#"\\\\\\\"#, true), (#"\\\\\\\\"#, false), (#"\\\\\\\\\"#, true),
    (#"\u"#, true), (#"\\u"#, false), (#"\\\u00e"#, true), (#"\\\\u00e"#, false), (#"\\\\\\\u0"#, true), (#"\\\\\\\\u0"#, false),
    (#"\ud83e"#, true), (#"\\ud83e"#, false), (#"\u00e9"#, false), (#"\n"#, false), (#"a\\n"#, false),
  ]

  @Test("A piece ends within an escape wherever the backslashes before it were cut", arguments: ends)
  func cut(text: String, isInside: Bool) {
    let argument = "\"" + text
    for cut in 0..<argument.utf8.count {
      let pieces = [String(argument.prefix(cut)), String(argument.dropFirst(cut))]
      // All but the last end, and so may be within one, too: only the whole text before one more piece is asked about.
      let isCut = cut > 0 && Self.ends.contains { $0.isInside && "\"" + $0.text == pieces[0] }
      guard !isCut, cut == 0 || !Self.isInside(pieces[0]) else { continue }
      let stream = (pieces + ["x"]).map { calls([#"{"index":0,"id":"a","function":{"name":"search","arguments":\#(JSONValue($0).description)}}"#])[0] }
      #expect(observer(stream).calls[0].quirks.contains(.splitCharacter) == isInside, "\(pieces)")
    }
  }

  /// The same told from the left.
  private static func isInside(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else { continue }
      guard let next = rest.popFirst() else { return true }
      guard next == UInt8(ascii: "u") else { continue }
      guard rest.count >= 4 else { return true }
      if rest.count == 4, rest.starts(with: "d8".utf8) { return true }
      rest = rest.dropFirst(4)
    }
    return false
  }

  /// Names that are like those of a thousand tools, each in two pieces in turn.
  static let names = [["tool_with_a_number_", "t"], ["tool_with_a_number_777_and", "tool_with_a_number_777_a"], ["umber", "u"]]

  @Test("Calls in pieces whose names may be those of a thousand tools are looked at so often together", arguments: names)
  func toolNames(pieces: [String]) {
    let tools = RequestFacts(tools: ToolSet((0..<1000).map { "tool_with_a_number_\($0)_and_many_more_letters" }))
    let stream = calls(
      (0..<1000).flatMap { call in (0..<40).map { #"{"index":\#(call),"id":"c\#(call)","function":{"name":"\#(pieces[$0 % 2])"}}"# } })
    let time = cpuTime {
      #expect(observer(stream, tools).calls.count == 1000)
    }
    #expect(time < .seconds(2), "\(time)")
  }

  @Test("A name that comes again and again is looked at once, and one that no tool has is told behind 20,000 others") func repeatedNames() {
    let tools = RequestFacts(tools: ToolSet((0..<100).map { "tool_\($0)" }))
    let pieces = Array(repeating: #"{"index":0,"id":"a","function":{"name":"tool_7","arguments":" "}}"#, count: 20_000)
    let found = observer(calls(pieces + [#"{"index":1,"id":"b","function":{"name":"quite_another","arguments":"{"}}"#]), tools)
    #expect(found.calls[0].nameText == "tool_7" && found.deaths.map(\.position) == [1] && found.death?.reason == .unknownTool)
  }

  @Test("Pieces of an object that means nothing, beside 64,000 members of it") func otherMembers() {
    let isLinear = growsLinearly(1000) { size in
      let first = delta(#"{"content":"a","x":{\#(list(size * 8) { #""k\#($0)":1"# })}}"#)
      let stream = [first] + Array(repeating: delta(#"{"x":{"k1":2}}"#), count: size)
      var found = observer(stream)
      return (stream.flatMap { $0 }, found.finish(.complete))
    } _: { bytes, summary in
      let body = try? JSONValue(parsing: FormConversion.body(of: bytes.span, summary))
      #expect(body?["choices"]?[0]?["message"]?["x"]?["k1"]?.int == 2)
    }
    #expect(isLinear)
  }

  @Test("A body of 128 choices, one of them mended, and 400,000 that say nothing") func emptyChoices() {
    let request = RequestFacts(tools: ToolSet(["search"]))
    let message = #"{"message":{"content":"a"}}"#
    let call = #"{"message":{"tool_calls":[{"function":{"name":"search","arguments":"{}"}}]}}"#
    let body = Array(#"{"choices":[\#(call),\#(list(127) { _ in message }),\#(list(400_000) { _ in "{}" })]}"#.utf8)
    var observer = ResponseObserver(format: .json, request: request)
    observer.feed(body.span)
    let original = observer.finish(.complete)
    let mended = original.repaired(with: allRules, request: request, ids: .canonical(firstIndex: 0)).summary
    let time = cpuTime {
      var rewrite = BodyRewrite(original: original, mended: mended)
      let changed = rewrite.apply(to: body.span).flatMap { try? JSONValue(parsing: $0) }
      #expect(changed?["choices"]?[0]?["message"]?["tool_calls"]?[0]?["id"]?.string == "functions.search:0")
      #expect(changed?["choices"]?.array?.count == 400_128)
    }
    #expect(time < .seconds(2), "\(time)")
  }
}
