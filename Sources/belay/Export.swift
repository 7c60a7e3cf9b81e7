// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Foundation
import Logbook

/// `belay export`.
struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Exports exchanges: to send again, to make a benchmark set of, to report to a vendor.",
    discussion: """
      curl     a shell script that sends the request again
      python   the same in Python, without dependencies
      json     one object a line, with all that is recorded
      k2vv     one request body a line: a set for `belay replay` and for K2VV's tool_calls_eval.py
      bundle   a .tar.gz with requests, answers, findings, versions and a README, for a vendor's support

      Requests are as the vendor got them; --client takes them as the client sent them. Keys are in none of it: a replay takes \
      its own from an environment variable. Without ids, the filters say which exchanges, the oldest first.

      Exit codes: 0 exported, 1 there is no such exchange or its request was not kept, 2 the store or an argument cannot be used.

      Examples: belay export last --format curl | sh
                belay export --since 1d --where "calls > 0" --format k2vv --output set.jsonl
                belay export 01KAJ2 --format bundle --redact '$.messages[*].content'
      """)

  @OptionGroup var store: StoreOption

  @Argument(help: "Ids, beginnings of ids, or `last`.")
  var ids: [String] = []

  @Option(help: ArgumentHelp("curl, python, json, k2vv or bundle.", valueName: "format"))
  var format: ExportCommand.Format

  @OptionGroup var filter: FilterArguments

  @Option(name: [.customLong("limit"), .customShort("n")], help: "The newest so many (default: all that the filters let through).")
  var limit: Int?

  @Flag(help: "Requests as the client sent them, without Belay's edits.")
  var client = false

  @Option(help: "Where replays go (default: the vendor's address in belay.yaml, else Belay's own).")
  var baseUrl: String?

  @Option(help: "The environment variable from which a replay takes its key.")
  var keyVariable = "OPENAI_API_KEY"

  @Option(help: ArgumentHelp("Take out what is at a path such as $.messages[*].content, in requests, answers and streams. Repeat for several.", valueName: "path"))
  var redact: [String] = []

  @Option(name: .shortAndLong, help: "The file to write, - for standard output (default: standard output; a bundle names itself).")
  var output: String?

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    var command = ExportCommand(format: format)
    (command.ids, command.flags, command.limit, command.isClients) = (ids, filter.flags, limit, client)
    (command.baseURL, command.keyVariable, command.redactions, command.output) = (baseUrl, keyVariable, redact, output)
    (command.version, command.environment) = (Belay.configuration.version, environment)
    command.addresses = VendorAddresses.known(environment: environment)
    if baseUrl == nil, [.curl, .python, .bundle].contains(format) { tellAddresses(command.addresses, environment) }
    try await LogCommand.run { [command, store] in
      try await command.run(storePath: store.path(), on: LogCommand.screen, now: LogCommand.now, save: OwnFile.save)
    }
  }

  /// Conversations and a key go there, once the script runs.
  private func tellAddresses(_ addresses: [String: String], _ environment: [String: String]) {
    guard let file = FoundFile(environment: environment), !addresses.isEmpty else { return }
    Output.error(file.line + "\n")
    for (name, baseURL) in addresses.sorted(by: { $0.key < $1.key }) { Output.error(FoundFile.line(of: name, at: baseURL) + "\n") }
  }
}

extension ExportCommand.Format: ExpressibleByArgument {}
