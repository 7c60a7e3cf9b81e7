// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Inspection
import Replay

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Holds results against a reference's: trigger similarity (F1), schema accuracy, what differs, a page to publish.",
    discussion: """
      REFERENCE and RESULTS are files as belay replay and tool_calls_eval.py write them. The first lines for each are those that \
      K2VV's f1_score.py prints; intervals, the gate, payloads, McNemar's test between two and the requests that differ follow.

      A file's name is the vendor's: results.groq.jsonl, groq.jsonl and groq/results.jsonl are groq's, or write groq=FILE. Several \
      files of one vendor are its runs over time.

      Example: belay compare official.jsonl results.groq.jsonl results.novita.jsonl --html report.html
      """)

  @Argument(help: "Results of the official API, or of whoever is compared with.")
  var reference: String

  @Argument(help: ArgumentHelp("Results to compare.", valueName: "results"))
  var results: [String] = []

  @Option(name: .customLong("match"), help: "How rows find each other: by data_index, or by messages, tools and tool_choice (conversation).")
  var matching = Matching.index

  @Option(help: "A second run of the reference: how far it agrees with itself.")
  var floor: String?

  @Option(help: "The least F1; K2VV's 0.73 for Thinking and 0.80 for others unless given.")
  var gate: Double?

  @Option(help: "text, or the leaderboard as table, markdown, csv or json.")
  var format = CompareCommand.Format.text

  @Option(help: "How many of the requests that differ are listed.")
  var differences = 20

  @Option(help: "Write a page with plots to this file besides.")
  var html: String?

  @Option(help: "The page's heading.")
  var title = "Tool-call fidelity"

  func run() throws {
    var options = CompareCommand.Options(reference: reference, results: results)
    (options.matching, options.floor, options.gate) = (matching, floor, gate)
    (options.format, options.differences) = (format, differences)
    (options.html, options.title) = (html, title)
    options.words = Self.words
    let code = CompareCommand.run(options)
    if code != 0 { throw ExitCode(code) }
  }

  @Sendable private static func words(_ code: String) -> FindingWords? {
    guard let entry = FindingKind(rawValue: code).flatMap(FindingCatalogue.embedded.entry) else { return nil }
    let severity: FindingWords.Severity =
      switch entry.severity {
      case .fatal: .fatal
      case .degrade: .degrade
      case .info: .info
      }
    return FindingWords(severity, entry.summary)
  }
}

extension Matching: ExpressibleByArgument {}
extension CompareCommand.Format: ExpressibleByArgument {}
