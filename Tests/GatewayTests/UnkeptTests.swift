// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Testing
import Upstream

/// What a vendor is asked by nobody but the client: not by a cache that has another's answer, nor in a number that another client has too.
@Suite struct UnkeptTests {
  private static func sent(
    _ method: String, _ headers: [ForwardedHeaders.Field], target: String = "/v1/files", clients: [Client] = []
  ) throws -> [String] {
    let vendor = Vendor(name: "v", baseURL: "http://vendor.test/v1", apiKey: Secret("sk-vendor"))
    var configuration = BelayConfiguration(vendors: [vendor])
    configuration.clients = clients
    let context = Exchange.Context(configuration)
    let head = Exchange.RequestHead(method: method, target: target, headers: headers)
    var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 1)
    guard case .call(let call) = exchange.requestHead(head, at: 1) else { throw ExchangeTests.Unexpected() }
    return call.headers.map { "\($0.name): \($0.value)" }.filter { !$0.hasPrefix("A") }
  }

  @Test("no cache asks whether another vendor's answer is still good; who writes does")
  func conditions() throws {
    let asked: [ForwardedHeaders.Field] = [("if-none-match", "\"a\""), ("If-Modified-Since", "now"), ("Range", "bytes=1-"), ("X-A", "1")]
    for method in ["GET", "HEAD"] {
      #expect(try Self.sent(method, asked) == ["Range: bytes=1-", "X-A: 1"])
      // A part of what may be another answer by now is not asked for.
      #expect(try Self.sent(method, asked + [("IF-RANGE", "\"a\"")]) == ["X-A: 1"])
    }
    for method in ["PUT", "DELETE", "get"] { #expect(try Self.sent(method, asked).count == 4) }
  }

  @Test("of two clients with one idempotency key neither gets the other's answer, and each its own again", arguments: ["Idempotency-Key", "x-idempotency-key", "Idempotency_Key"])
  func idempotencyKeys(name: String) throws {
    let keys = ["alice", "bob"].map { "belay_planted_of_\($0)" }
    let clients = ["alice", "bob"].map { ClientGateTests.client("belay_planted_of_\($0)", $0) }
    let sent = try (keys + keys).map { key in
      try Self.sent("POST", [("Authorization", "Bearer \(key)"), (name, "job-1")], clients: clients)
    }
    #expect(sent[0] != sent[1] && sent[0] == sent[2] && sent[1] == sent[3])
    #expect(sent.allSatisfy { $0.count == 1 && $0[0].hasPrefix("\(name): ") && $0[0].utf8.count == name.utf8.count + 66 })
    // Without clients of the proxy's own whoever shares its keys is one.
    #expect(try Self.sent("POST", [(name, "job-1")]) == ["\(name): job-1"])
  }
}
