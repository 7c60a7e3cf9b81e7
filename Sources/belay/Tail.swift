// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logbook

/// `belay tail`.
struct Tail: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Follows the exchanges as they end, one line each.",
    discussion: """
      It reads the store that `belay serve` writes; filters are those of `belay list`. Ctrl-C ends it.

      Examples: belay tail --verdict invalid
                belay tail --where "retries > 0 || status >= 500" --json
      """)

  @OptionGroup var store: StoreOption
  @OptionGroup var filter: FilterArguments

  @Option(name: [.customLong("lines"), .customShort("n")], help: "How many of those that are there already are shown first.")
  var lines = 10

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func run() async throws {
    var command = TailCommand()
    (command.flags, command.backlog, command.isJSON) = (filter.flags, lines, json)
    try await LogCommand.run { [command, store] in
      try await Interruption.cancelling {
        try await command.run(storePath: store.path(), on: LogCommand.screen, now: LogCommand.now)
      }
    }
  }
}
