// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logbook

/// `belay show`.
struct Show: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows one exchange: request and edits, attempts, calls, findings, repairs, timings.",
    discussion: """
      --raw prints the bytes that were recorded: `--raw request` what the client sent, `--raw` or `--raw response` what it got; \
      with --attempt N what passed between Belay and the vendor.

      Exit codes: 0 shown, 1 there is no such exchange or part of it, 2 the store or an argument cannot be used.

      Examples: belay show last
                belay show 01KAJ2 --full
                belay show last --raw response --attempt 1
      """)

  @OptionGroup var store: StoreOption

  @Argument(help: "The exchange's id, the beginning of it, or `last`.")
  var id: String

  @Argument(help: "With --raw: request or response.")
  var part: ShowCommand.RawPart?

  @Flag(help: "Print the recorded bytes of the request or the response.")
  var raw = false

  @Option(help: "With --raw: which attempt, counted from 1.")
  var attempt: Int?

  @Flag(help: "Whole texts, every message.")
  var full = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if part != nil, !raw { throw ValidationError("write --raw before request or response") }
    if attempt != nil, !raw { throw ValidationError("--attempt goes with --raw") }
    if raw && json || full && (raw || json) { throw ValidationError("choose one of --raw, --json and --full") }
  }

  func run() async throws {
    var command = ShowCommand(id: id)
    command.form = raw ? .raw(part ?? .response) : json ? .json : .text(isFull: full)
    command.attempt = attempt
    try await LogCommand.run { [command, store] in try await command.run(storePath: store.path(), on: LogCommand.screen) }
  }
}

extension ShowCommand.RawPart: ExpressibleByArgument {}
