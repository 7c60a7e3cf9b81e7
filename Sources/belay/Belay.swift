// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct Belay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "belay",
    abstract: "An inspecting proxy for Kimi K2: agents keep their tool calls, whichever vendor serves the model.",
    discussion: """
      Start it in front of a vendor and point an agent at it:

        belay serve --vendor https://api.moonshot.ai/v1
        export OPENAI_BASE_URL=http://127.0.0.1:8611/v1

      No vendor at hand? `belay simulate` is one, and can be made to misbehave.
      """,
    version: "0.1.0",
    subcommands: [
      Serve.self, List.self, Show.self, Export.self, Tail.self, Replay.self, Compare.self, Report.self, Simulate.self, Check.self, Explain.self,
      Key.self,
    ])

  /// A private key in place of its path begins as an option does, and what is said of an unknown option repeats it.
  static func main() async {
    if CommandLine.arguments.contains(where: { $0.contains("-----BEGIN") }) {
      exit(withError: ValidationError("an argument has the text of a key or a certificate: write the path of its file"))
    }
    await main(nil)
  }
}
