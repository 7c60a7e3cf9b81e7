// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Flags win over the environment, over the file, over the defaults")
struct PrecedenceTests {
  static let file = withVendor("listen: :1001\nconsole: localhost:1002\nloops: 1\nlog: {level: trace, format: json}\n")
  static let environment = [
    "BELAY_LISTEN": ":2001", "BELAY_CONSOLE": "localhost:2002", "BELAY_LOOPS": "2", "BELAY_LOG_LEVEL": "debug",
    "BELAY_LOG_FORMAT": "text",
  ]
  static let flags = Overrides(listen: ":3001", console: "off", loops: "3", logLevel: "error", logFormat: "json")

  @Test("each layer hides the one below")
  func layers() throws {
    let first = try BelayConfiguration.load(Self.file)
    #expect([first.listen.port, first.console?.port, first.loops] == [1001, 1002, 1])
    #expect(first.log.level == .trace && first.log.format == .json)

    let second = try BelayConfiguration.load(Self.file, environment: Self.environment)
    #expect([second.listen.port, second.console?.port, second.loops] == [2001, 2002, 2])
    #expect(second.log.level == .debug && second.log.format == .text)

    let third = try BelayConfiguration.load(Self.file, environment: Self.environment, overrides: Self.flags)
    #expect([third.listen.port, third.console?.port, third.loops] == [3001, nil, 3])
    #expect(third.log.level == .error && third.log.format == .json)
  }

  @Test("an empty variable counts as unset")
  func empty() throws {
    let empty = Self.environment.mapValues { _ in "" }.merging(["BELAY_VENDOR": " ", "BELAY_A_API_KEY": ""]) { $1 }
    #expect(try BelayConfiguration.load(Self.file, environment: empty) == BelayConfiguration.load(Self.file))
  }

  @Test("a variable that a flag replaces is not even read, but the file is checked as a whole")
  func whatIsChecked() {
    #expect(problems(Self.file, environment: ["BELAY_LISTEN": "?"], overrides: Self.flags).isEmpty)
    #expect(problems(withVendor("listen: 1"), overrides: Self.flags).count == 1)
  }

  @Test("every setting has a variable and a flag of its own, and a meaning to show")
  func table() {
    #expect(Set(Setting.allCases.map(\.variable)).count == Setting.allCases.count)
    #expect(Set(Setting.allCases.map(\.flag)).count == Setting.allCases.count)
    for setting in Setting.allCases {
      #expect(setting.variable.hasPrefix("BELAY_") && setting.flag.hasPrefix("--") && !setting.meaning.isEmpty)
      let words = setting.flag.dropFirst(2).uppercased().replacing("-", with: "_")
      #expect(setting.variable == "BELAY_\(words)")
    }
  }

  @Test("a vendor's key: the variable named after it, then the file")
  func keys() throws {
    let yaml = """
      vendors:
        my-gpu_1: { base_url: https://gpu.example/v1, api_key: from-file }
        other: { base_url: https://other.example/v1, api_key: from-file }
      """
    let vendors = try BelayConfiguration.load(yaml, environment: ["BELAY_MY_GPU_1_API_KEY": "from-environment"]).vendors
    #expect(vendors.map { $0.apiKey?.revealed } == ["from-environment", "from-file"])

    let flags = Overrides(vendors: ["https://api.fireworks.ai/inference/v1"])
    let zero = try BelayConfiguration.load(nil, environment: ["BELAY_FIREWORKS_API_KEY": "fw"], overrides: flags)
    #expect(zero.vendors.map { $0.apiKey?.revealed } == ["fw"])
  }

  static let slips = [
    ("BELAY_LISEN", "did you mean `BELAY_LISTEN`?"), ("BELAY_LOGLEVEL", "did you mean `BELAY_LOG_LEVEL`?"),
    ("BELAY_VENDORS", "did you mean `BELAY_VENDOR`?"), ("BELAY_A_APIKEY", "did you mean `BELAY_A_API_KEY`?"),
    // Kubernetes' own for a service named belay, and the tests' own.
    ("BELAY_PORT", nil), ("BELAY_SERVICE_HOST", nil), ("BELAY_PORT_8611_TCP_ADDR", nil), ("BELAY_SHARED_DATA", nil),
    ("BELAY_CONFIG", nil), ("LISTEN", nil),
  ]

  @Test("a variable that is nearly ours is warned of, others are nobody's business", arguments: slips)
  func slip(_ name: String, _ expected: String?) {
    let found = problems(withVendor(""), environment: [name: "x"])
    #expect(headlines(found) == (expected.map { ["environment: warning: `\(name)` means nothing here: \($0)"] } ?? []))
  }
}
