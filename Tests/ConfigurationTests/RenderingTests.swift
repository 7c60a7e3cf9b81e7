// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("How problems read")
struct RenderingTests {
  private func rendered(
    _ yaml: String?, environment: [String: String] = [:], overrides: Overrides = Overrides()
  ) -> String {
    do {
      return try BelayConfiguration.load(yaml, environment: environment, overrides: overrides).warnings
        .map(\.description).joined(separator: "\n\n")
    } catch {
      return "\(error)"
    }
  }

  @Test("one problem: the place, the line, the part, the advice")
  func one() {
    #expect(
      rendered(withVendor("limits:\n  connect: 10\n")) == """
        belay.yaml:4:12: `limits.connect` is not a duration: "10" has no unit
          4 |   connect: 10
            |            ^^
            = write a number with a unit, such as 500ms, 10s, 2m or 1h
        """)
  }

  @Test("a stranger's file moves no cursor and turns no text around")
  func control() {
    let text = rendered(withVendor(#""\e[31m\x9b31m\u202E": 1"# + "\n"))
    #expect(text.contains("unknown key `\u{FFFD}[31m\u{FFFD}31m\u{FFFD}`"), "\(text)")
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test("several: the file from top to bottom, the environment, the command line")
  func several() {
    let yaml = """
      lisen: 127.0.0.1:8611
      vendors:
        fireworks:
          base_url: ${FIREWORKS_URL}
      mode: enforc
      """
    #expect(
      rendered(yaml, environment: ["BELAY_CONSOLE": "8612"], overrides: Overrides(logLevel: "loud")) == """
        belay.yaml:1:1: unknown key `lisen`: did you mean `listen`?
          1 | lisen: ***
            | ^^^^^

        belay.yaml:4:15: the environment variable `FIREWORKS_URL` is not set
          4 |     base_url: ${FIREWORKS_URL}
            |               ^^^^^^^^^^^^^^^^
            = set it, or give a default: ${FIREWORKS_URL:-value}

        belay.yaml:5:7: `mode` cannot be "enforc": did you mean `enforce`?
          5 | mode: enforc
            |       ^^^^^^
            = write `observe`, `annotate` or `enforce`

        environment: `BELAY_CONSOLE` is not an address: "8612" has no host
            = write a host and a port, such as 127.0.0.1:8611 or "[::1]:8611", or :8611 for all interfaces, or off

        command line: `--log-level` cannot be "loud"
            = write `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`

        5 problems to solve before belay can start
        """)
  }

  @Test("nothing at all says how to begin", arguments: [nil, "", "# nothing\n", "vendors:\n"])
  func nothing(_ yaml: String?) {
    #expect(
      rendered(yaml) == """
        configuration: there is no vendor to send requests to
            = give one: --vendor https://api.moonshot.ai/v1, or list it under `vendors:` in belay.yaml
        """)
  }

  @Test("a warning says that it is one")
  func warning() {
    #expect(
      rendered("vendors:\n  a: https://a.example\n") == """
        belay.yaml:2:3: warning: the base URL of `a` has no path, and most vendors serve under one
          2 |   a: https://a.example
            |   ^
            = if calls answer 404, write https://a.example/v1
        """)
  }

  @Test("tabs, wide line numbers and letters beyond ASCII keep the mark in its place")
  func alignment() {
    let yaml = String(repeating: "#\n", count: 97) + withVendor("log: {format: \"é\",\tlevel: x}\n")
    let lines = rendered(yaml).split(separator: "\n")
    #expect(lines[1] == "  100 | log: {format: \"é\", level: x}")
    #expect(lines[2] == "      |               ^")
    #expect(lines[6] == "      |                           ^")
  }

  @Test("of a long line only the part around the mark is shown")
  func longLine() throws {
    let yaml = withVendor("log: {format: text, \(String(repeating: " ", count: 5000))level: x}\n")
    let excerpt = try #require(problems(yaml).first?.excerpt)
    #expect(excerpt.text.utf8.count == 160)
    #expect(excerpt.text.utf8.prefix(excerpt.underline.utf8.count).last == UInt8(ascii: "x"))
  }

  @Test("a file of another name is called by it")
  func name() {
    let error = #expect(throws: ConfigurationErrors.self) {
      try BelayConfiguration.load("x: y", file: "/etc/belay/team.yaml")
    }
    #expect(error?.description.hasPrefix("/etc/belay/team.yaml:1:1: unknown key `x`") == true)
  }
}
