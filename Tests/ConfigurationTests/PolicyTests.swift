// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Testing

@Suite("What holds for a vendor and a model")
struct PolicyTests {
  private static let vendors = """
    vendors:
      a: https://a.example/v1
      m: https://api.moonshot.ai/v1
      b: { base_url: https://b.example/v1, mode: enforce, generation: k3 }

    """

  private func policy(
    _ yaml: String, _ vendor: String, _ model: String = "kimi-k2.6", overrides: Overrides = Overrides(),
    environment: [String: String] = [:]
  ) throws -> Policy {
    let configuration = try BelayConfiguration.load(Self.vendors + yaml, environment: environment, overrides: overrides)
    return configuration.policy(vendor: try #require(configuration.vendor(named: vendor)), model: model)
  }

  private func action(_ policy: Policy, _ kind: FindingKind, tool: String? = nil) -> FindingAction {
    guard let tool else { return policy.action(for: kind, tool: nil) }
    return policy.action(for: kind, tool: tool.utf8.span)
  }

  @Test("nothing said: observe, everything as the catalogue has it")
  func defaults() throws {
    let policy = try policy("", "a")
    #expect(policy.mode == .observe && policy.responseIDs == .vendor && policy.enforce == EnforceSettings())
    #expect(policy.generation == .k2 && policy.traits.thinks && policy.profile.name == "unknown")
    for entry in FindingCatalogue.embedded.entries {
      #expect(action(policy, entry.kind) == entry.action)
      #expect(action(policy, entry.kind, tool: "x") == entry.action)
      #expect(policy.action(for: entry.kind) == entry.action)
    }
  }

  static let modes: [(yaml: String, flag: String?, vendor: String, mode: Mode)] = [
    ("", nil, "a", .observe), ("mode: annotate", nil, "a", .annotate), ("mode: annotate", nil, "b", .enforce),
    ("mode: annotate", "observe", "a", .observe), ("mode: annotate", "observe", "b", .observe), ("", "enforce", "a", .enforce),
    ("policies: [{match: {vendor: b}, mode: annotate}]", nil, "b", .annotate),
    ("policies: [{match: {vendor: b}, mode: annotate}]", "enforce", "b", .enforce),
    ("policies: [{match: {vendor: 'x*'}, mode: annotate}]", nil, "a", .observe),
    ("policies: [{match: {model: '*k2*'}, mode: enforce}, {match: {vendor: a}, mode: annotate}]", nil, "a", .enforce),
    ("policies: [{match: {vendor: [x, a], model: [y, 'KIMI-*']}, mode: enforce}]", nil, "a", .enforce),
    ("policies: [{match: {vendor: a, model: '*k3*'}, mode: enforce}]", nil, "a", .observe),
  ]

  @Test("a flag wins over a policy, over the vendor's entry, over the file's mode", arguments: modes)
  func mode(_ yaml: String, _ flag: String?, _ vendor: String, _ mode: Mode) throws {
    #expect(try policy(yaml, vendor, overrides: Overrides(mode: flag)).mode == mode)
    #expect(try policy(yaml, vendor, environment: flag.map { ["BELAY_MODE": $0] } ?? [:]).mode == mode)
  }

  @Test("findings: codes and families, the longer name wins whatever the order")
  func findings() throws {
    let policy = try policy(
      "findings: { arguments.schema.type: ignore, arguments: record, finish.length: retry, arguments.schema: retry }", "a")
    #expect(action(policy, .schemaType) == .ignore)
    #expect(action(policy, .schemaEnum) == .retry)
    #expect(action(policy, .argumentsTruncated) == .record)
    #expect(action(policy, .lengthFinish) == .retry)
    #expect(action(policy, .unknownTool) == .retry)
  }

  @Test("a retry where asking again cannot help falls back to recording it")
  func retry() throws {
    let policy = try policy("findings: { call: retry }", "a")
    #expect(action(policy, .unwantedCall) == .retry)
    #expect(action(policy, .splitName) == .record)
  }

  @Test("policies win over findings, the first that says something over those behind it, tool by tool")
  func tools() throws {
    let yaml = """
      findings: { call: ignore }
      policies:
        - { match: { tool: "search_*", finding: arguments.schema }, action: record }
        - { match: { finding: "*.schema.type" }, action: ignore }
        - { match: { tool: "*", finding: arguments }, action: retry }
        - { match: { vendor: b }, action: record }
      """
    let a = try policy(yaml, "a")
    #expect(action(a, .schemaEnum) == .retry)
    #expect(action(a, .schemaEnum, tool: "search_web") == .record)
    #expect(action(a, .schemaEnum, tool: "read") == .retry)
    #expect(action(a, .schemaType, tool: "search_web") == .record)
    #expect(action(a, .schemaType, tool: "read") == .ignore)
    #expect(action(a, .schemaType) == .ignore)
    #expect(action(a, .argumentsTooLong, tool: "read") == .record)
    #expect(action(a, .unknownTool, tool: "read") == .ignore)
    let b = try policy(yaml, "b")
    #expect(action(b, .unknownTool, tool: "read") == .record)
    #expect(action(b, .schemaEnum, tool: "read") == .retry)
    #expect(action(b, .schemaType) == .ignore)
  }

  @Test("repairs, ids and normalizations by policy, by flag, by file")
  func rest() throws {
    let yaml = """
      response_ids: canonical
      enforce: { repairs: { coercion: off, optional_null: off } }
      policies:
        - { match: { vendor: m, model: "*k2.6" }, repairs: [tool_name], response_ids: safe, normalize: [thinking] }
        - { match: { vendor: "*" }, repairs: none }
      """
    let m = try policy(yaml, "m")
    #expect(m.enforce.repairs == [.toolName] && m.responseIDs == .safe && m.profile.normalize == [.thinking])
    #expect(m.profile.toolChoiceRequired == .thinkingOff && m.profile.name == "moonshot")
    let other = try policy(yaml, "m", "kimi-k3")
    #expect(other.enforce.repairs.isEmpty && other.responseIDs == .canonical)
    #expect(other.profile.normalize == [.content, .reasoning, .sampling] && other.generation == .k3)
    let flags = Overrides(mode: "enforce", repairs: "call_id, tool_name", responseIDs: "vendor", onExhausted: "pass")
    let forced = try policy(yaml, "m", overrides: flags)
    #expect(forced.enforce.repairs == [.callID, .toolName] && forced.responseIDs == .vendor && forced.enforce.onExhausted == .pass)
    let file = try BelayConfiguration.load(Self.vendors + yaml)
    #expect(file.settings.enforce.repairs == Set(RepairRule.allCases).subtracting([.coercion, .optionalNull]))
  }

  @Test("nothing fails over to the vendor that it comes from")
  func failover() throws {
    let flags = Overrides(failover: ["a", "b"])
    let environment = ["BELAY_A_API_KEY": "k", "BELAY_B_API_KEY": "k"]
    #expect(try policy("", "a", overrides: flags, environment: environment).enforce.failover == ["b"])
    #expect(try policy("", "m", overrides: flags, environment: environment).enforce.failover == ["a", "b"])
    let variable = environment.merging(["BELAY_FAILOVER": "b a"]) { $1 }
    #expect(try policy("", "m", environment: variable).enforce.failover == ["b", "a"])
  }

  @Test("one object serves all requests of a vendor and a model, until the configuration changes")
  func cached() throws {
    var configuration = try BelayConfiguration.load(Self.vendors)
    let vendor = try #require(configuration.vendor(named: "a"))
    let first = configuration.policy(vendor: vendor, model: "kimi-k2.6")
    let copy = configuration
    #expect(first === configuration.policy(vendor: vendor, model: "kimi-k2.6"))
    #expect(first === copy.policy(vendor: vendor, model: "kimi-k2.6"))
    #expect(first !== configuration.policy(vendor: vendor, model: "kimi-k2.5"))
    configuration.settings.mode = .enforce
    #expect(configuration.policy(vendor: vendor, model: "kimi-k2.6").mode == .enforce)
    #expect(copy.policy(vendor: vendor, model: "kimi-k2.6").mode == .observe)
  }

  @Test("however many names clients invent, only a bounded number is remembered, and each answer is right")
  func bounded() throws {
    let configuration = try BelayConfiguration.load(Self.vendors)
    let vendor = try #require(configuration.vendor(named: "a"))
    let first = configuration.policy(vendor: vendor, model: "kimi-k3")
    for number in 0..<2000 { #expect(configuration.policy(vendor: vendor, model: "gpt-\(number)").generation == .other) }
    #expect(configuration.rememberedPolicies <= 512)
    let again = configuration.policy(vendor: vendor, model: "kimi-k3")
    #expect(again == first && again !== first)
    let long = String(repeating: "x", count: 5000)
    #expect(configuration.policy(vendor: vendor, model: long) == configuration.policy(vendor: vendor, model: long))
    #expect(configuration.policy(vendor: vendor, model: long) !== configuration.policy(vendor: vendor, model: long))
    #expect(configuration.policy(vendor: vendor, model: "kimi-k2-é").generation == .k2)
  }
}
