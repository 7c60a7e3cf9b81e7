// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Inspection
import Testing

@Suite("What a configuration is made of")
struct DefaultsTests {
  @Test("one vendor is enough, and everything else has a default")
  func defaults() throws {
    let configuration = try BelayConfiguration.load("vendors: {moonshot: https://api.moonshot.ai/v1}")
    #expect(configuration.listen == Address(host: "127.0.0.1", port: 8611))
    #expect(configuration.console == Address(host: "127.0.0.1", port: 8612))
    #expect(configuration.vendors.map(\.name) == ["moonshot"])
    #expect(configuration.vendors.map(\.baseURL) == ["https://api.moonshot.ai/v1"])
    #expect(configuration.vendors[0].apiKey == nil && configuration.vendors[0].mode == nil)
    #expect(configuration.settings == PolicySettings())
    #expect(configuration.catalogue == .embedded)
    #expect(configuration.defaultVendor == "moonshot")
    #expect(configuration.reference == nil)
    #expect(configuration.loops == nil)
    #expect(!configuration.offersHTTP2)
    #expect(configuration.log.level == .info)
    #expect(configuration.log.format == .text)
    #expect(configuration.rules == .embedded)
    #expect(configuration.limits.requestBytes == 64 * 1024 * 1024)
    #expect(configuration.limits.headerBytes == 64 * 1024)
    #expect(configuration.limits.headerTimeout == .seconds(30))
    #expect(configuration.limits.connect == .seconds(10))
    #expect(configuration.limits.firstByte == .seconds(600))
    #expect(configuration.limits.idle == .seconds(300))
    #expect(configuration.limits.drain == .seconds(25))
    #expect(configuration.limits.drainDelay == .zero)
    #expect(configuration.limits.connections == nil)
    #expect(configuration.limits.keepAlive == .seconds(75))
    #expect(configuration.warnings.isEmpty)
    #expect(configuration.literalKeys.isEmpty)
  }

