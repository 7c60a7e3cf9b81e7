// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Testing

@Suite("How hard enforce tries")
struct EnforceSettingsTests {
  @Test("the defaults")
  func defaults() {
    let settings = EnforceSettings()
    #expect(settings.attempts == 4 && settings.tokens == nil && settings.time == .seconds(120))
    #expect(settings.onExhausted == .error && settings.keepAlive == .seconds(10) && settings.failover.isEmpty)
    #expect(settings.ladder == [.resend, .strict, .toolChoice, .feedback, .otherVendor])
    #expect(settings.repairs == Set(RepairRule.allCases))
    #expect(settings.breaker.failures == 5)
    #expect(settings.breaker.window == .seconds(30) && settings.breaker.open == .seconds(30))
  }

  @Test("every key arrives where it belongs")
  func everything() throws {
    let yaml = """
      vendors:
        a: https://a.example/v1
        b: http://127.0.0.1:1/v1
      enforce:
        attempts: 2
        tokens: 5000
        time: 30s
        on_exhausted: pass
        ladder: [feedback, other_vendor]
        repairs: [call_id, leaked_calls]
        keep_alive: 500ms
        failover: b
        breaker: { failures: 1, window: 1m, open: 2m }
      """
    let settings = try BelayConfiguration.load(yaml).settings.enforce
    #expect(settings.attempts == 2 && settings.tokens == 5000 && settings.time == .seconds(30))
    #expect(settings.onExhausted == .pass && settings.ladder == [.feedback, .otherVendor])
    #expect(settings.repairs == [.callID, .leakedCalls] && settings.keepAlive == .milliseconds(500))
    #expect(settings.failover == ["b"])
    #expect(settings.breaker.failures == 1)
    #expect(settings.breaker.window == .seconds(60) && settings.breaker.open == .seconds(120))
    #expect(try BelayConfiguration.load(withVendor("enforce: {ladder: none, repairs: none}")).settings.enforce.ladder == [])
  }

  static let mistakes: [(line: String, problem: String)] = [
    ("enforce: {attempts: 0}", "3:21: `enforce.attempts` is not a whole number from 1 to 20: \"0\""),
    ("enforce: {attempts: 3x}", "3:21: `enforce.attempts` is not a whole number from 1 to 20: \"3x\""),
    ("enforce: {tokens: many}", "3:19: `enforce.tokens` is not a whole number from 1 to 1000000000: \"many\""),
    ("enforce: {time: 10}", "3:17: `enforce.time` is not a duration: \"10\" has no unit"),
    ("enforce: {on_exhausted: fail}", "3:25: `enforce.on_exhausted` cannot be \"fail\""),
    ("enforce: {ladder: [resend, toolchoice]}", "3:28: `enforce.ladder[1]` cannot be \"toolchoice\": did you mean `tool_choice`?"),
    ("enforce: {ladder: [resend, resend]}", "3:28: `enforce.ladder[1]` is `resend` once more"),
    ("enforce: {repairs: [toolname]}", "3:21: `enforce.repairs[0]` cannot be \"toolname\": did you mean `tool_name`?"),
    ("enforce: {repairs: {coercions: off}}", "3:21: `enforce.repairs.coercions` cannot be \"coercions\": did you mean `coercion`?"),
    ("enforce: {breaker: {failures: 0}}", "3:31: `enforce.breaker.failures` is not a whole number from 1 to 1000: \"0\""),
    ("enforce: {breaker: {opens: 1s}}", "3:21: unknown key `opens` in `enforce.breaker`: did you mean `open`?"),
    ("enforce: {retries: 1}", "3:11: unknown key `retries` in `enforce`"),
    ("enforce: {failover: [c]}", "3:22: `enforce.failover[0]` names the vendor `c`, and there is none"),
    ("response_ids: short", "3:15: `response_ids` cannot be \"short\""),
    ("findings: {argument.schema: record}", "3:12: `findings.argument.schema` is no finding: did you mean `arguments.schema`?"),
    ("findings: {call.unknown_tool: repair}", "3:31: `findings.call.unknown_tool` cannot be \"repair\""),
    ("findings: {stream.comment: retry}", "3:28: `findings.stream.comment` cannot be `retry`: asking again does not mend it"),
    ("findings: {history: retry}", "3:21: `findings.history` cannot be `retry`: asking again does not mend it"),
    ("policies: [{match: {vendor: a}}]", "3:12: `policies[0]` says nothing"),
    ("policies: [{mode: enforce}]", "3:12: `policies[0]` has no `match`"),
    ("policies: [{match: {}, mode: enforce}]", "3:12: `policies[0]` matches nothing"),
    ("policies: [{match: {vendors: a, model: b}, mode: enforce}]", "3:21: unknown key `vendors` in `policies[0].match`: did you mean `vendor`?"),
    ("policies: [{match: {finding: call.unknown}, action: record}]", "3:30: `policies[0].match.finding` is no finding: did you mean `call.unknown_tool`?"),
    ("policies: [{match: {finding: 'request.*'}, action: retry}]", "3:52: `policies[0].action` cannot be `retry`: asking again does not mend it"),
    ("policies: [{match: {tool: x}, mode: enforce}]", "3:12: `policies[0]` sets `mode` for a tool or a finding"),
    ("policies: [{match: {finding: call}, repairs: all, normalize: all, action: record}]", "3:12: `policies[0]` sets `repairs` and `normalize` for a tool or a finding"),
    ("policies: [{match: {vendor: b}, mode: enforce}]", "3:29: warning: `policies[0].match.vendor` matches no vendor: \"b\""),
    ("policies: [{match: {vendor: ['*', 'x*']}, mode: enforce}]", "3:35: warning: `policies[0].match.vendor[1]` matches no vendor: \"x*\""),
  ]

