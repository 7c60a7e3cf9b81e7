// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Pages that may ask")
struct OriginTests {
  private static func allowed(_ list: String) -> String { withVendor("allowed_origins: \(list)\n") }

  static let origins: [(list: String, texts: [String], hosts: [String])] = [
    ("https://chat.example", ["https://chat.example"], ["chat.example"]),
    ("[HTTPS://Chat.Example:8443, 'http://[::1]:3000']", ["https://chat.example:8443", "http://[::1]:3000"], ["chat.example", "::1"]),
    ("[app://obsidian.md, chrome-extension://abc]", ["app://obsidian.md", "chrome-extension://abc"], ["obsidian.md", "abc"]),
    ("['file://', \"null\"]", ["file://", "null"], ["", ""]),
    ("[]", [], []), ("", [], []),
  ]

  @Test("an origin is a scheme, a host and a port, or null", arguments: origins)
  func reads(_ list: String, _ texts: [String], _ hosts: [String]) throws {
    let origins = try BelayConfiguration.load(Self.allowed(list)).allowedOrigins
    #expect(origins.map(\.text) == texts && origins.map(\.host) == hosts)
  }

  private static let noOrigin = "is more or less than a scheme, a host and a port"

  static let mistakes: [(list: String, problem: String)] = [
    ("chat.example", "3:18: `allowed_origins` is not an origin: \"chat.example\" has no scheme"),
    ("[https://chat.example/]", "3:19: `allowed_origins[0]` is not an origin: \"https://chat.example/\" \(noOrigin)"),
    ("[https://chat.example/app]", "3:19: `allowed_origins[0]` is not an origin: \"https://chat.example/app\" \(noOrigin)"),
    ("['*']", "3:19: `allowed_origins[0]` is not an origin: \"*\" has no scheme"),
    ("[https://a.example, null]", "3:38: `allowed_origins[1]` is empty"),
  ]

  @Test("anything else is told, a bare null too, which YAML takes for nothing", arguments: mistakes)
  func told(_ list: String, _ problem: String) { #expect(headlines(problems(Self.allowed(list))) == ["belay.yaml:\(problem)"]) }
}
