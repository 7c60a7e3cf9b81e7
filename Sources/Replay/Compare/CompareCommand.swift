// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import JSON

/// `belay compare`, once its arguments are read.
package enum CompareCommand {
  package enum Format: String, CaseIterable, Sendable { case text, table, markdown, csv, json }

  package struct Options: Sendable {
    package var reference: String
    package var results: [String]
    package var floor: String?
    package var gate: Double?
    package var matching = Matching.index
    package var format = Format.text
    /// How many requests that differ are listed, in text.
    package var differences = 20
    /// Where a page is written besides.
    package var html: String?
    package var title = "Tool-call fidelity"
    /// What is known of a finding's code, for the page.
    package var words: @Sendable (String) -> FindingWords? = { _ in nil }

    package init(reference: String, results: [String]) { (self.reference, self.results) = (reference, results) }
  }

  /// Returns the exit code: 0 unless a file cannot be read or written, or has nothing in common with the reference (2).
  package static func run(_ options: Options, console: Console = .standard) -> Int32 {
    do throws(ReplayProblem) {
      let comparison = try Comparison(
        reference: options.reference, results: options.results, floor: options.floor, gate: options.gate, matching: options.matching)
      try options.html.map { path throws(ReplayProblem) in try check(path, against: comparison.inputs) }
      for warning in comparison.warnings { console.err("belay: \(warning.plain)\n") }
      for standing in comparison.standings {
        // The script's words.
        if standing.onlyReference > 0 {
          console.err("Warning: \(standing.onlyReference) indices in ground-truth but not in test (ignored).\n")
        }
        if standing.onlyHere > 0 { console.err("Warning: \(standing.onlyHere) indices in test but not in ground-truth (ignored).\n") }
      }
      switch options.format {
      case .text: console.out(comparison.text(differences: options.differences))
      case .table: console.out(comparison.table)
      case .markdown: console.out(comparison.markdown)
      case .csv: console.out(comparison.csv)
      case .json: console.out(String(decoding: Array(comparison.json.description.utf8).escapedJSON, as: UTF8.self) + "\n")
      }
      if let path = options.html {
        try write(comparison.page(title: options.title, now: String(localTimestamp().prefix(10)), words: options.words), to: path)
        console.err("belay: the report is in \(path)\n")
      }
      return 0
    } catch {
      console.err("belay: \(error.message)\n")
      return 2
    }
  }

  /// Throws for a page that would take the place of what was compared.
  private static func check(_ path: String, against inputs: [String]) throws(ReplayProblem) {
    let page = FileIdentity(path)
    guard page.isFile, let input = inputs.first(where: { FileIdentity($0) == page }) else { return }
    let name = input == path ? "" : "\(input), "
    throw ReplayProblem("the report would be written to \(path), which is \(name)one of the results: name another file with --html")
  }

  private static func write(_ page: String, to path: String) throws(ReplayProblem) {
    do {
      try Data(page.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw ReplayProblem(writing: path, error)
    }
  }
}
