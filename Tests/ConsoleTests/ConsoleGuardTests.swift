// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import NIOHTTP1
import Testing

/// Who gets something out of the console, and who does not.
struct ConsoleGuardTests {
  static let token = "0123456789abcdef"

  private func refusal(
    _ headers: HTTPHeaders, method: String = "GET", path: String = "/api/status", host: String = "127.0.0.1", token: String? = nil,
    isPublic: Bool = false
  ) -> ConsoleGuard.Refusal? {
    do throws(ConsoleGuard.Refusal) {
      try ConsoleGuard(host: host, token: token.map { Secret($0) }).check(
        ConsoleRequest(method: method, target: path, headers: headers), isPublic: isPublic)
      return nil
    } catch {
      return error
    }
  }

  @Test("an address and localhost are nobody's names", arguments: ["127.0.0.1:8612", "localhost", "LOCALHOST:80", "[::1]:8612", "127.1.2.3:1", "a.localhost:1"])
  func hosts(_ host: String) {
    #expect(refusal(["Host": host]) == nil)
  }

  @Test(
    "a name that may be made to point here is refused, and an address that does but is not trusted by browsers",
    arguments: [
      "evil.example", "127.0.0.1.evil.example:8612", "localhost.evil.example", "1.2.3", "1.2.3.256", "", "[evil]", "localhost.localdomain:8612", "0.0.0.0:8612",
      "[::]:8612", "[::ffff:127.0.0.1]:8612", "[::FFFF:7f00:1]", "10.1.2.3:8612",
    ])
  func rebinding(_ host: String) {
    guard case .host = refusal(["Host": host]) else {
      Issue.record("\(host) was let in")
      return
    }
    #expect(refusal(["Host": host], token: Self.token) == .token, "with a token it is the token that counts")
    #expect(refusal(["Host": host], path: "/health/live", isPublic: true) == nil, "probes use whatever name they like")
  }

  @Test("the configured name is answered, and two Host fields are not")
  func configuredName() {
    #expect(refusal(["Host": "belay.internal:8612"], host: "Belay.internal") == nil)
    #expect(refusal([:]) == .host(""))
    #expect(refusal([("Host", "localhost"), ("Host", "localhost")].reduce(into: HTTPHeaders()) { $0.add(name: $1.0, value: $1.1) }) == .host(""))
  }

  @Test("other sites' pages get nothing, by fetch metadata or by origin")
  func crossSite() {
    let here = "localhost:8612"
    for site in ["cross-site", "same-site", "nonsense"] {
      #expect(refusal(["Host": here, "Sec-Fetch-Site": site]) == .crossSite)
      #expect(refusal(["Host": here, "Sec-Fetch-Site": site], isPublic: true) == .crossSite)
    }
    for site in ["same-origin", "none"] { #expect(refusal(["Host": here, "Sec-Fetch-Site": site]) == nil) }
    for origin in ["http://evil.example", "null", "http://localhost:3000"] { #expect(refusal(["Host": here, "Origin": origin]) == .crossSite) }
    #expect(refusal(["Host": here, "Origin": "http://localhost:8612"]) == nil)
    let link: HTTPHeaders = ["Host": here, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"]
    #expect(refusal(link, isPublic: true) == nil, "a link may open the page")
    #expect(refusal(link) == .crossSite, "but not what it shows")
  }

  @Test("only reading is possible", arguments: ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT"])
  func methods(_ method: String) {
    #expect(refusal(["Host": "localhost"], method: method) == .method)
  }

  @Test("a token is demanded for everything but health and the page itself")
  func token() {
    for authorization in ["", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdeF", "Basic \(Self.token)", Self.token, "Bearer \(Self.token) "] {
      #expect(refusal(["Host": "localhost", "Authorization": authorization], token: Self.token) == .token, "\(authorization)")
    }
    #expect(refusal(["Host": "localhost", "Authorization": "bearer \(Self.token)"], token: Self.token) == nil)
    #expect(refusal(["Host": "localhost"], token: Self.token, isPublic: true) == nil)
  }
}
