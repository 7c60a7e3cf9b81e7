// SPDX-License-Identifier: Apache-2.0
import Testing
import Upstream

@Suite("Hosts that no proxy of the environment stands before")
struct LoopbackTests {
  static let near = [
    "http://localhost", "http://localhost:8000/v1", "https://LOCALHOST/v1", "http://localhost./v1", "http://vllm.localhost:1/v1",
    "http://127.0.0.1:8000/v1/chat/completions", "http://127.255.0.9", "http://127.1?x", "http://[::1]:1/v1", "https://[::1]",
    "http://[0:0:0:0:0:0:0:1]/v1", "http://[::FFFF:127.0.0.1]/", "http://u:p@localhost/v1", "http://api.example@127.0.0.1/v1",
  ]

  @Test("this machine", arguments: near)
  func direct(_ url: String) { #expect(isLoopback(url: url)) }

  static let far = [
    "http://api.example/v1", "https://api.moonshot.ai/v1", "http://localhost.example/v1", "http://mylocalhost/v1", "http://127.example/v1",
    "http://127.0.0.1.example/v1", "http://128.0.0.1/v1", "http://10.127.0.1/v1", "http://[::2]/v1", "http://[2001:db8::1]/v1",
    "http://localhost@api.example/v1", "http://api.example/@localhost", "http://api.example?@127.0.0.1", "http://vllm:8000/v1", "localhost",
    "",
  ]

  /// The same as those of `HostTests`: there are two rules, as neither module imports the other, and they say the same.
  static let hosts: [(host: String, isNear: Bool)] =
    [
      "localhost", "LOCALHOST", "localhost.", "vllm.localhost", "vllm.localhost.", "127.0.0.1", "127.0.0.1.", "127.255.0.9", "127.1",
      "[::1]", "[0:0:0:0:0:0:0:1]", "[::FFFF:127.0.0.1]",
    ].map { ($0, true) }
    + [
      "127.evil.example", "127.0.0.1.nip.io", "127.0.0.1.example", "127.0.0.1-evil.example", "127.x", "localhost.example", "mylocalhost",
      "localhost.evil.example.", "128.0.0.1", "10.127.0.1", "0.0.0.0", "[::2]", "[::]", "[2001:db8::1]", "vllm", "",
    ].map { ($0, false) }

  @Test("as the configuration sees it", arguments: hosts)
  func alike(_ host: String, _ isNear: Bool) { #expect(isLoopback(url: "http://\(host):1/v1") == isNear) }

  @Test("other machines", arguments: far)
  func elsewhere(_ url: String) { #expect(!isLoopback(url: url)) }
}
