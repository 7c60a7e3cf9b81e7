// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing
import Upstream

/// What a vendor is told that a client did not ask.
extension EnforcementTests {
  @Test("a vendor that was not asked gets what the body is, and no other word of the client's, by whatever name it goes")
  func strangersWords() throws {
    let names = ["Helicone-Auth", "cf-aig-authorization", "Ocp-Apim-Subscription-Key", "x-anything"]
    var run = try Run(
      Self.request(stream: false), headers: names.map { ($0, "planted") } + [("Content-Type", "application/json")],
      target: "/v1/chat/completions?key=planted"
    ) {
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor]
    }
    run.fail(UpstreamError(.connect, "refused"))
    #expect(run.calls.map(\.url) == ["http://vendor.test/v1/chat/completions?key=planted", "http://other.test/v1/chat/completions"])
    #expect(run.calls[0].headers.count { $0.1 == "planted" } == 4)
    #expect(run.calls[1].headers.map(\.0).sorted() == ["Accept-Encoding", "Content-Type"])
  }

  @Test(
    "nor a key in its path, nor in the words that do go there",
    arguments: ["/v1/sk-planted-01/chat/completions", "/v1/chat/completions;key=sk-planted-01", "/v1/chat/completions?key=sk-planted-01"])
  func keysInWords(target: String) throws {
    var headers = [
      ("User-Agent", "bot/1 (token sk-planted-01)"), ("Accept", "*/*;k=sk-planted-01"), ("X-Simulate-Seed", "sk-planted-01"),
      ("Content-Type", "application/json"),
    ]
    if !target.contains("?") { headers.append(("Authorization", "Bearer sk-planted-01")) }
    var run = try Run(Self.request(stream: false), headers: headers, target: target) {
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor]
    }
    run.fail(UpstreamError(.connect, "refused"))
    #expect(run.calls.map(\.url) == ["http://vendor.test\(target)", "http://other.test/v1/chat/completions"])
    #expect(run.calls[0].headers.count { $0.1.contains("planted") } == headers.count - 1)
    #expect(run.calls[1].headers.map(\.0).sorted() == ["Accept-Encoding", "Content-Type"])
  }
}
