// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration

/// `belay explain`.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what a finding is, and what is known of vendors and models.",
    discussion: """
      Without a subject it lists all findings. A family such as arguments.schema prints all of its findings. \
      `belay explain vendors` lists the vendors whose dialect is known.

      Exit codes: 0 printed, 2 nothing is known of the subject.

      Examples: belay explain call.unknown_tool
                belay explain vendor:moonshot
                belay explain model:kimi-k2-thinking
      """)

  @Argument(help: "A finding's code or family, vendors, vendor:NAME or model:NAME.")
  var subject: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print Markdown; without a subject, the whole catalogue as documentation.")
  var markdown = false

  func validate() throws {
    if json && markdown { throw ValidationError("choose one of --json and --markdown") }
  }

  func run() throws {
    do {
      Output.text(try Explanation.of(subject, as: json ? .json : markdown ? .markdown : .text))
    } catch {
      Output.error("\(error)\n")
      throw ExitCode(2)
    }
  }
}
