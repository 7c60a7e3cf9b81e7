// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
import Testing

@Suite("belay explain")
struct ExplainTests {
  private func object(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  @Test("one finding")
  func one() throws {
    #expect(
      try Explanation.of("call.corrupted_name", as: .text) == """
        call.corrupted_name
          severity         fatal: the agent's loop breaks, unless the client mends it
          what it is       A call's name is not declared, and only one declared tool can be meant.
          what it does     The agent knows no tool of that name; the text around the true name comes from the vendor's
                           parser.
          repairs          tool_name
          asking again     can mend it
          default action   retry
          sources          R35, R36, R37, MoonshotAI/kimi-code#3230, openclaw/openclaw#113813

        """)
    #expect(
      try Explanation.of("stream.tight_field", as: .json)
        == #"{"code":"stream.tight_field","severity":"info","summary":"No blank follows the colon of data.","# +
        #""effect":"A client that looks for the blank sees no events at all.","sources":["R61","ccx#184"],"repairs":[],"# +
        #""normalizations":[],"retries":false,"action":"record"}"# + "\n")
    #expect(
      try Explanation.of("request.builtin_tool", as: .markdown) == """
        ## `request.builtin_tool`

        The request declares one of Moonshot's builtin tools, such as $web_search, at another vendor. The vendor refuses the \
        tool's type or drops the tool, and nothing searches.

        - Severity: degrade
        - Repairs: none
        - Asking again: does not mend it
        - Default action: record
        - Sources: Q14, [MoonshotAI/kimi-cli](https://github.com/MoonshotAI/kimi-cli)

        """)
    #expect(try Explanation.of("completion.empty", as: .markdown).contains("[MoonshotAI/Kimi-K2#128](https://github.com/MoonshotAI/Kimi-K2/issues/128)"))
  }

  @Test("a long field is wrapped within its column, and no line is wider than a terminal")
  func wrapped() throws {
    for entry in FindingCatalogue.embedded.entries {
      let lines = try Explanation.of(entry.kind.rawValue, as: .text).split(separator: "\n").dropFirst()
      #expect(lines.allSatisfy { $0.count <= 110 && $0.hasPrefix("  ") }, "\(entry.kind)")
    }
  }

  @Test("a family prints all of it, in every form")
  func family() throws {
    let codes = FindingKind.matching("arguments.schema").map(\.rawValue)
    #expect(codes.count == 7)
    let text = try Explanation.of("arguments.schema", as: .text)
    #expect(text.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map(String.init) == codes)
    let json = try object(try Explanation.of("arguments.schema", as: .json))
    #expect(json["findings"]?.array?.count == 7)
    let markdown = try Explanation.of("arguments.schema", as: .markdown)
    #expect(markdown.split(separator: "\n").filter { $0.hasPrefix("## ") }.count == 7)
  }

  @Test("all of them: a table, a list, documentation with a link to each")
  func all() throws {
    let count = FindingKind.allCases.count
    let lines = try Explanation.of(nil, as: .text).split(separator: "\n")
    #expect(lines.count == count + 1)
    #expect(lines[0] == "code                           severity  action  what it is")
    #expect(lines.contains("call.unknown_tool              fatal     retry   A call names a tool that the request does not declare."))
    #expect(try object(try Explanation.of(nil, as: .json))["findings"]?.array?.count == count)
    let markdown = try Explanation.of(nil, as: .markdown)
    #expect(markdown.hasPrefix("# Findings\n\nWhat Belay finds"))
    #expect(markdown.contains("| [`call.unknown_tool`](#callunknown_tool) | fatal | retry |"))
    #expect(markdown.split(separator: "\n").filter { $0.hasPrefix("## ") }.count == count)
  }

  static let unknown: [(subject: String, said: String)] = [
    ("call.unknwn_tool", "there is no finding \"call.unknwn_tool\": did you mean `call.unknown_tool`?"),
    ("unknown_tool", "there is no finding \"unknown_tool\": did you mean `call.unknown_tool`?"),
    ("leaked_markup", "there is no finding \"leaked_markup\": did you mean `content.leaked_markup` or `reasoning.leaked_markup`?"),
    ("argument", "there is no finding \"argument\": did you mean `arguments`?"),
    ("zzzzzzzz", "there is no finding \"zzzzzzzz\""),
    ("vendor:moonshoot", "nothing is known of a vendor \"moonshoot\": did you mean `vendor:moonshot`?"),
    ("vendor:https://a.example/v1", "nothing is known of a vendor \"https://a.example/v1\""),
  ]

  @Test("what is unknown is answered with what may be meant", arguments: unknown)
  func suggestions(_ subject: String, _ said: String) {
    let error = #expect(throws: Explanation.Unknown.self) { try Explanation.of(subject, as: .text) }
    #expect(error?.description.split(separator: "\n").first.map(String.init) == said)
  }

  @Test("a vendor, by its name or a base URL, with what is unverified marked")
  func vendor() throws {
    let text = try Explanation.of("vendor:deepinfra", as: .text)
    #expect(
      text == """
        deepinfra: DeepInfra
          base_urls       https://api.deepinfra.com/v1/openai (unverified)
          models          moonshotai/Kimi-K2-Instruct-0905, moonshotai/Kimi-K2.5, moonshotai/Kimi-K2.6,
                          moonshotai/Kimi-K2.7-Code (models.dev)
          reasoning_key   reasoning_content (models.dev)
        What is not listed is unknown, and nothing is done on a guess.

        """)
    #expect(try Explanation.of("vendor:https://api.deepinfra.com/v1/openai", as: .text) == text)
    let variant = try Explanation.of("vendor:fireworks", as: .text).split(separator: "\n").map(String.init)
    #expect(variant.contains("  for *kimi-k3*   normalize result_name"))
    #expect(variant.contains { $0.hasPrefix("  source          normalize.result_name: It refuses results of parallel calls") })
    let moonshot = try object(try Explanation.of("vendor:moonshot", as: .json))
    #expect(moonshot["unverified"]?.array?.map { $0.string } == ["tool_choice.none", "partial"])
    #expect(moonshot["tool_choice"]?["none"]?.string == "yes")
    #expect(moonshot["variants"]?.array?.first?["tool_choice"]?["named"]?.string == "ignored")
    #expect(moonshot["normalize"]?.array?.count == 3)
    #expect(moonshot["sources"]?["normalize.sampling"]?.string?.contains("verify_params.py") == true)
  }

  @Test("all vendors, in every form")
  func vendors() throws {
    let count = VendorCatalogue.embedded.entries.count
    #expect(try Explanation.of("vendors", as: .text).split(separator: "\n").count == count + 1)
    #expect(try object(try Explanation.of("vendors", as: .json))["vendors"]?.array?.count == count)
    #expect(try Explanation.of("vendors", as: .markdown).split(separator: "\n").filter { $0.hasPrefix("## ") }.count == count)
  }

  @Test("a model's name")
  func model() throws {
    #expect(
      try Explanation.of("model:kimi-k2-thinking", as: .text) == """
        kimi-k2-thinking
          generation       k2
          ids in history   functions.{name}:{index}, the index counting over the whole conversation
          sampling         any
          thinks           unless told not to
          reasoning        must come back with calls
          gate             tool_call_f1 of at least 0.73

        """)
    #expect(
      try Explanation.of("model:kimi-k3", as: .json)
        == #"{"model":"kimi-k3","generation":"k3","immutable_sampling":true,"thinks":true,"needs_reasoning":true,"gate":null}"# + "\n")
  }
}
