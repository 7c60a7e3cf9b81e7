// SPDX-License-Identifier: Apache-2.0
package import Store

/// `belay list`: a page of exchanges, the newest first.
package struct ListCommand: Sendable {
  package var flags = FilterFlags()
  package var limit = 25
  /// The id behind which the page begins.
  package var before: String?
  package var isJSON = false

  /// What the store gives at once.
  private static let largestPage = 1000

  package init() {}

  /// - Parameter now: milliseconds since the epoch.
  /// - Throws: `LogbookProblem`.
  package func run(storePath: String, on screen: Screen, now: Int64) async throws {
    guard limit > 0 else { throw LogbookProblem(.unusable, "--limit is a number from 1") }
    let filter = try flags.filter(now: now)
    let store = try LogbookStore(path: storePath)
    defer { store.close() }
    var key = try await start(in: store)
    var rows: [ExchangeSummary] = []
    repeat {
      let (place, wanted) = (key, min(limit - rows.count, Self.largestPage))
      let page = try await store.ask { try await $0.list(filter, before: place, limit: wanted) }
      key = page.next
      if isJSON { page.exchanges.forEach { screen.write(ExchangeJSON.line(of: $0)) } }
      rows += page.exchanges
    } while key != nil && rows.count < limit
    if rows.isEmpty, before == nil { screen.note(try await store.reasonForNothing(flags)) }
    if rows.isEmpty, before != nil { screen.note("nothing is older than \(before ?? "")\n") }
    if let note = try await store.unindexedNote(filter) { screen.note(note) }
    if !isJSON, !rows.isEmpty { screen.lines(Self.table(rows, on: screen)) }
    if key != nil, let last = rows.last {
      screen.note("there are more: add --before \(last.exchange.id), or a larger --limit\n")
    }
  }

  private func start(in store: LogbookStore) async throws -> ExchangeKey? {
    guard let before else { return nil }
    if let key = ExchangeKey(id: before.uppercased()) { return key }
    return ExchangeKey(id: try await store.exchange(before).id)
  }

  /// A heading and a line for each row.
  package static func table(_ rows: [ExchangeSummary], on screen: Screen) -> [String] {
    let layout = ExchangeColumns(rows)
    let cells = rows.map(layout.cells)
    let table = Table(layout.columns, samples: cells, width: screen.width, paint: screen.paint)
    return [table.heading] + cells.map(table.line)
  }
}
