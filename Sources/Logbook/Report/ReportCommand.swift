// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import JSON
import Store

/// `belay report`: what the comparisons with the reference say of each vendor.
package struct ReportCommand: Sendable {
  package enum Format: String, CaseIterable, Sendable { case table, markdown, json, csv, html }

  /// Empty: all.
  package var vendors: [String] = []
  package var models: [String] = []
  /// As in ``FilterFlags``.
  package var since: String?
  package var until: String?
  package var grouping = Grouping.model
  package var format = Format.table
  package var title = "Tool-call fidelity"

  package init() {}

  /// - Parameters:
  ///   - gate: the least F1 that passes, by model.
  ///   - now: milliseconds since the epoch.
  /// - Throws: `LogbookProblem`.
  package func run(storePath: String, on screen: Screen, now: Int64, gate: @Sendable (String) -> Double?) async throws {
    var flags = FilterFlags()
    (flags.since, flags.until) = (since, until)
    let times = try flags.filter(now: now)
    var filter = ComparisonFilter()
    (filter.since, filter.until) = (times.since, times.until)
    let store = try LogbookStore(path: storePath)
    defer { store.close() }
    let ledger = try await store.ask { [filter] in try await $0.ledger(filter) }
    let report = FidelityReport(ledger, by: grouping, where: isAsked, gate: gate)
    switch format {
    case .table: report.rows.isEmpty ? screen.note(Self.nothing(ledger, storePath)) : screen.write(Array(report.table.utf8))
    case .markdown: screen.write(Array(report.markdown.utf8))
    case .json: screen.write(Array((report.json.description + "\n").utf8).escapedJSON)
    case .csv: screen.write(Array(report.csv.utf8))
    case .html: screen.write(Array(report.page(title: title, period: period(times.since, times.until ?? now), now: day(now)).utf8))
    }
  }

  private func isAsked(_ group: Ledger.Group) -> Bool {
    (vendors.isEmpty || vendors.contains(group.vendor)) && (models.isEmpty || models.contains(group.model))
  }

  private func period(_ since: Int64?, _ until: Int64) -> String {
    (since.map { "From \(day($0)) to " } ?? "Everything kept, to ") + day(until) + " (UTC)"
  }

  private func day(_ milliseconds: Int64) -> String { Moment(milliseconds).date }

  /// Why there is nothing to show.
  private static func nothing(_ ledger: Ledger, _ path: String) -> String {
    guard ledger.tallies.isEmpty else {
      let names = Set(ledger.tallies.keys.map(\.vendor)).sorted().map(\.plain).joined(separator: ", ")
      return "no comparison matches; in this time \(path) has some of: \(names)\n"
    }
    return """
      nothing is compared yet in \(path)
      Name a vendor as `reference:` in belay.yaml: a sample of live requests is then asked of both, and what comes of it appears here.

      """
  }
}
