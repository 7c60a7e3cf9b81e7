// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Gateway

/// `belay key`.
struct Key: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes keys for the proxy's clients, so that vendors' keys stay on its machine.", subcommands: [New.self])

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a key, prints it once, and prints the entry for belay.yaml.",
      discussion: """
        The key goes to standard output, the entry with its hash to standard error; nothing is kept. The client sends the key \
        as Authorization: Bearer KEY (OpenAI's SDKs: api_key) or as x-api-key.

        Example: belay key new alice
        """)

    @Argument(help: "The client's name: a-z, 0-9, - and _, at most 64.")
    var name: String

    func validate() throws {
      guard ClientName.isName(name) else {
        throw ValidationError("'\(name)' is not a client's name: use a-z, 0-9, - and _, first a letter or digit, at most 64")
      }
    }

    func run() throws {
      var random = SystemRandomNumberGenerator()
      guard let key = NewKey(using: &random) else {
        Output.error("libcrypto cannot hash\n")
        throw ExitCode.failure
      }
      Output.line(key.text)
      Output.error("\nThis key is not shown again. For belay.yaml:\n\n\(key.entry(for: name))")
    }
  }
}
