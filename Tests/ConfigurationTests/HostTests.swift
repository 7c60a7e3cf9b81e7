// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Where a host is, by its name")
struct HostTests {
  /// The same as those of `LoopbackTests`: there are two rules, as neither module imports the other, and they say the same.
  static let loopback = [
    "localhost", "LOCALHOST", "localhost.", "vllm.localhost", "vllm.localhost.", "127.0.0.1", "127.0.0.1.", "127.255.0.9", "127.1", "::1",
    "0:0:0:0:0:0:0:1", "::FFFF:127.0.0.1",
  ]

  @Test("this machine", arguments: loopback)
  func near(_ name: String) { #expect(Host(name).isLoopback) }

  /// Names that begin or end like this machine's can lead here all the same, by the will of whoever owns them (DNS rebinding).
  static let elsewhere = [
    "127.evil.example", "127.0.0.1.nip.io", "127.0.0.1.example", "127.0.0.1-evil.example", "127.x", "localhost.example", "mylocalhost",
    "localhost.evil.example.", "128.0.0.1", "10.127.0.1", "0.0.0.0", "::2", "::", "2001:db8::1", "vllm", "",
  ]

  @Test("other machines", arguments: elsewhere)
  func far(_ name: String) { #expect(!Host(name).isLoopback) }

  @Test(
    "a local network's, and nobody else's",
    arguments: ["10.1.2.3", "172.16.0.1", "192.168.1.1", "fd00::1", "vllm", "vllm.", "host.docker.internal", "a.lan"])
  func within(_ name: String) { #expect(Host(name).isPrivate) }

  @Test(
    "everybody's",
    arguments: ["10.evil.example", "192.168.evil.example", "172.32.0.1", "8.8.8.8", "2001:db8::1", "a.example.", "lan.example"])
  func without(_ name: String) { #expect(!Host(name).isPrivate) }

  @Test("what is sent in the clear to a name that begins like an address is warned of")
  func warned() throws {
    for host in ["127.evil.example", "127.0.0.1.nip.io"] {
      let warnings = try BelayConfiguration.load("vendors:\n  a: {base_url: 'http://\(host)/v1', api_key: k}\n").warnings
      #expect(headlines(warnings) == ["belay.yaml:2:3: warning: the key of `a` travels in the clear"])
    }
  }

  @Test("a console at such a name needs a token")
  func console() { #expect(!problems(withVendor("console: 127.evil.example:8612\n")).isEmpty) }
}
