// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Inspection
import Testing

@Suite("Files of rules")
struct RuleFileTests {
  static let yaml = withVendor(
    """
    findings: { call.unknown_tool: record }
    policies: [{ match: { vendor: a }, response_ids: safe }]
    rules:
      models: [{ generation: k3, patterns: both }]
      traits: [{ patterns: both, gate: 0.5 }]
      vendors: { shared: { strict: no } }
      files: [one.yaml, two.yaml]

    """)

  static let one = """
    models: [{ generation: other, patterns: [both, one] }]
    traits: [{ patterns: [both, one], gate: 0.1, thinks: yes }]
    vendors:
      shared: { hosts: [a.example], strict: yes, thinking: reasoning }
      fresh: { usage: choice }
    findings: { call.unknown_tool: ignore, call.missing_name: record, stream.error: record }
    policies: [{ match: { vendor: a }, response_ids: canonical, mode: enforce }]
    """

  static let two = """
    models: [{ generation: k3, patterns: [one, two] }]
    vendors: { fresh: { usage: top_level, errors: bare } }
    findings: { stream.error: ignore }
    policies: [{ match: { model: "*" }, mode: annotate, repairs: none }]
    """

  @Test("belay.yaml wins over its files, and each file over those behind it")
  func order() throws {
    let files = RuleFiles(["one.yaml": Self.one, "two.yaml": Self.two])
    let configuration = try BelayConfiguration.load(Self.yaml, ruleFiles: files)
    #expect(["both", "one", "two"].map(configuration.rules.generation) == [.k3, .other, .k3])
    #expect(configuration.rules.traits(of: "both").gate == 0.5 && configuration.rules.traits(of: "both").thinks)
    #expect(configuration.rules.traits(of: "one").gate == 0.1)
    let vendor = try #require(configuration.vendors.first)
    #expect(vendor.profile.name == "shared" && vendor.profile.strict == .no && vendor.profile.thinking == .reasoning)
    let fresh = try #require(configuration.catalogue.entry(named: "fresh")?.profile)
    #expect(fresh.usage == .choice && fresh.errors == .bare)
    let policy = configuration.policy(vendor: vendor, model: "kimi-k2")
    #expect(policy.responseIDs == .safe && policy.mode == .enforce && policy.enforce.repairs.isEmpty)
    #expect(policy.action(for: .unknownTool) == .record && policy.action(for: .missingName) == .record)
    #expect(policy.action(for: .streamError) == .record)
  }

  @Test("problems have the name of their own file, and stand behind those of belay.yaml")
  func problemsOfFiles() {
    let files = RuleFiles([
      "one.yaml": "models: [{generation: k9, patterns: a}]\nlimits: {}\npolicies: [{match: {vendor: zz}, mode: observe}]\n",
      "two.yaml": "- a list\n",
    ])
    let yaml = withVendor("rules: {files: [one.yaml, none.yaml, two.yaml]}\nlisten: x\n")
    let error = #expect(throws: ConfigurationErrors.self) {
      try BelayConfiguration.load(yaml, overrides: Overrides(mode: "x"), ruleFiles: files)
    }
    #expect(
      headlines(error?.problems ?? []) == [
        "belay.yaml:3:27: `rules.files[1]` names a file that cannot be read: there is no such file",
        "belay.yaml:4:9: `listen` is not an address: \"x\" has no port",
        "one.yaml:1:23: `models[0].generation` cannot be \"k9\": did you mean `k2`?",
        "one.yaml:2:1: unknown key `limits`",
        "one.yaml:3:29: warning: `policies[0].match.vendor` matches no vendor: \"zz\"",
        "two.yaml:1:1: the file must be a mapping, and this is a list",
        "command line: `--mode` cannot be \"x\"",
      ])
    #expect(
      error?.problems[2].description == """
        one.yaml:1:23: `models[0].generation` cannot be "k9": did you mean `k2`?
          1 | models: [{generation: k9, patterns: a}]
            |                       ^^
            = write `k2`, `k3` or `other`
        """)
  }

  @Test("files are looked for in the folder of belay.yaml")
  func folder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-rules-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(withVendor("rules: {files: mine.yaml}\n").utf8).write(to: folder.appending(path: "belay.yaml"))
    let path = folder.appending(path: "belay.yaml").path
    func read() throws -> BelayConfiguration {
      try BelayConfiguration.read(path: path, environment: [:], overrides: Overrides())
    }
    #expect(throws: ConfigurationErrors.self) { try read() }
    try Data("models: [{generation: k3, patterns: mine}]".utf8).write(to: folder.appending(path: "mine.yaml"))
    #expect(try read().rules.generation(of: "mine") == .k3)
    try Data("models: 1".utf8).write(to: folder.appending(path: "mine.yaml"))
    let error = #expect(throws: ConfigurationErrors.self) { try read() }
    #expect(error?.problems.first?.file == folder.appending(path: "mine.yaml").path)
  }
}
