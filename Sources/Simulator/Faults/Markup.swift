// SPDX-License-Identifier: Apache-2.0

import JSON

/// Calls that reach the client as text, or not at all (section 2.1 of the catalogue).
extension Fault {
  static let markup: [Fault] = [
    leak(
      "leak-content", "R01", "Calls are written into the content in K2's own tokens, and the answer ends with stop.",
      MarkupGrammar()),
    leak(
      "leak-reasoning", "R02", "Calls are written into the reasoning, by a model that did not close its thinking.",
      MarkupGrammar(), into: \.reasoning),
    leak(
      "leak-spaced", "R02", "Calls are written into the reasoning with spaces around each token.", MarkupGrammar(space: " "),
      into: \.reasoning),
    leak(
      "leak-singular", "R03", "Calls are written into the content with the singular tool_call_section tokens.",
      MarkupGrammar(section: ("<|tool_call_section_begin|>", "<|tool_call_section_end|>"))),
    leak("leak-bare", "R03", "Calls are written into the content without the tokens that wrap the section.", MarkupGrammar(section: nil)),
    leak(
      "leak-unclosed", "R03", "Calls are written into the content, and cut off before the tokens that end the call and the section.",
      MarkupGrammar(section: ("<|tool_calls_section_begin|>", ""), callEnd: "")),
    leak(
      "leak-fenced", "R03", "Calls are written into the content with a json code fence for the argument token, and no number in the id.",
      MarkupGrammar(argumentBegin: "\n```json\n", callEnd: "\n```\n<|tool_call_end|>", id: { name, _ in "functions.\(name)" })),
    leak(
      "leak-letter-index", "R03", "Calls are written into the content with a number that is none, as in functions.grep:c1.",
      MarkupGrammar(id: { "functions.\($0):c\($1)" })),
    Fault(
      "leak-markerless", "R03", "The content is nothing but calls as functions.name:0{...}, with no token at all.",
      .answer { answer, context in
        let first = context.request.historyCallIDs.count
        let grammar = MarkupGrammar(section: nil, callBegin: "", argumentBegin: "", callEnd: "")
        answer.changeChoices { if $0.calls?.isEmpty == false { $0.text = nil } }
        answer.leakCalls(into: \.text) { grammar.text(of: $0, first: first) }
      }),
    leakK3("leak-k3", "Calls are written into the content in K3's tags.", K3Grammar()),
    leakK3("leak-k3-json", "Calls are written into the content in K3's tags, with the arguments as one JSON block.", K3Grammar(usesJSONBlock: true)),
    leakK3("leak-k3-spaced", "Calls are written into the content in K3's tags with spaces between the tokens.", K3Grammar(space: " ")),
    leakK3("leak-k3-reasoning", "Calls are written into the reasoning in K3's tags.", K3Grammar(), into: \.reasoning),
    Fault(
      "leak-k3-unasked", "R03", "K3's tags call a tool in an answer to a request that declares none.",
      .answer { answer, context in
        guard context.request.tools.isEmpty else { return }
        let call = Answer.Call(id: "", name: "get_weather", arguments: #"{"city":"Oslo"}"#)
        answer.changeChoices {
          $0.text = ($0.text ?? "") + K3Grammar().text(of: [call])
          $0.finishReason = "stop"
        }
      }),
    Fault(
      "leak-k3-suffix", "R03", "The content ends in the first half of a K3 token pair, <|open|>.",
      .answer { answer, _ in answer.changeChoices { $0.text = ($0.text ?? "") + "<|open|>" } }),
    Fault(
      "leak-k3-think", "R03", "The reasoning ends in K3's unfinished <|close|>think.",
      .answer { answer, _ in answer.changeChoices { $0.reasoning = ($0.reasoning ?? someThought) + "<|close|>think" } }),
    Fault(
      "drop-calls", "R04", "What was said is lost: empty content, no calls, and stop.",
      .answer { answer, _ in answer.changeChoices { $0 = Answer.Choice(text: "", finishReason: "stop") } }),
    Fault(
      "think-only", "R04", "Reasoning and nothing after it: null content, no calls, and stop.",
      .answer { answer, _ in
        answer.changeChoices { $0 = Answer.Choice(reasoning: $0.reasoning ?? someThought, finishReason: "stop") }
      }),
    Fault(
      "echo-artefact", "R05", "The content begins with the list that an old template made of an empty one.",
      .answer { answer, _ in answer.changeChoices { $0.text = "[{'type': 'text', 'text': ''}]" + ($0.text ?? "") } }),
    Fault(
      "leak-end-token", "R06", "The content ends in <|im_end|>.",
      .answer { answer, _ in answer.changeChoices { $0.text = ($0.text ?? "") + "<|im_end|>" } }),
    Fault(
      "leak-role-tokens", "R06", "The content begins with the tokens of a role header, and ends in [EOS].",
      .answer { answer, _ in
        answer.changeChoices { $0.text = "<|im_assistant|>assistant<|im_middle|>" + ($0.text ?? "") + "[EOS]" }
      }),
    Fault(
      "leak-think-tags", "R06", "The reasoning stands in the content, between <think> and </think>.",
      .answer { answer, _ in
        answer.changeChoices {
          $0.text = "<think>" + ($0.reasoning ?? someThought) + "</think>" + ($0.text ?? "")
          $0.reasoning = nil
        }
      }),
  ]

  private static func leak(
    _ name: String, _ code: String, _ summary: String, _ grammar: MarkupGrammar,
    into field: any WritableKeyPath<Answer.Choice, String?> & Sendable = \.text
  ) -> Fault {
    Fault(
      name, code, summary,
      .answer { answer, context in
        let first = context.request.historyCallIDs.count
        answer.leakCalls(into: field) { grammar.text(of: $0, first: first) }
      })
  }

  private static func leakK3(
    _ name: String, _ summary: String, _ grammar: K3Grammar,
    into field: any WritableKeyPath<Answer.Choice, String?> & Sendable = \.text
  ) -> Fault {
    Fault(name, "R03", summary, .answer { answer, _ in answer.leakCalls(into: field) { grammar.text(of: $0) } })
  }
}

/// What a model without recorded reasoning is made to have thought.
let someThought = "The user wants this done, so the next step is to call the tool."

extension Answer {
  /// Moves the calls of each choice that has some into its text or reasoning, as `render` writes them.
  fileprivate mutating func leakCalls(
    into field: WritableKeyPath<Choice, String?>, _ render: ([Call]) -> String
  ) {
    changeChoices { choice in
      guard let calls = choice.calls, !calls.isEmpty else { return }
      // What is said is thought by who does not close the thinking.
      let said = field == \.text ? nil : choice.text
      choice[keyPath: field] = (choice[keyPath: field] ?? "") + (said ?? "") + render(calls)
      if said != nil { choice.text = nil }
      choice.calls = nil
      choice.finishReason = "stop"
    }
  }
}