  @Test("mistakes are told with their place", arguments: mistakes)
  func mistake(_ line: String, _ problem: String) {
    #expect(headlines(problems(withVendor(line))) == ["belay.yaml:\(problem)"])
  }

  static let flags: [(overrides: Overrides, problem: String)] = [
    (Overrides(mode: "enfroce"), "command line: `--mode` cannot be \"enfroce\": did you mean `enforce`?"),
    (Overrides(repairs: "all,"), "command line: `--repairs` cannot be \"all\""),
    (Overrides(repairs: "call_id,coercions"), "command line: `--repairs` cannot be \"coercions\": did you mean `coercion`?"),
    (Overrides(responseIDs: "x"), "command line: `--response-ids` cannot be \"x\""),
    (Overrides(onExhausted: "errors"), "command line: `--on-exhausted` cannot be \"errors\": did you mean `error`?"),
    (Overrides(failover: ["b"]), "command line: `--failover` names the vendor `b`, and there is none"),
  ]

  @Test("mistakes in flags as well", arguments: flags)
  func flag(_ overrides: Overrides, _ problem: String) {
    #expect(headlines(problems(withVendor(""), overrides: overrides)) == [problem])
  }

  private static let two = "vendors:\n  a: https://a.example/v1\n  b: https://b.example/v1\n"

  static let checks: [(yaml: String, warnings: [String])] = [
    (two + "enforce: {attempts: 1, ladder: [resend]}", ["4:21: warning: one attempt leaves no retry, so the ladder is never used"]),
    (two + "enforce: {attempts: 1, ladder: none}", []),
    (two + "enforce: {attempts: 1}", []),
    (
      two + "enforce: {ladder: [resend, other_vendor]}",
      ["4:19: warning: the ladder has `other_vendor`, and there is no other vendor to ask"]
    ),
    (
      two + "enforce: {failover: [b]}",
      [
        "4:22: warning: `b` has no key of its own, and a client's key is never sent to another vendor: failing over to it can "
          + "only be refused"
      ]
    ),
    (two.replacing("b.example", with: "10.0.0.1") + "enforce: {failover: [b]}", []),
    ("vendors:\n  a: https://a.example/v1\n  b: {base_url: https://b.example/v1, api_key: k}\nenforce: {failover: [b]}", []),
    (
      "vendors:\n  a: https://a.example/v1\n  b: {base_url: https://b.example/v1, headers: {api-key: k}}\nenforce: {failover: [b, b]}",
      ["4:25: warning: `enforce.failover[1]` is `b` once more"]
    ),
    (withVendor("enforce: {failover: a}"), ["3:21: warning: `a` is the only vendor, so nothing fails over to it"]),
    (
      "vendors:\n  m: https://api.moonshot.ai/v1\n  f: {base_url: https://api.fireworks.ai/inference/v1, api_key: k}\n"
        + "enforce: {failover: [f]}",
      ["4:22: warning: `f` has other names for its models than `m`, and nothing translates them"]
    ),
    (
      "vendors:\n  m: https://api.moonshot.ai/v1\n  f: {base_url: https://api.fireworks.ai/inference/v1, api_key: k,\n"
        + "    models: {kimi-k2.6: accounts/fireworks/models/kimi-k2p6}}\nenforce: {failover: [f]}",
      []
    ),
  ]

  @Test("what does not go together is told, and its neighbour is not", arguments: checks)
  func check(_ yaml: String, _ warnings: [String]) throws {
    #expect(headlines(try BelayConfiguration.load(yaml).warnings) == warnings.map { "belay.yaml:\($0)" })
  }

  @Test("a number of tokens and a key of reasoning are no secrets, a key beside them is")
  func excerpts() throws {
    let yaml = withVendor("enforce: {tokens: many}\nrules: {vendors: {x: {reasoning_key: thoughts}}}\n")
    let texts = problems(yaml).compactMap { $0.excerpt?.text }
    #expect(texts == ["enforce: {tokens: many}", "rules: {vendors: {x: {reasoning_key: thoughts}}}"])
    let secret = "vendors: {a: {base_url: https://a.example/v1, reasoning_key: x, api_key: sk-1}}"
    #expect(problems(secret).compactMap { $0.excerpt?.text } == ["vendors: {a: {base_url: https://a.example/v1, reasoning_key: x, api_key: ***"])
  }
}
