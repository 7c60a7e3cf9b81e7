// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Fidelity
import Foundation
import Inspection
import Logbook

/// `belay report`.
struct Report: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how faithfully each vendor serves the model, by live requests that the reference was asked as well.",
    discussion: """
      K2VV's tool_call_f1 with an interval that holds however often one looks, how many comparisons inform it, how far the \
      reference agrees with itself, schema_accuracy, and a verdict against the gate: 0.80 for K2-0905, 0.73 for Thinking, or what \
      belay.yaml says under `rules: traits:`.

      Exit codes: 0 asked and answered, 2 the store, the configuration or an argument cannot be used.

      Examples: belay report --since 7d
                belay report --vendor groq --by tool --format markdown
                belay report --format html > fidelity.html
      """)

  @OptionGroup var store: StoreOption

  @Option(help: "The vendor. Repeat for several.")
  var vendor: [String] = []

  @Option(help: "The model, as clients name it. Repeat for several.")
  var model: [String] = []

  @Option(help: "From this time on: 2h or 3d for so long ago, 2026-11-21, 2026-11-21T14:00 (UTC).")
  var since: String?

  @Option(help: "Before this time.")
  var until: String?

  @Option(help: "Rows beyond vendor and model: model (none), day or tool.")
  var by = Grouping.model

  @Option(help: "table, markdown, json, csv or html: one page that needs nothing else.")
  var format = ReportCommand.Format.table

  @Option(help: "The least F1 that passes, for every model.")
  var gate: Double?

  @Option(help: "The configuration, for its gates (default: belay.yaml in this folder, if there is one; BELAY_CONFIG).")
  var config: String?

  @Option(help: "The page's heading.")
  var title = "Tool-call fidelity"

  func validate() throws {
    if let gate, !(gate > 0 && gate < 1) { throw ValidationError("--gate is an F1 between 0 and 1, such as 0.8") }
  }

  func run() async throws {
    var command = ReportCommand()
    (command.vendors, command.models, command.since, command.until) = (vendor, model, since, until)
    (command.grouping, command.format, command.title) = (by, format, title)
    let gate = gate
    try await LogCommand.run { [command, store] in
      let rules = try rules()
      try await command.run(storePath: store.path(), on: LogCommand.screen, now: LogCommand.now) { gate ?? rules.traits(of: $0).gate }
    }
  }

  private func rules() throws -> ModelRules {
    if gate != nil { return .embedded }
    do {
      return try ModelRules.read(path: config, environment: ProcessInfo.processInfo.environment)
    } catch {
      throw LogbookProblem(.unusable, "\(error)\nThe gates are there. For one gate without it: --gate 0.8")
    }
  }
}

extension Grouping: ExpressibleByArgument {}
extension ReportCommand.Format: ExpressibleByArgument {}
