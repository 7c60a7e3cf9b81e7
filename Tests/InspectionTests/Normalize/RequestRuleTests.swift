// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// A body, what a target makes of it, and the edits: rule, path.
struct RuleCase: CustomTestStringConvertible, Sendable {
  var name: String
  var target: RequestTarget
  var before: String
  var after: String
  var edits: [String]
  var testDescription: String { name }

  init(_ name: String, _ target: RequestTarget, _ before: String, _ after: String, _ edits: [String] = []) {
    self.name = name
    self.target = target
    self.before = before
    self.after = after
    self.edits = edits
  }
}

private func called(_ content: String) -> String {
  #"{"messages":[{"role":"assistant",\#(content)"tool_calls":[{"id":"functions.f:0","function":{"name":"f"}}]}]}"#
}
private func contents(_ blank: VendorProfile.BlankContent) -> RequestTarget {
  target { profile, _ in (profile.blankContent, profile.normalize) = (blank, [.content]) }
}
private let contentEdit = ["content /messages/0/content"]

private let contentCases =
  [#""""#, #"" \n\t""#, "[]", #"[{"type":"text","text":""},{"type":"text","text":" "}]"#].flatMap { blank in
    [
      RuleCase("\(blank) kept", contents(.keep), called(#""content":\#(blank),"#), called(#""content":\#(blank),"#)),
      RuleCase("\(blank) null", contents(.null), called(#""content":\#(blank),"#), called(#""content":null,"#), contentEdit),
      RuleCase("\(blank) omitted", contents(.omit), called(#""content":\#(blank),"#), called(""), contentEdit),
    ]
  } + [
    RuleCase("null stays null", contents(.null), called(#""content":null,"#), called(#""content":null,"#)),
    RuleCase("null says nothing false", contents(.omit), called(#""content":null,"#), called(#""content":null,"#)),
    RuleCase("text stays", contents(.omit), called(#""content":"hi","#), called(#""content":"hi","#)),
    RuleCase(
      "a picture stays", contents(.omit), called(#""content":[{"type":"image_url"}],"#),
      called(#""content":[{"type":"image_url"}],"#)),
    RuleCase(
      "missing content becomes null", contents(.null), called(""),
      #"{"messages":[{"role":"assistant","tool_calls":[{"id":"functions.f:0","function":{"name":"f"}}],"content":null}]}"#,
      contentEdit),
    RuleCase(
      "duplicates go together", contents(.omit), called(#""content":"x","content":"","#), called(""),
      contentEdit + contentEdit),
    RuleCase(
      "the first and the last member",
      contents(.omit),
      #"{"messages":[{"content":"" , "role":"assistant","tool_calls":[{"id":"functions.f:0","function":{"name":"f"}}]},{"role":"assistant","tool_calls":[{"id":"functions.f:1","function":{"name":"f"}}],"content":"" }]}"#,
      #"{"messages":[{"role":"assistant","tool_calls":[{"id":"functions.f:0","function":{"name":"f"}}]},{"role":"assistant","tool_calls":[{"id":"functions.f:1","function":{"name":"f"}}] }]}"#,
      ["content /messages/0/content", "content /messages/1/content"]),
    RuleCase(
      "results and answers keep theirs", contents(.omit),
      #"{"messages":[{"role":"tool","content":""},{"role":"assistant","content":""}]}"#,
      #"{"messages":[{"role":"tool","content":""},{"role":"assistant","content":""}]}"#),
  ]

private func sampling(thinks: Bool) -> RequestTarget {
  target { profile, traits in (profile.normalize, traits.hasImmutableSampling, traits.thinks) = ([.sampling], true, thinks) }
}

private let samplingCases = [
  RuleCase(
    "the model's own values stay", sampling(thinks: true),
    #"{"temperature":1,"top_p":0.950,"presence_penalty":0.0,"frequency_penalty":0e0,"n":1}"#,
    #"{"temperature":1,"top_p":0.950,"presence_penalty":0.0,"frequency_penalty":0e0,"n":1}"#),
  RuleCase(
    "all others go, commas and all, but n", sampling(thinks: true),
    #"{ "temperature":0.6, "top_p":1, "model":"m", "presence_penalty":1, "frequency_penalty" : 0.5, "n":2}"#,
    #"{ "model":"m", "n":2}"#,
    ["sampling /temperature", "sampling /top_p", "sampling /presence_penalty", "sampling /frequency_penalty"]),
  RuleCase("nothing else in the object", sampling(thinks: true), #"{"temperature":0.6}"#, "{}", ["sampling /temperature"]),
  RuleCase("0.6 is right without thinking", sampling(thinks: false), #"{"temperature":0.6}"#, #"{"temperature":0.6}"#),
  RuleCase(
    "thinking is off for this request", sampling(thinks: true), #"{"temperature":1,"thinking":{"type":"disabled"}}"#,
    #"{"thinking":{"type":"disabled"}}"#, ["sampling /temperature"]),
  RuleCase("null is nothing", sampling(thinks: true), #"{"temperature":null}"#, #"{"temperature":null}"#),
  RuleCase("what is no number is refused", sampling(thinks: true), #"{"a":1,"top_p":"1"}"#, #"{"a":1}"#, ["sampling /top_p"]),
  RuleCase(
    "another model takes what it gets", target { profile, _ in profile.normalize = [.sampling] }, #"{"temperature":0.1}"#,
    #"{"temperature":0.1}"#),
]

private func thinking(_ style: VendorProfile.ThinkingStyle?) -> RequestTarget {
  target { profile, _ in (profile.thinking, profile.normalize) = (style, [.thinking]) }
}

private let styles: [(VendorProfile.ThinkingStyle, String)] = [
  (.thinking, #""thinking":{"type":"disabled"}"#), (.templateKwargs, #""chat_template_kwargs":{"thinking":false}"#),
  (.templateArgs, #""chat_template_args":{"enable_thinking":false}"#), (.reasoning, #""reasoning":{"enabled":false}"#),
]

private let thinkingCases =
  styles.flatMap { from in
    styles.map { to in
      RuleCase(
        "\(from.0.rawValue) to \(to.0.rawValue)", thinking(to.0), #"{"model":"m",\#(from.1)}"#,
        #"{"model":"m",\#(to.1)}"#,
        from.0 == to.0 ? [] : ["thinking /\(from.0.rawValue)", "thinking /\(to.0.rawValue)"])
    }
  } + [
    RuleCase(
      "keep and effort come along", thinking(.templateKwargs),
      #"{"thinking":{"type":"enabled","keep":"all","effort":"high"},"model":"m"}"#,
      #"{"model":"m","chat_template_kwargs":{"thinking":true,"preserve_thinking":true,"thinking_effort":"high"}}"#,
      ["thinking /thinking", "thinking /chat_template_kwargs"]),
    RuleCase(
      "and back", thinking(.thinking),
      #"{"chat_template_kwargs":{"thinking":true,"preserve_thinking":true,"thinking_effort":"high"},"model":"m"}"#,
      #"{"model":"m","thinking":{"type":"enabled","keep":"all","effort":"high"}}"#,
      ["thinking /chat_template_kwargs", "thinking /thinking"]),
    RuleCase(
      "other template arguments stay", thinking(.thinking),
      #"{"chat_template_kwargs":{"enable_thinking":true,"x":1},"model":"m"}"#,
      #"{"chat_template_kwargs":{"x":1},"model":"m","thinking":{"type":"enabled"}}"#,
      ["thinking /chat_template_kwargs/enable_thinking", "thinking /thinking"]),
    RuleCase(
      "the vendor's object speaks of other things", thinking(.templateKwargs),
      #"{"chat_template_kwargs":{"x":1},"thinking":{"type":"enabled","keep":"all"}}"#,
      #"{"chat_template_kwargs":{"x":1,"thinking":true,"preserve_thinking":true}}"#,
      [
        "thinking /chat_template_kwargs/thinking", "thinking /chat_template_kwargs/preserve_thinking",
        "thinking /thinking",
      ]),
    RuleCase(
      "nothing is there but switches of others", thinking(.thinking),
      #"{"reasoning":{"enabled":true}, "chat_template_kwargs":{"thinking":true}}"#, #"{"thinking":{"type":"enabled"}}"#,
      ["thinking /reasoning", "thinking /chat_template_kwargs", "thinking /thinking"]),
    RuleCase(
      "the vendor's own style wins", thinking(.thinking),
      #"{"reasoning":{"enabled":true},"thinking":{"type":"disabled"}}"#, #"{"thinking":{"type":"disabled"}}"#,
      ["thinking /reasoning"]),
    RuleCase(
      "a bool becomes an object", thinking(.thinking), #"{"thinking":true}"#, #"{"thinking":{"type":"enabled"}}"#,
      ["thinking /thinking"]),
    RuleCase("an unknown style is not guessed", thinking(nil), #"{"thinking":true}"#, #"{"thinking":true}"#),
    RuleCase(
      "what a style has no word for", thinking(.templateArgs), #"{"thinking":{"keep":"all"}}"#,
      #"{"thinking":{"keep":"all"}}"#),
    RuleCase(
      "arguments of the template about something else", thinking(.thinking), #"{"chat_template_kwargs":{"x":1}}"#,
      #"{"chat_template_kwargs":{"x":1}}"#),
  ]

private let names = target(.k3) { profile, _ in profile.normalize = [.resultName] }
private let named = String(decoding: body([assistant((#""a""#, #""f\u0066""#)), result(#""a""#)].joined(separator: ",")), as: UTF8.self)

private let nameCases = [
  RuleCase(
    "a result gets its call's name", names, named,
    named.replacing(#""tool_call_id":"a""#, with: #""tool_call_id":"a","name":"f\u0066""#),
    ["result_name /messages/1/name"]),
  RuleCase(
    "an id and a name at once", names, named.replacing(#","tool_call_id":"a""#, with: ""),
    named.replacing(#""tool_call_id":"a""#, with: #""tool_call_id":"a","name":"f\u0066""#),
    ["ids /messages/1/tool_call_id", "result_name /messages/1/name"]),
  RuleCase(
    "a blank name is replaced", names, named.replacing(#""role":"tool""#, with: #""role":"tool","name":"""#),
    named.replacing(#""role":"tool""#, with: #""role":"tool","name":"f\u0066""#), ["result_name /messages/1/name"]),
  RuleCase(
    "a name stays", names, named.replacing(#""role":"tool""#, with: #""role":"tool","name":"g""#),
    named.replacing(#""role":"tool""#, with: #""role":"tool","name":"g""#)),
  RuleCase(
    "an orphan stays nameless", names, #"{"messages":[{"role":"tool","tool_call_id":"x"}]}"#,
    #"{"messages":[{"role":"tool","tool_call_id":"x"}]}"#),
]

@Test("Each rule changes what it is for, and says so", arguments: contentCases + samplingCases + thinkingCases + nameCases)
func requestRules(_ test: RuleCase) throws {
  let bytes = Array(test.before.utf8)
  let normalized = try normalize(bytes, for: test.target)
  #expect(normalized.text == test.after)
  #expect(normalized.normalization.edits.map { "\($0.ruleName) \($0.path)" } == test.edits)
  for edit in normalized.normalization.edits where !edit.before.isEmpty {
    #expect(String(decoding: bytes[edit.edit.range], as: UTF8.self).contains(String(decoding: edit.before, as: UTF8.self)))
  }
  let twice = try normalize(normalized.bytes, for: test.target)
  #expect(twice.normalization.edits.isEmpty && twice.bytes == normalized.bytes)
}

@Test("K2 reads a result's name as its role: none is added")
func noNamesForK2() throws {
  let k2 = target { profile, _ in profile.normalize = [.resultName] }
  let edits = try normalize(Array(named.utf8), for: k2).normalization.edits
  #expect(edits.allSatisfy { $0.ruleName == "ids" })
}
