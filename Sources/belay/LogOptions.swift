// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Foundation
import Logbook

/// Which store.
struct StoreOption: ParsableArguments {
  @Option(name: .customLong("store"), help: "The store's file (default: BELAY_STORE, else what the configuration says, else $XDG_STATE_HOME/belay/belay.sqlite).")
  var file: String?

  @Option(help: "The configuration file that belay serve reads (default: belay.yaml in this folder, if there is one; BELAY_CONFIG).")
  var config: String?

  /// - Throws: `LogbookProblem`.
  func path() throws -> String {
    let told: StorePlace.Told
    do {
      told = try StorePlace.told(option: file, config: config, environment: ProcessInfo.processInfo.environment)
    } catch {
      throw LogbookProblem(.unusable, "\(error)")
    }
    switch told {
    case .file(let path): return path
    case .off(let teller):
      throw LogbookProblem(.unusable, "exchanges are not kept: \(teller) says that the store is off\nTo read a file all the same: --store FILE")
    }
  }
}

/// Which exchanges.
struct FilterArguments: ParsableArguments {
  @Option(help: "The vendor that answered. Repeat for any of several.")
  var vendor: [String] = []

  @Option(help: "The model, as the client named it. Repeat for any of several.")
  var model: [String] = []

  @Option(help: "A finding's code, or a family of them: arguments.schema.")
  var finding: String?

  @Option(help: "What inspection concluded: valid, invalid, unknown, ...")
  var verdict: String?

  @Option(help: "How it ended: completed, refused, broken or abandoned.")
  var outcome: String?

  @Option(help: "The status that the client got: 503, 5xx or 500-599.")
  var status: String?

  @Option(help: "From this time on: 2h or 3d for so long ago, 2026-11-21, 2026-11-21T14:00 (UTC).")
  var since: String?

  @Option(help: "Before this time.")
  var until: String?

  @Option(help: "Words that a request or an answer has; the last may be the beginning of one.")
  var text: String?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("An expression, such as: finish_reason == 'stop' && findings has 'completion.empty'", valueName: "expression"))
  var expression: String?

  var flags: FilterFlags {
    var flags = FilterFlags()
    (flags.vendors, flags.models, flags.finding, flags.verdict) = (vendor, model, finding, verdict)
    (flags.outcome, flags.status, flags.since, flags.until) = (outcome, status, since, until)
    (flags.text, flags.expression) = (text, expression)
    return flags
  }
}

/// The same surroundings and the same end for every command on the store.
enum LogCommand {
  static var screen: Screen {
    let environment = ProcessInfo.processInfo.environment
    return Screen(
      width: Terminal.width(environment: environment), paint: Terminal.paint(environment: environment),
      write: Output.bytes, note: Output.error)
  }

  static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// - Throws: `ExitCode`, once the problem is told.
  static func run(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let problem as LogbookProblem {
      Output.error("\(problem)\n")
      throw ExitCode(problem.code.rawValue)
    }
  }
}
