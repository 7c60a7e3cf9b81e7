// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Testing
import Upstream

/// Where a request goes when its vendor is out of the rotation.
@Suite struct QualityRoutingTests {
  private static let request = #"{"model":"kimi-k2-0905","messages":[{"role":"user","content":"hello"}],"tools":[]}"#
  private static let key = Watch.Key(vendor: "v", model: "kimi-k2-0905")

  private func run(
    _ out: [Watch.Key: Double] = [key: 0], target: String = "/v1/chat/completions", headers: [ForwardedHeaders.Field] = [],
    adjust: (inout BelayConfiguration) -> Void = { _ in }
  ) throws -> Run {
    try Run(Self.request, headers: headers, target: target, rotation: out) { configuration in
      configuration.settings.enforce.failover = ["other"]
      adjust(&configuration)
    }
  }

  @Test func itGoesToTheOtherVendorWithoutTheClientsKey() throws {
    let key = ForwardedHeaders.Field(name: "Authorization", value: "Bearer sk-client")
    let run = try run(headers: [key])
    #expect(run.calls.map(\.url) == ["http://other.test/v1/chat/completions"])
    #expect(!run.calls[0].headers.contains { $0.1.contains("sk-client") })
  }

  @Test func whileNobodyIsOutItStays() throws {
    #expect(try run([:]).calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
  }

  @Test func theShareThatStaysStays() throws {
    #expect(try run([Self.key: 1]).calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
  }

  @Test func aVendorThatTheClientNamedIsWhatItGets() throws {
    #expect(try run(target: "/v/v1/chat/completions").calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
    let header = ForwardedHeaders.Field(name: "x-belay-vendor", value: "v")
    #expect(try run(headers: [header]).calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
  }

  @Test func anotherModelIsNotConcerned() throws {
    let out = [Watch.Key(vendor: "v", model: "kimi-k2-thinking"): 0.0]
    #expect(try run(out).calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
  }

  @Test func withoutAnotherVendorOrWithOneThatIsOutTooItStays() throws {
    #expect(try run { $0.settings.enforce.failover = [] }.calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
    let both = [Self.key: 0.0, Watch.Key(vendor: "other", model: "kimi-k2-0905"): 0]
    #expect(try run(both).calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
  }

  @Test func outsideOfEnforceNothingMoves() throws {
    for mode in [Mode.observe, .annotate] {
      #expect(try run { $0.settings.mode = mode }.calls.map(\.url) == ["http://vendor.test/v1/chat/completions"])
    }
  }

  @Test func whoIsOutIsAskedLastInAFailover() {
    let rotation = Rotation()
    #expect(rotation.ordered(["a", "b", "c"], "m") == ["a", "b", "c"])
    rotation.set([Watch.Key(vendor: "a", model: "m"): 0.05])
    #expect(rotation.ordered(["a", "b", "c"], "m") == ["b", "c", "a"] && rotation.ordered(["a", "b"], "n") == ["a", "b"])
  }
}
