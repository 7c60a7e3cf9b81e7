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
    "http://localhost@api.example/v1", "http://api.example/@localhost", "http://api.example?@127.0.0.1", "http://vllm:8000/v1", "localhost", "",
  ]

  @Test("other machines", arguments: far)
  func elsewhere(_ url: String) { #expect(!isLoopback(url: url)) }
}
