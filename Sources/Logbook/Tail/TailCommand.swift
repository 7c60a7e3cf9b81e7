// SPDX-License-Identifier: Apache-2.0
import Store

/// `belay tail`: exchanges as they end, one line each, the newest last, until its task is cancelled.
package struct TailCommand: Sendable {
  package var flags = FilterFlags()
  /// How many of those that are there already are shown first.
  package var backlog = 10
  package var isJSON = false
  /// Between two looks at the store.
  package var interval = Duration.milliseconds(250)

  package init() {}

  /// - Parameter now: milliseconds since the epoch.
  /// - Throws: `LogbookProblem`; not for a cancellation.
  package func run(storePath: String, on screen: Screen, now: Int64) async throws {
    guard (0...1000).contains(backlog) else { throw LogbookProblem(.unusable, "--lines is a number from 0 to 1000") }
    let filter = try flags.filter(now: now)
    var store = try LogbookStore(path: storePath)
    defer { store.close() }
    let printer = Printer(isJSON: isJSON, screen: screen)
    do {
      // The place first: what is recorded in between is then shown twice at worst, and is left out by its number.
      var cursor = try await store.ask { try await $0.follow(after: nil, filter) }.cursor
      if backlog > 0 {
        let old = try await store.ask { try await $0.list(filter, limit: backlog) }.exchanges
        printer.start()
        for row in old.reversed() where row.sequence <= cursor { printer.print(row) }
      } else {
        printer.start()
      }
      while true {
        if let successor = store.successor() {
          store.close()
          store = successor
        }
        let place = cursor
        let page = try await store.ask { try await $0.follow(after: place, filter) }
        page.exchanges.forEach(printer.print)
        cursor = page.cursor
        if !page.hasMore { try await Task.sleep(for: interval) }
      }
    } catch is CancellationError {
      return
    }
  }

  private struct Printer {
    let isJSON: Bool
    let screen: Screen
    let layout = ExchangeColumns()
    let table: Table

    init(isJSON: Bool, screen: Screen) {
      (self.isJSON, self.screen) = (isJSON, screen)
      table = Table(layout.columns, samples: nil, width: screen.width ?? 160, paint: screen.paint)
    }

    func start() { if !isJSON { screen.lines([table.heading]) } }

    func print(_ row: ExchangeSummary) {
      if isJSON { screen.write(ExchangeJSON.line(of: row)) } else { screen.lines([table.line(layout.cells(row))]) }
    }
  }
}
