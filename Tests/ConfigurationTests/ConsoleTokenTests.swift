// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

/// The console's token: where it comes from, and where it must be.
struct ConsoleTokenTests {
  static let token = "0123456789abcdef"

  @Test("the environment's token wins over the file's, and an empty variable is none")
  func sources() throws {
    let file = withVendor("console_token: \(Self.token)-file\n")
    #expect(try BelayConfiguration.load(file).consoleToken == Secret("\(Self.token)-file"))
    #expect(try BelayConfiguration.load(file, environment: ["BELAY_CONSOLE_TOKEN": Self.token]).consoleToken == Secret(Self.token))
    #expect(try BelayConfiguration.load(file, environment: ["BELAY_CONSOLE_TOKEN": ""]).consoleToken == Secret("\(Self.token)-file"))
    #expect(try BelayConfiguration.load(withVendor("")).consoleToken == nil)
  }

  @Test("a console that other machines reach needs a token", arguments: [":8612", "0.0.0.0:8612", "'[::]:8612'", "10.0.0.1:8612", "belay.example:8612"])
  func offLoopback(_ address: String) throws {
    let file = withVendor("console: \(address)\n")
    #expect(headlines(problems(file)).count == 1)
    #expect(problems(file, environment: ["BELAY_CONSOLE_TOKEN": Self.token]).isEmpty)
  }

  @Test("a console of this machine needs none", arguments: ["127.0.0.1:8612", "localhost:8612", "'[::1]:8612'", "127.1.2.3:8612", "off"])
  func loopback(_ address: String) {
    #expect(problems(withVendor("console: \(address)\n")).isEmpty)
  }

  @Test("a token that is written out counts among the literal keys, and no problem shows it")
  func literal() throws {
    let configuration = try BelayConfiguration.load(withVendor("console_token: \(Self.token)\n"))
    #expect(configuration.literalKeys.count == 1)
    #expect(!"\(configuration)".contains(Self.token))
    let short = problems(nil, environment: ["BELAY_CONSOLE_TOKEN": "s3cr3t", "BELAY_VENDOR": "https://a.example/v1"])
    #expect(short.count == 1)
    #expect(!"\(short)".contains("s3cr3t"))
  }
}
