// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import NIOCore
import Simulator
import Testing

/// Every finding, through the proxy: what a vendor sent or a client asked shows in the exchange's log line, and in `observe` no
/// byte of it changes.
@Suite(.timeLimit(.minutes(2))) struct FindingFlowTests {
  /// Findings that no captured answer can show: they need more bytes than a fixture should have.
  static let tooLarge: Set<FindingKind> = [.argumentsTooLong, .oversizedEvent, .oversizedResponse]

  @Test("every captured answer shows its finding through the proxy, and reaches the client byte for byte")
  func responses() async throws {
    let vendor = try await FixtureVendor.start()
    let question = FixtureVendor.bytes("request.json")
    let names = FixtureVendor.names(".sse") + FixtureVendor.names(".json").filter { !$0.hasSuffix("request.json") }
    let template = try JSONValue(parsing: question).object ?? [:]
    let lines = try await RunningProxy.with(vendors: [Vendor(name: "v", baseURL: vendor.baseURL)], adjust: asJSON) { proxy in
      for name in names {
        let shown = try #require(kind(of: name))
        var body = template
        body["model"] = JSONValue(name)
        body["stream"] = JSONValue(name.hasSuffix(".sse"))
        if shown == .unwantedCall { body["tool_choice"] = "none" }
        if shown == .missingUsage { body["stream_options"] = ["include_usage": true] }
        let sent = JSONWriter.bytes(of: .object(body))
        let response = try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request(headers: ["x-fixture: \(name)"], body: sent))
          return try await reader.response()
        }
        #expect(response.body == FixtureVendor.bytes(name), "\(name)")
      }
      return proxy.lines
    }
    await vendor.stop()

    let found = try findings(in: lines.all)
    for name in names {
      let code = try #require(kind(of: name)).rawValue
      #expect(found[name]?.contains(code) == true, "\(name): \(found[name] ?? [])")
    }
  }

  @Test("every captured request shows its finding through the proxy")
  func requests() async throws {
    let vendor = try await SimulatorServer.start()
    let names = FixtureVendor.names(".request.json")
    // A vendor and a model that mind everything, so that all that depends on them shows.
    var profile = VendorProfile(name: "picky")
    (profile.thinking, profile.reasoningKey, profile.blankContent) = (.thinking, .reasoningContent, .omit)
    (profile.toolChoiceRequired, profile.toolChoiceNamed) = (.thinkingOff, .thinkingOff)
    (profile.strict, profile.builtinTools, profile.partialMode) = (.ignored, .no, .ignored)
    let vendors = [Generation.k2, .k3].map { generation in
      Vendor(name: generation.rawValue, baseURL: vendor.baseURL, generation: generation, profile: profile)
    }
    var traits = ModelRules.TraitRule(patterns: ["*"])
    (traits.hasImmutableSampling, traits.thinks, traits.needsReasoning) = (true, true, true)
    let rules = ModelRules(traitRules: [traits])
    let lines = try await RunningProxy.with(
      vendors: vendors,
      adjust: {
        $0.log.format = .json
        $0.rules = rules
      }
    ) { proxy in
      for name in names {
        let sent = FixtureVendor.bytes(name)
        _ = try await RawConnection.with(port: proxy.port) { reader, writer in
          let vendor = name.hasPrefix("request.result_name_missing") ? "k3" : "k2"
          try await writer.write(request("POST", "/\(vendor)/v1/\(name)/chat/completions", body: sent))
          return try await reader.response()
        }
      }
      return proxy.lines
    }
    await vendor.stop()

    let found = try findings(in: lines.all, by: "path")
    for name in names {
      let code = try #require(kind(of: name)).rawValue
      let path = try #require(found.keys.first { $0.contains("/\(name)/") })
      #expect(found[path]?.contains(code) == true, "\(name): \(found[path] ?? [])")
    }
  }

  @Test("no finding is without a captured answer or request")
  func complete() {
    let names = FixtureVendor.names(".sse") + FixtureVendor.names(".json")
    let shown = Set(names.compactMap(kind))
    #expect(FindingKind.allCases.filter { !shown.contains($0) && !Self.tooLarge.contains($0) } == [])
  }

  @Test(
    "an answer too large to be looked at is a finding, and passes",
    arguments: [("huge-event=9000000", "stream.event_too_long")])
  func large(fault: String, code: String) async throws {
    let vendor = try await SimulatorServer.start()
    let lines = try await RunningProxy.with(vendor: vendor, adjust: asJSON) { proxy in
      let sent = Array(#"{"model":"kimi-k2@\#(fault)","stream":true,"messages":[{"role":"user","content":"x"}]}"#.utf8)
      let response = try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(body: sent))
        return try await reader.response()
      }
      #expect(response.body.count > 9_000_000)
      return proxy.lines
    }
    await vendor.stop()
    #expect(lines.all.contains(code))
  }

  private let asJSON: @Sendable (inout BelayConfiguration) -> Void = { $0.log.format = .json }

  private func kind(of name: String) -> FindingKind? {
    FindingKind.allCases.filter { name.hasPrefix($0.rawValue + ".") }.max { $0.rawValue.count < $1.rawValue.count }
  }

  /// The findings of each exchange in the log, by a field of its line.
  private func findings(in lines: String, by field: JSONString = "model") throws -> [String: [String]] {
    var found: [String: [String]] = [:]
    for line in lines.split(separator: "\n") {
      let value = try JSONValue(parsing: Array(line.utf8))
      guard let key = value[field]?.string else { continue }
      found[key] = value["findings"]?.array?.compactMap(\.string) ?? []
    }
    return found
  }
}