  @Test("every key of the file arrives where it belongs")
  func everything() throws {
    let yaml = """
      listen: "[::1]:9000"
      console: off
      vendors:
        zeta: http://127.0.0.1:1/v1/
        alpha:
          base_url: HTTPS://API.Alpha.Example:8443/inference/V1//
          api_key: ${ALPHA_KEY}
          generation: k3
          headers: { X-Title: belay, x-tenant: "7" }
      default_vendor: alpha
      reference: zeta
      mode: observe
      limits:
        { request_bytes: 1MB, header_bytes: 8 kB, header_timeout: 500ms, connect: 1m30s, first_byte: 1h, idle: 2m, drain: 0s,
          connections: 500, keep_alive: 20s, drain_delay: 5s }
      http2: yes
      loops: 4
      log: { level: warning, format: json }
      rules: { models: [{ generation: other, patterns: "house-*" }] }
      """
    let configuration = try BelayConfiguration.load(yaml, environment: ["ALPHA_KEY": "a-key"])
    #expect(configuration.listen == Address(host: "::1", port: 9000))
    #expect("\(configuration.listen)" == "[::1]:9000")
    #expect(configuration.console == nil)
    #expect(configuration.vendors.map(\.name) == ["zeta", "alpha"])
    #expect(configuration.vendors[0] == Vendor(name: "zeta", baseURL: "http://127.0.0.1:1/v1"))
    #expect(
      configuration.vendors[1]
        == Vendor(
          name: "alpha", baseURL: "https://api.alpha.example:8443/inference/V1", apiKey: Secret("a-key"),
          generation: .k3,
          headers: [.init(name: "x-title", value: Secret("belay")), .init(name: "x-tenant", value: Secret("7"))]))
    #expect(configuration.vendor(named: "alpha") == configuration.vendors[1])
    #expect(configuration.vendor(named: "beta") == nil)
    #expect(configuration.defaultVendor == "alpha")
    #expect(configuration.reference == "zeta")
    #expect(configuration.limits.requestBytes == 1_000_000)
    #expect(configuration.limits.headerBytes == 8000)
    #expect(configuration.limits.headerTimeout == .milliseconds(500))
    #expect(configuration.limits.connect == .seconds(90))
    #expect(configuration.limits.firstByte == .seconds(3600))
    #expect(configuration.limits.idle == .seconds(120))
    #expect(configuration.limits.drain == .zero)
    #expect(configuration.limits.connections == 500)
    #expect(configuration.limits.keepAlive == .seconds(20))
    #expect(configuration.limits.drainDelay == .seconds(5))
    #expect(configuration.offersHTTP2)
    #expect(configuration.loops == 4)
    #expect(configuration.log.level == .warning)
    #expect(configuration.log.format == .json)
    #expect(configuration.rules.generation(of: "house-agent") == .other)
  }

  @Test("the example that the project ships loads without a word")
  func example() throws {
    let yaml = try String(contentsOf: repository.appending(path: "examples/belay.yaml"), encoding: .utf8)
    let configuration = try BelayConfiguration.load(yaml)
    #expect(configuration.warnings.isEmpty)
    #expect(configuration.literalKeys.isEmpty)
    #expect(configuration.vendors.map(\.name) == ["moonshot", "fireworks", "local"])
    #expect(configuration.vendors.allSatisfy { $0.apiKey == nil })
    // It shows the defaults, and says so.
    #expect(configuration.settings == PolicySettings())
    #expect(configuration.limits == Limits())
    #expect(configuration.log == Log())
    #expect(!configuration.offersHTTP2)
    #expect(configuration.listen == BelayConfiguration(vendors: []).listen)
    #expect(configuration.console == BelayConfiguration(vendors: []).console)
    #expect(configuration.rules.generation(of: "house-agent") == .k2)
    #expect(configuration.rules.traits(of: "my-kimi-1").gate == 0.8)
  }

  /// The keys that the documentation names are those that are read: each stands in the example, in use or commented out.
  @Test("every key that may stand in the file stands in the example")
  func complete() throws {
    let yaml = try String(contentsOf: repository.appending(path: "examples/belay.yaml"), encoding: .utf8)
    let known = headlinesOfUnknownKeys().flatMap { advice in
      advice.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
    #expect(known.count > 60)
    for key in Set(known) {
      #expect(yaml.split { " #\n{,".contains($0) }.contains("\(key):"), "\(key)")
    }
  }

  /// What each section says when it meets a key that it cannot guess: all that it knows.
  private func headlinesOfUnknownKeys() -> [String] {
    let sections = [
      "zzzzzzzzzzzz: 1", "clients: {a: {zzzzzzzzzzzz: 1}}", "enforce: {zzzzzzzzzzzz: 1}", "enforce: {breaker: {zzzzzzzzzzzz: 1}}", "limits: {zzzzzzzzzzzz: 1}",
      "log: {zzzzzzzzzzzz: 1}", "policies: [{match: {vendor: a, zzzzzzzzzzzz: 1}, mode: observe}]",
      "policies: [{match: {vendor: a}, mode: observe, zzzzzzzzzzzz: 1}]", "rules: {zzzzzzzzzzzz: 1}",
      "rules: {models: [{generation: k2, patterns: a, zzzzzzzzzzzz: 1}]}", "rules: {traits: [{patterns: a, gate: 1, zzzzzzzzzzzz: 1}]}",
    ]
    let vendor = "vendors: {a: {base_url: https://a.example/v1, tool_choice: {zzzzzzzzzzzz: 1}, zzzzzzzzzzzz: 1}}"
    return (sections.map(withVendor) + [vendor]).flatMap { problems($0) }.map(\.advice)
  }

  @Test("the keys that the example leaves commented out are valid too")
  func commentedOut() throws {
    var yaml = try String(contentsOf: repository.appending(path: "examples/belay.yaml"), encoding: .utf8)
    for key in ["generation: k2", "mode: enforce", "headers:", "  x-title: my agents", "loops: 2", "tokens: 100000"] {
      #expect(yaml.contains("# \(key)"), "\(key)")
      yaml = yaml.replacing("# \(key)", with: key)
    }
    let configuration = try BelayConfiguration.load(yaml)
    #expect(configuration.loops == 2)
    #expect(configuration.vendor(named: "fireworks")?.generation == .k2)
    #expect(configuration.vendor(named: "fireworks")?.mode == .enforce)
    #expect(configuration.settings.enforce.tokens == 100_000)
    #expect(configuration.vendor(named: "fireworks")?.headers.first?.value.revealed == "my agents")
  }
}
