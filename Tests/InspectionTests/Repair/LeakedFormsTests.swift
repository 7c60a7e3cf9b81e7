// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// Every form in which calls leak, written around the same calls and streamed through the observer.
private struct LeakForm: CustomTestStringConvertible, Sendable {
  var name: String
  var write: @Sendable ([(name: String, arguments: String)]) -> String
  var inReasoning = false
  var testDescription: String { name }

  static func k2(
    _ name: String, section: (String, String) = ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"),
    begin: String = "<|tool_call_begin|>", argument: String = "<|tool_call_argument_begin|>", end: String = "<|tool_call_end|>",
    space: String = "", id: @escaping @Sendable (String, Int) -> String = { "functions.\($0):\($1)" }, inReasoning: Bool = false
  ) -> LeakForm {
    LeakForm(
      name: name,
      write: { calls in
        section.0 + calls.enumerated().map { begin + space + id($1.name, $0) + space + argument + space + $1.arguments + space + end }
          .joined() + section.1
      }, inReasoning: inReasoning)
  }

  static func k3(_ name: String, space: String = "", isBlock: Bool = false, inReasoning: Bool = false) -> LeakForm {
    LeakForm(
      name: name,
      write: { calls in
        func tag(_ kind: String, _ text: String) -> String { "<|\(kind)|>\(space)\(text)\(space)<|sep|>" }
        let body = calls.enumerated().map { number, call in
          var text = tag("open", #"call tool="\#(call.name)" index="\#(number + 1)""#)
          if isBlock {
            text += tag("open", #"json type="object""#) + call.arguments + tag("close", "json")
          } else {
            for (key, value) in (try? JSONValue(parsing: call.arguments))?.object?.members ?? [] {
              let type =
                switch value {
                case .string: "string"
                case .number: "number"
                case .array: "array"
                case .bool: "boolean"
                default: "object"
                }
              text += tag("open", #"argument key="\#(key.string)" type="\#(type)""#) + (value.string ?? value.description) + tag("close", "argument")
            }
          }
          return text + tag("close", "call")
        }
        return tag("open", "tools") + body.joined() + tag("close", "tools")
      }, inReasoning: inReasoning)
  }

  static let all = [
    k2("in the content"), k2("in the reasoning", inReasoning: true), k2("with spaces", space: " "),
    k2("singular", section: ("<|tool_call_section_begin|>", "<|tool_call_section_end|>")), k2("bare", section: ("", "")),
    k2("unclosed", section: ("<|tool_calls_section_begin|>", ""), end: ""),
    k2("fenced", argument: "\n```json\n", end: "\n```\n<|tool_call_end|>", id: { name, _ in "functions.\(name)" }),
    k2("a letter for a number", id: { "functions.\($0):c\($1)" }),
    k2("without any token", section: ("", ""), begin: "", argument: "", end: ""),
    k3("K3"), k3("K3, one block", isBlock: true), k3("K3 with spaces", space: " "), k3("K3 in the reasoning", inReasoning: true),
  ]
}

@Suite struct LeakedFormsTests {
  private static let calls = [
    (name: "search", arguments: #"{"q":"a \"b\" < c |> é\n","n":12345678901234567890}"#),
    (name: "plan", arguments: #"{"todos":[{"id":1,"text":"x"}],"deep":{"a":[true,null]},"on":true}"#),
  ]
  private static let request = facts([
    ("search", #"{"type":"object","properties":{"q":{"type":"string"},"n":{"type":"integer"}},"required":["q"]}"#),
    ("plan", #"{"type":"object","properties":{"todos":{"type":"array"},"on":{"type":"boolean"}},"required":["todos"]}"#),
  ])

  @Test(arguments: LeakForm.all) fileprivate func `Calls come back from every form, whole and valid`(_ form: LeakForm) throws {
    let text = form.write(Self.calls)
    for preamble in form.name == "without any token" ? [""] : ["", "I will look. "] {
      var writer = JSONWriter()
      writer.write(string: preamble + text)
      let key = form.inReasoning ? "reasoning_content" : "content"
      let json = #"{"choices":[{"index":0,"message":{"role":"assistant","\#(key)":\#(String(decoding: writer.bytes, as: UTF8.self))},"finish_reason":"stop"}]}"#
      var observer = ResponseObserver(format: .json, request: Self.request, options: [.keepsText])
      observer.feed(Array(json.utf8).span)
      let result = observer.finish(.complete).repaired(with: allRules, request: Self.request, ids: .vendor)
      let choice = result.summary.first
      #expect(choice.calls.map(\.nameText) == ["search", "plan"])
      for (found, written) in zip(choice.calls, Self.calls) {
        #expect(try JSONValue(parsing: found.arguments) == JSONValue(parsing: written.arguments))
      }
      #expect(choice.finishReason == "tool_calls")
      #expect(choice.calls.allSatisfy { $0.verdict?.valid == true && !$0.id.isEmpty })
      #expect(choice.rescue?.offset == preamble.utf8.count)
      #expect(choice.rescue?.remainder == [])
      #expect(!result.summary.findings.contains { $0.code.contains("leaked") })
    }
  }
}
