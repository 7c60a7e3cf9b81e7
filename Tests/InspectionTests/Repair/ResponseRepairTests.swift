// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

private let request = facts(
  [
    ("search", #"{"type":"object","properties":{"q":{"type":"string"},"n":{"type":"integer"}},"required":["q"],"additionalProperties":false}"#),
    ("list_issues", #"{"type":"object"}"#), ("glob7", ""),
  ], history: ["functions.search:0", "functions.search:1"])
private let good = #"{"q":"x"}"#

@Suite struct ResponseRepairTests {
  @Test func `An answer with nothing wrong comes back as it was`() {
    let whole = answer([call("search", good, id: "functions.search:2"), call("list_issues", "{}", id: "call_1", index: 1)])
    let result = whole.mended(allRules, request)
    #expect(result.repairs == [])
    #expect(result.summary.first.calls.map(\.id) == whole.first.calls.map(\.id))
  }

  @Test(arguments: [
    ("functions.search", "search"), ("functions.search:3", "search"), ("list_issu?list_issues", "list_issues"),
    (#"search" parameter="path" string="true"#, "search"), ("call_functionssearch0", "search"), ("img_gen", nil), ("", nil),
  ] as [(String, String?)])
  func `A mangled name becomes the one that is declared`(_ name: String, _ mended: String?) {
    let result = answer([call(name, good, id: "x")]).mended([.toolName], request)
    #expect(result.summary.first.calls[0].nameText == mended ?? name)
    #expect(result.repairs.map(\.line) == (mended.map { ["tool_name name: \(name) -> \($0)"] } ?? []))
    #expect(answer([call(name, good, id: "x")]).mended(allRules.subtracting([.toolName]), request).summary.first.calls[0].nameText == name)
  }

  @Test func `A name stays when the call is invalid all the same`() {
    let result = answer([call("functions.search", #"{"p":1}"#, id: "x")]).mended(allRules, request)
    #expect(result.summary.first.calls[0].nameText == "functions.search")
    #expect(result.repairs == [])
  }

  @Test func `Only what it takes to make a call valid is done, or nothing`() {
    let result = answer([call("search", #"{"n":"5"}"#, id: "x")]).mended(allRules, request)
    #expect(result.summary.first.calls[0].argumentsText == #"{"n":"5"}"#)
    #expect(result.repairs == [])
    let form = answer([call("search", #"{"n":"5"}"#, id: "x", form: .value)]).mended(allRules, request)
    #expect(form.summary.first.calls[0].argumentsForm == .value)
  }

  @Test(arguments: [
    (#"{"q":"rm -rf "}old"#, false), (#"{"q":"rm -rf "} > /tmp/x"#, false), (#"{"q":"rm -rf "}old\"#, false), (#"{"q":"a"}}"#, false),
    ("{\"q\":\"a\"}\n```", true), (#"{"q":"a"}<|tool_call_end|>"#, true), (#"{"q":"a","n":1}old"#, true),
  ]) func `Where an answer was cut, what is behind a string may be the rest of it`(_ text: String, _ isMended: Bool) {
    for finish in ["length", nil] {
      let result = answer([call("search", text, id: "x")], finish: finish).mended([.surroundingJunk], request)
      #expect((result.summary.first.calls[0].argumentsText != text) == isMended)
      // The next call says that this one has ended.
      let calls = [call("search", text, id: "x"), call("search", good, id: "y", index: 1)]
      #expect(answer(calls, finish: finish).mended([.surroundingJunk], request).summary.first.calls[0].argumentsText != text)
    }
    #expect(answer([call("search", text, id: "x")]).mended([.surroundingJunk], request).summary.first.calls[0].argumentsText != text)
  }

  @Test func `An object in place of a string becomes the string`() {
    let result = answer([call("search", good, id: "x", form: .value)]).mended([.argumentsForm], request)
    #expect(result.summary.first.calls[0].argumentsForm == .text)
    #expect(result.summary.first.calls[0].argumentsText == good)
    #expect(result.repairs.map(\.line) == [#"arguments_form arguments: {"q":"x"} -> "{\"q\":\"x\"}""#])
  }

  @Test(arguments: [
    (ResponseIDs.vendor, ["call_a", "functions.search:3", "functions.search:4", "functions.list_issues:5"]),
    (.canonical(firstIndex: 2), ["functions.search:2", "functions.search:3", "functions.search:4", "functions.list_issues:5"]),
    (.safe(prefix: Array("b-".utf8)), ["call_a", "b-search_3", "b-search_4", "b-list_issues_5"]),
  ]) func `Ids are minted where they are missing, and are unique`(_ ids: ResponseIDs, _ expected: [String]) {
    let calls = [
      call("search", good, id: "call_a"), call("search", good, id: "", index: 1), call("search", good, id: "functions.search:1", index: 2),
      call("list_issues", "{}", id: "call_a", index: 3),
    ]
    let result = answer(calls).mended([.callID], request, ids: ids)
    let mended = result.summary.first.calls.map(\.idText)
    #expect(mended == expected)
    let again = result.summary.repaired(with: [.callID], request: request, ids: ids)
    #expect(again.repairs == [])
    // Ids of the client's choice are no repair, and are there without any.
    #expect(answer(calls).mended([], request, ids: ids).repairs.isEmpty == (ids == .vendor))
  }

  @Test func `Safe ids fit whatever the name is`() {
    let names = [String(repeating: "n", count: 200), "a.b:c d/é", "$x"]
    let request = facts(names.map { ($0, "") }, history: [])
    let calls = names.enumerated().map { call($1, "{}", id: "functions.x:\($0)", index: $0) }
    let result = answer(calls).mended(allRules, request, ids: .safe(prefix: Array("p:".utf8)))
    for call in result.summary.first.calls {
      #expect((1...64).contains(call.id.count))
      #expect(call.idText.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
    }
    #expect(Set(result.summary.first.calls.map(\.id)).count == names.count)
  }

  @Test func `What the pieces of a call looked like is mended as a whole`() {
    let calls = [
      call("search", good, id: "a", index: 1, quirks: [.sparseIndex, .missingType]),
      call("search", good, id: "b", index: nil, quirks: [.missingIndex, .changedID]),
    ]
    let result = answer(calls).mended([.callShape], request)
    #expect(result.summary.first.calls.map(\.index) == [0, 1])
    #expect(result.summary.first.calls.allSatisfy { $0.quirks.isEmpty })
    #expect(
      result.repairs.map(\.line) == [
        "call_shape index: 1 -> 0", "call_shape type:  -> function", "call_shape index:  -> 1", "call_shape id: b -> b",
      ])
    #expect(result.summary.findings.isEmpty)
    #expect(answer(calls).mended(allRules.subtracting([.callShape]), request).repairs == [])
  }

  @Test(arguments: [
    ("stop", true, "tool_calls"), ("stop", false, "tool_calls"), (nil, true, "tool_calls"), (nil, false, "tool_calls"),
    ("length", true, "tool_calls"), ("length", false, "length"), ("content_filter", true, "content_filter"), ("error", true, "error"),
    ("tool_calls", true, "tool_calls"),
  ] as [(String?, Bool, String)])
  func `The finish reason agrees with the calls`(_ finish: String?, _ isValid: Bool, _ mended: String) {
    let whole = answer([call("search", isValid ? good : "{}", id: "x")], finish: finish)
    #expect(whole.mended([.finishReason], request).summary.first.finishReason == mended)
    #expect(whole.mended(allRules.subtracting([.finishReason]), request).summary.first.finishReason == finish)
  }

  @Test func `A finish reason is not made up for half a stream, nor where calls are forbidden`() {
    var cut = answer([call("search", good, id: "x")], finish: nil)
    cut.isTruncated = true
    #expect(cut.mended(allRules, request).summary.first.finishReason == nil)
    let forbidden = facts([("search", "")], forbidsCalls: true)
    #expect(answer([call("search", good, id: "x")], finish: "stop").mended(allRules, forbidden).summary.first.finishReason == "stop")
    var text = answer([], finish: nil)
    #expect(text.mended(allRules, request).summary.first.finishReason == nil)
    text.choices[0].hasText = true
    #expect(text.mended(allRules, request).summary.first.finishReason == "stop")
  }

  @Test func `Calls in the text become calls, with the repairs that calls get`() {
    let leak =
      #"<|tool_calls_section_begin|><|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x","n":"5"}<|tool_call_end|> And:"#
      + #"<|tool_call_begin|>functions.list_issues:3<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>"#
    let result = answer([], finish: "stop", leak: leak).mended(allRules, request)
    let choice = result.summary.first
    #expect(choice.calls.map(\.nameText) == ["search", "list_issues"])
    #expect(choice.calls.map(\.argumentsText) == [#"{"q":"x","n":5}"#, "{}"])
    #expect(choice.calls.map(\.idText) == ["functions.search:2", "functions.list_issues:3"])
    #expect(choice.finishReason == "tool_calls")
    #expect(choice.leak == nil)
    #expect(choice.rescue == Rescue(isInReasoning: false, offset: 0, remainder: Array(" And:".utf8)))
    #expect(result.repairs.map(\.rule) == [.leakedCalls, .coercion, .finishReason])
    #expect(choice.calls.allSatisfy { $0.verdict?.valid == true })
    #expect(answer([], finish: "stop", leak: leak).mended(allRules.subtracting([.leakedCalls]), request).repairs == [])
    let again = result.summary.repaired(with: allRules, request: request, ids: .vendor)
    #expect(again.repairs == [])
  }

  @Test(arguments: [
    // Not declared; invalid; cut off; and one bad one among good ones.
    #"<|tool_call_begin|>functions.img_gen:2<|tool_call_argument_begin|>{}<|tool_call_end|>"#,
    #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"p":1}<|tool_call_end|>"#,
    #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x"#,
    #"<|tool_call_begin|>functions.list_issues:2<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_call_begin|>functions.search:3<|tool_call_argument_begin|>{"q":"#,
    "<|open|>", "<|tool_calls_section_begin|><|tool_calls_section_end|>", "<|close|>think",
  ]) func `A leak that is not all sound stays a leak`(_ leak: String) {
    let result = answer([], finish: "stop", leak: leak).mended(allRules, request)
    #expect(result.repairs == [])
    #expect(result.summary.first.leak != nil && result.summary.first.calls.isEmpty)
  }

  @Test func `A leak in the reasoning counts only where there are no calls`() {
    let leak = #"<|tool_call_begin|> functions.list_issues:2 <|tool_call_argument_begin|> {} <|tool_call_end|>"#
    let alone = answer([], finish: "stop", leak: leak, inReasoning: true).mended(allRules, request)
    #expect(alone.summary.first.calls.map(\.nameText) == ["list_issues"])
    #expect(alone.repairs.first?.field == "reasoning")
    let beside = answer([call("search", good, id: "x")], leak: leak, inReasoning: true).mended(allRules, request)
    #expect(beside.summary.first.calls.map(\.nameText) == ["search"])
  }

  @Test func `What was parsed and leaked as well is called once`() {
    let leak =
      #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q": "x"}<|tool_call_end|>"#
      + #"<|tool_call_begin|>functions.list_issues:3<|tool_call_argument_begin|>{}<|tool_call_end|>"#
    let result = answer([call("search", good, id: "x")], leak: leak).mended(allRules, request)
    #expect(result.summary.first.calls.map(\.nameText) == ["search", "list_issues"])
    #expect(result.summary.first.calls.map(\.index) == [0, 1])
    #expect(result.summary.first.leak == nil)
  }

  /// A call as a vendor parsed it, the same as it left it in the text, and how many there are.
  static let twins: [(name: String, parsed: String, left: String, count: Int)] = [
    ("functions.search", good, good, 1), ("search:0", good, good, 1), ("search", good, #"{ "q" : "\u0078" }"#, 1),
    ("search", #"{"q":"x","n":3}"#, #"{"q":"x","n":"3"}"#, 1), ("search", #"{"q":"x","n":"3"}"#, #"{"n":3,"q":"x"}"#, 1),
    ("search", #"{"q":"x","n":3}"#, #"{"q":"x","n":3.0}"#, 1), ("search", #"{"q":"x","n":3e0}"#, #"{"q":"x","n":30e-1}"#, 1),
    ("search", #""{\"q\":\"x\"}""#, good, 1), ("search", good, #"{"q":"x","n":null}"#, 1), ("list_issues", "", "{}", 1),
    ("list_issues", #"{"a":-0.0}"#, #"{"a":0}"#, 1),
    ("search", good, #"{"q":"y"}"#, 2), ("search", #"{"q":"x","n":3}"#, good, 2), ("list_issues", #"{"q":"x"}"#, good, 2),
    ("list_issues", #"{"a":9007199254740993}"#, #"{"a":9007199254740992}"#, 2), ("list_issues", #"{"a":-1}"#, #"{"a":1}"#, 2),
    ("list_issues", #"{"a":"1"}"#, #"{"a":1}"#, 2),
  ]

  @Test(arguments: twins)
  func `What was parsed and leaked as well is called once, whichever of the two is mended`(_ twin: (name: String, parsed: String, left: String, count: Int)) {
    let tool = twin.name.contains("search") || twin.left == good ? "search" : "list_issues"
    let leak = "<|tool_call_begin|>functions.\(tool):5<|tool_call_argument_begin|>\(twin.left)<|tool_call_end|>"
    let result = answer([call(twin.name, twin.parsed, id: "x")], leak: leak).mended(allRules, request)
    #expect(result.summary.first.calls.count == twin.count && result.summary.first.leak == nil)
    #expect(result.summary.first.calls.allSatisfy { $0.verdict?.valid == true })
  }

  @Test(arguments: [
    // In words of the vendor's own; one that no rule mends; cut off; only tokens of it.
    #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x","n":5}<|tool_call_end|>"#,
    #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x","p":1}<|tool_call_end|>"#,
    #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"#, "<|tool_call_begin|>functions.search:2",
    "<|tool_calls_section_begin|>", "<|tool_calls_section_begin|><|tool_call_begin|>", "<|tool_calls_section_end|>", "<|open|>tools<|sep|>",
  ]) func `Nor is the call of an id that a vendor left in other words, or the beginning of it`(_ leak: String) {
    for inReasoning in [false, true] {
      let result = answer([call("search", good, id: "functions.search:2")], leak: leak, inReasoning: inReasoning).mended(allRules, request)
      #expect(result.summary.first.calls.map(\.argumentsText) == [good] && result.summary.first.leak == nil)
      #expect(result.repairs.map(\.line) == ["leaked_calls \(inReasoning ? "reasoning" : "content"): \(leak) -> "])
    }
  }

  @Test(arguments: [
    #"<|tool_call_begin|>functions.search:3<|tool_call_argument_begin|>{"q":"#, "<|tool_call_begin|>functions.search:3",
    #"<|tool_call_begin|>functions.search:3<|tool_call_argument_begin|>{"q":"x","p":1}<|tool_call_end|>"#,
    #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x"}<|tool_call_end|><|tool_call_begin|>functions.list_issues:3"#,
  ]) func `Beside a call that was parsed, another that cannot be made stays a lost one`(_ leak: String) {
    let result = answer([call("search", good, id: "functions.search:2")], leak: leak).mended(allRules, request)
    #expect(result.repairs == [] && result.summary.first.leak != nil && result.summary.first.calls.count == 1)
  }

  @Test func `Each call is the twin of one`() {
    let leaked = #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x"}<|tool_call_end|>"#
    for (parsed, left, count) in [(1, 2, 2), (2, 2, 2), (2, 1, 2), (1, 3, 3)] {
      let calls = (0..<parsed).map { call("search", good, id: "x\($0)", index: $0) }
      let result = answer(calls, leak: String(repeating: leaked, count: left)).mended(allRules, request)
      #expect(result.summary.first.calls.count == count)
    }
  }

  @Test func `With a call in the reasoning nothing is lost where the choice has it, be it mended or not`() {
    let names = ByteStrings(["search", "list_issues"])
    func loses(_ leak: String, _ calls: [AssembledCall]) -> Bool { !answer(calls, leak: leak, inReasoning: true).first.losesNothing(names) }
    let leak = #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x"}<|tool_call_end|>"#
    #expect(!loses(leak, [call("search", #"{ "q": "x" }"#, id: "x")]) && !loses(leak + " Or not.", [call("list_issues", "{}", id: "x")]))
    // A vendor that parses calls has lost none: what else was thought was not called.
    #expect(!loses(leak, [call("search", #"{"q":"y"}"#, id: "x")]) && !loses(leak + leak, [call("search", good, id: "x")]))
    #expect(loses(leak, []))
  }

  @Test func `Words about markup in the reasoning stay where they are, beside a call or a text`() {
    for leak in [#"<|tool_call_begin|>" in the parser, then for "<|sep|>"."#, "<|tool_calls_section_begin|>` first."] {
      let beside = answer([call("search", good, id: "x")], leak: leak, inReasoning: true)
      #expect(beside.mended([.leakedCalls], request).summary.first.leak != nil && beside.first.losesNothing(request.tools.names))
    }
    var said = answer([], finish: "stop", leak: "<|tool_call_begin|>functions.name:idx<|tool_call_argument_begin|>{args}<|tool_call_end|>", inReasoning: true)
    said.choices[0].hasText = true
    #expect(said.mended([.leakedCalls], request).repairs == [] && said.first.losesNothing(request.tools.names))
  }

  @Test func `Beside an event that was too long to be looked at nothing is mended`() {
    var cut = answer([call("search", #"{"q":"x","n":"5"}"#, id: "")], finish: "stop")
    #expect(cut.mended(allRules, request).repairs != [])
    cut.oversized = 1
    #expect(cut.mended(allRules, request).repairs == [])
  }

  @Test func `No call is rescued where the request wants none`() {
    let leak = #"<|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{"q":"x"}<|tool_call_end|>"#
    let result = answer([], finish: "stop", leak: leak).mended(allRules, facts([("search", "")], forbidsCalls: true))
    #expect(result.repairs == [])
  }
}
