// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Testing

@Suite("What models are like")
struct ModelTraitsTests {
  static let gates: [(model: String, gate: Double?)] = [
    ("kimi-k2-0905-preview", 0.80), ("moonshotai/Kimi-K2-Instruct-0905", 0.80), ("moonshotai/kimi-k2-0905:exacto", 0.80),
    ("kimi-k2-thinking", 0.73), ("kimi-k2-thinking-turbo", 0.73), ("moonshotai/kimi-k2-thinking-maas", 0.73),
    ("kimi-k2-0711-preview", nil), ("kimi-k2.6", nil), ("kimi-k3", nil), ("gpt-4o", nil), ("", nil),
  ]

  @Test("the gates of K2VV", arguments: gates)
  func gate(_ model: String, _ gate: Double?) { #expect(ModelRules.embedded.traits(of: model).gate == gate) }

  static let immutable = [
    "kimi-k2.5", "kimi-k2.6", "kimi-k2.7-code-highspeed", "accounts/fireworks/models/kimi-k2p6", "k2p5", "k3", "kimi-k3",
    "moonshotai/Kimi-K2.5-fast", "Pro/moonshotai/Kimi-K2.6", "kimi-for-coding/k3", "kimi_k25",
  ]

  @Test("from K2.5 on sampling is fixed, models think, and calls bring their reasoning back", arguments: immutable)
  func newer(_ model: String) {
    let traits = ModelRules.embedded.traits(of: model)
    #expect(traits.hasImmutableSampling && traits.thinks && traits.needsReasoning)
  }

  @Test("K2-Thinking thinks, and its sampling is free")
  func thinking() {
    let traits = ModelRules.embedded.traits(of: "kimi-k2-thinking")
    #expect(traits.thinks && traits.needsReasoning && !traits.hasImmutableSampling)
  }

  @Test("of others nothing is claimed", arguments: ["kimi-k2-0905-preview", "kimi-k2-turbo-preview", "kimi-latest", "gpt-5", ""])
  func older(_ model: String) {
    let traits = ModelRules.embedded.traits(of: model)
    #expect(!traits.hasImmutableSampling && !traits.thinks && !traits.needsReasoning)
  }

  @Test("the user's rules come first, trait by trait")
  func overrides() throws {
    let yaml = withVendor(
      """
      rules:
        traits:
          - { patterns: [kimi-k2.6], immutable_sampling: no }
          - { patterns: "kimi-*", gate: 0.9 }
      """)
    let rules = try BelayConfiguration.load(yaml).rules
    let traits = rules.traits(of: "kimi-k2.6")
    #expect(!traits.hasImmutableSampling && traits.thinks && traits.gate == 0.9)
    #expect(rules.traits(of: "kimi-k2-thinking").gate == 0.9)
  }

  @Test("mistakes are told with their place")
  func mistakes() {
    let yaml = withVendor(
      "rules:\n  traits:\n    - {patterns: a, gate: 80}\n    - {patterns: a, thinks: maybe}\n    - {gate: 1}\n    - {patterns: a}\n")
    #expect(
      headlines(problems(yaml)) == [
        "5:27: `rules.traits[0].gate` is not a number from 0 to 1: \"80\"",
        "6:29: `rules.traits[1].thinks` is neither yes nor no: \"maybe\"",
        "7:7: `rules.traits[2]` has no `patterns`",
        "8:7: `rules.traits[3]` says nothing of its models",
      ].map { "belay.yaml:\($0)" })
  }
}
