// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logbook

/// `belay list`.
struct List: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists recorded exchanges, the newest first.",
    discussion: """
      All filters that are given must hold. Columns that do not fit the terminal are left out; --json has everything.

      Exit codes: 0 asked and answered, 2 the store or an argument cannot be used.

      Examples: belay list --since 12h --finding arguments.schema
                belay list --where "calls > 0 && !valid" --vendor moonshot
                belay list --where "duration > 30s || retries > 0" --json
      """)

  @OptionGroup var store: StoreOption
  @OptionGroup var filter: FilterArguments

  @Option(name: [.customLong("limit"), .customShort("n")], help: "How many at most.")
  var limit = 25

  @Option(help: "An exchange's id: the page begins behind it.")
  var before: String?

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func run() async throws {
    var command = ListCommand()
    (command.flags, command.limit, command.before, command.isJSON) = (filter.flags, limit, before, json)
    try await LogCommand.run { [command, store] in
      try await command.run(storePath: store.path(), on: LogCommand.screen, now: LogCommand.now)
    }
  }
}
