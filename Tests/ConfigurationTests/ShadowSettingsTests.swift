// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("What may be shadowed") struct ShadowSettingsTests {
  private static func yaml(_ shadow: String, reference: String = "reference: b\n") -> String {
    "vendors:\n  a: http://127.0.0.1:1/v1\n  b: http://127.0.0.1:2/v1\n\(reference)\(shadow)"
  }

  private func load(_ yaml: String, environment: [String: String] = [:]) throws -> BelayConfiguration {
    try BelayConfiguration.load(yaml, environment: environment.merging(["BELAY_STORE": "/tmp/x.sqlite"]) { $1 })
  }

  @Test("a reference is enough, and without one there is none")
  func defaults() throws {
    let configuration = try load(Self.yaml(""))
    #expect(configuration.shadow == ShadowSettings() && configuration.shadowReference.name == "b" && configuration.isShadowed)
    #expect(configuration.warnings.isEmpty)
    #expect(configuration.shadowLine?.contains("5 % of conversations with tools also go to b, http://127.0.0.1:2/v1, at most 500 requests") == true)
    let without = try load(Self.yaml("", reference: ""))
    #expect(without.shadow == nil && without.shadowReference == .none && without.shadowLine == nil)
    let off = try load(Self.yaml("shadow: off\n"))
    #expect(off.shadow == nil && !off.isShadowed && off.reference == "b" && off.warnings.isEmpty)
  }

  @Test("every key arrives where it belongs")
  func everything() throws {
    let configuration = try load(
      Self.yaml(
        """
        shadow:
          sample: 0.6
          sample_of_few: 0.9
          few: 7
          only_tools: no
          repeat: 0.2
          per_minute: 1
          per_day: 2
          tokens_per_day: 3
          concurrency: 5
          queue: 6
          max_age: 2h
          body_bytes: 1MiB
          timeout: 8s
          drain: 9s
          failures: 10
          pause: 11s
          longest_pause: 12m
          baseline: old/results.jsonl
          rules:
            - match: { vendor: [a], model: "x*", path: "/a/*" }
              sample: off
            - match: { model: y }
              sample: 1
        """))
    let settings = try #require(configuration.shadow)
    #expect(settings.sample == 0.6 && settings.sampleOfFew == 0.9 && settings.few == 7 && !settings.onlyTools && settings.repeats == 0.2)
    #expect(settings.perMinute == 1 && settings.perDay == 2 && settings.tokensPerDay == 3 && settings.concurrency == 5)
    #expect(settings.queue == 6 && settings.maxAge == .seconds(7200) && settings.bodyBytes == 1 << 20 && settings.timeout == .seconds(8))
    #expect(settings.drain == .seconds(9) && settings.failures == 10 && settings.pause == .seconds(11))
    #expect(settings.longestPause == .seconds(720) && settings.rules.count == 2)
    #expect(settings.shares(vendor: "a", model: "xy", path: "/a/v1") == nil)
    #expect(settings.shares(vendor: "b", model: "xy", path: "/a/v1")?.usual == 0.6)
    #expect(settings.shares(vendor: "b", model: "y", path: "/")?.usual == 1)
    #expect(configuration.shadowReference == .baseline("old/results.jsonl") && configuration.shadowReference.name == "results.jsonl")
  }

  @Test("without a key of its own a reference elsewhere is not asked, and that is said")
  func keyless() throws {
    let yaml = "vendors:\n  a: http://127.0.0.1:1/v1\n  b: https://b.example/v1\nreference: b\n"
    let configuration = try load(yaml)
    #expect(configuration.shadowReference == .keyless("b") && !configuration.isShadowed)
    #expect(configuration.shadowLine == "nothing is shadowed: the reference b has no key of its own (BELAY_B_API_KEY)")
    let keyed = try load(yaml, environment: ["BELAY_B_API_KEY": "sk-b"])
    #expect(keyed.shadowReference.vendor?.apiKey == Secret("sk-b") && keyed.warnings.isEmpty)
  }

  @Test("a sample of 0 sends nothing, but where a second share or a rule says so")
  func zero() throws {
    func shares(_ section: String, model: String = "m") throws -> [Double] {
      let shares = try load(Self.yaml(section)).shadow?.shares(vendor: "a", model: model, path: "/")
      return shares.map { [$0.usual, $0.few] } ?? []
    }
    #expect(try shares("shadow: {sample: 0}") == [0, 0])
    #expect(try load(Self.yaml("shadow: {sample: 0}")).shadowLine == "nothing is shadowed: `shadow.sample` is 0")
    #expect(try shares("shadow: {sample: 0, sample_of_few: 0.3}") == [0, 0.3])
    let rule = "shadow: {sample: 0, rules: [{match: {model: x}, sample: 0.2}]}"
    #expect(try shares(rule) == [0, 0] && shares(rule, model: "x") == [0.2, 0.2])
    #expect(try load(Self.yaml(rule)).shadowLine?.contains("also go to b") == true)
  }

  static let mistakes: [(line: String, problem: String)] = [
    ("shadow: {sample: 2}", "5:18: `shadow.sample` is not a number from 0 to 1: \"2\""),
    ("shadow: {sample: }", "`shadow.sample` is empty"),
    ("shadow: {sample: '${NONE:-}'}", "`shadow.sample` is empty"),
    ("shadow: {sample_of_few: }", "`shadow.sample_of_few` is empty"),
    ("shadow: {per_minute: 0}", "5:22: `shadow.per_minute` is not a whole number from 1 to 1000000: \"0\""),
    ("shadow: {samples: 0.1}", "5:10: unknown key `samples` in `shadow`: did you mean `sample`?"),
    ("shadow: {only_tools: perhaps}", "5:22: `shadow.only_tools` is neither yes nor no: \"perhaps\""),
    ("shadow: {rules: [{sample: off}]}", "5:18: `shadow.rules[0]` has no `match`"),
    ("shadow: {rules: [{match: {model: x}}]}", "5:18: `shadow.rules[0]` has no `sample`"),
    ("shadow: {rules: [{match: {vendor: c}, sample: off}]}", "5:35: warning: `shadow.rules[0].match.vendor` matches no vendor: \"c\""),
    ("shadow: on", "5:9: `shadow` must be a mapping, and this is a single value"),
  ]

  @Test("mistakes are told with their line", arguments: mistakes)
  func mistake(line: String, problem: String) {
    let found = headlines(problems(Self.yaml(line), environment: ["BELAY_STORE": "/tmp/x.sqlite"]))
    #expect(found.contains { $0.contains(problem) }, "\(found)")
  }

  @Test("what looks like a mistake is a warning")
  func warnings() {
    let lonely = headlines(problems(Self.yaml("shadow: {sample: 0.1}", reference: ""), environment: ["BELAY_STORE": "/tmp/x.sqlite"]))
    #expect(lonely.contains { $0.contains("there is a section `shadow`, and no reference") }, "\(lonely)")
    let unkept = headlines(problems(Self.yaml(""), environment: ["BELAY_STORE": "off"]))
    #expect(unkept.contains { $0.contains("nothing is kept, so comparisons and what waits to be shadowed are gone with the process") }, "\(unkept)")
  }
}
