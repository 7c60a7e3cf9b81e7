// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// Asks a store's file, while the gateway writes it or not; in the gateway's process or another. It never writes.
package final class StoreReader: ExchangeQueries {
  private let pool: DatabasePool
  /// For what may have to look at every row. Where others ask too, a few such questions must not keep the quick ones waiting.
  private let searches: DatabasePool
  private let patience: Duration?
  private let file: StoreFile
  /// Of the file that is open; places in the order of writing are that file's.
  package let identity: StoreFile.Identity?

  /// - Parameter patience: how long an ``ExchangeQueries`` may take, waiting included, before it throws ``QueryTimeout``; nil for as
  ///   long as it takes, for whoever asks for himself only.
  /// - Throws: `StoreFailure`: no file, no store, or one of a later release.
  package init(path: String, patience: Duration? = nil) throws(StoreFailure) {
    self.patience = patience
    file = StoreFile(path: path)
    // Before it is opened: one that takes its place meanwhile is told apart.
    identity = file.identity
    do {
      pool = try StoreConnection.reader(file)
      searches = try patience == nil ? pool : StoreConnection.reader(file, count: 2)
      let version = try pool.read { try Migration.check(Migration.all, on: $0) }
      let last = Migration.all.last?.number ?? 0
      guard version == last else {
        throw StoreFailure(.other, "its schema is number \(version), this release reads \(last); a `belay serve` with this store brings it up to date")
      }
    } catch {
      throw StoreFailure(error)
    }
  }

  /// False when the file at the path is no longer the one that is open.
  package var isCurrent: Bool { file.identity == identity }

  package func close() {
    if searches !== pool { try? searches.close() }
    try? pool.close()
  }

  package func list(_ filter: ExchangeFilter, before: ExchangeKey? = nil, limit: Int = 50) async throws -> ExchangePage {
    let limit = max(1, min(limit, 1000))
    return try await answer(searching: filter.isSearch) { db in
      let query = ListQuery(filter, before: before, limit: limit + 1)
      let rows = try SummaryRow.fetch(db, query.sql, query.arguments)
      return ExchangePage(
        exchanges: Array(rows.prefix(limit)), next: rows.count > limit ? rows[limit - 1].key : nil)
    }
  }

  package func follow(after cursor: Int64?, _ filter: ExchangeFilter, limit: Int = 100) async throws -> FollowPage {
    let limit = max(1, min(limit, 1000))
    return try await answer(searching: filter.isSearch) { db in
      // What is below the next number is committed: the writer writes both at once.
      let end = try (Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'sequence'") ?? 1) - 1
      guard var cursor else { return FollowPage(exchanges: [], cursor: end, hasMore: false) }
      // A place that is not reached yet is of another store, which stood here before: of this one, what may be new.
      if cursor > end { cursor = max(0, end - Int64(limit)) }
      var compiler = FilterCompiler()
      let condition = compiler.compile(filter.node)
      let rows = try SummaryRow.fetch(
        db,
        "SELECT \(SummaryRow.columns) FROM exchange AS e INDEXED BY exchange_sequence WHERE e.sequence > ? AND \(condition) ORDER BY e.sequence LIMIT ?",
        [.integer(cursor)] + compiler.arguments + [.int(limit + 1)])
      guard rows.count > limit else { return FollowPage(exchanges: rows, cursor: end, hasMore: false) }
      return FollowPage(exchanges: Array(rows.prefix(limit)), cursor: rows[limit - 1].sequence, hasMore: true)
    }
  }

  package func exchange(id: String) async throws -> ExchangeLookup {
    let id = id.uppercased()
    guard let range = ExchangeKey.range(prefix: id) else { return .none }
    return try await answer { db in
      let found = try SummaryRow.fetch(
        db,
        "SELECT \(SummaryRow.columns) FROM exchange AS e WHERE e.key >= ? AND e.key < ? AND substr(e.id, 1, ?) = ? ORDER BY e.key DESC LIMIT 10",
        [.integer(range.lowerBound), .integer(range.upperBound + 1 << 15), .int(id.utf8.count), .text(id)])
      guard let first = found.first else { return .none }
      if found.count > 1 { return .several(found.map(\.exchange.id)) }
      return .found(try WholeExchange(db: db).read(first))
    }
  }

  package func overview(_ request: OverviewRequest) async throws -> Overview {
    try await answer { db in
      var query = OverviewQuery(request)
      return try query.run(db)
    }
  }

  package func names() async throws -> StoreNames {
    try await answer { db in
      StoreNames(
        vendors: try String.fetchAll(db, sql: "SELECT DISTINCT vendor FROM rollup WHERE vendor <> '' ORDER BY vendor"),
        models: try String.fetchAll(db, sql: "SELECT DISTINCT model FROM rollup WHERE model <> '' ORDER BY model"),
        findingCodes: try String.fetchAll(db, sql: "SELECT DISTINCT code FROM rollup_finding ORDER BY code"))
    }
  }

  /// Exchanges that a search of words does not know yet: see ``WordIndex``.
  package func unindexedCount() async throws -> Int {
    try await answer { db in
      let listed = try WordIndex.mark(db, "listed")
      return try Int.fetchOne(db, sql: "SELECT count(*) FROM exchange WHERE sequence > ?", arguments: [listed]) ?? 0
    }
  }

  /// The plan of a list, for tests and for whoever wonders why one is slow.
  package func plan(_ filter: ExchangeFilter, before: ExchangeKey? = nil) async throws -> [String] {
    let query = ListQuery(filter, before: before, limit: 50)
    return try await read { db in
      var lines: [String] = []
      try PreparedStatement(db, "EXPLAIN QUERY PLAN " + query.sql).each(query.arguments) { lines.append($0.text(3)) }
      return lines
    }
  }

  /// Several queries of one page see one state of the store.
  func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    try await Self.read(pool, body)
  }

  /// The same, within the reader's patience.
  func answer<T: Sendable>(searching: Bool = false, _ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    let pool = searching ? searches : pool
    guard let patience else { return try await Self.read(pool, body) }
    return try await withThrowingTaskGroup(of: T?.self) { tasks in
      tasks.addTask {
        let answer: T = try await Self.read(pool, body)
        return answer
      }
      tasks.addTask {
        try await Task.sleep(for: patience)
        return nil
      }
      // Whichever comes second is cancelled: GRDB interrupts SQLite then.
      defer { tasks.cancelAll() }
      guard let first = try await tasks.next(), let result = first else { throw QueryTimeout(patience: patience) }
      return result
    }
  }

  private static func read<T: Sendable>(_ pool: DatabasePool, _ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    do {
      return try await pool.read(body)
    } catch let error as CancellationError {
      throw error
    } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
      throw CancellationError()
    } catch {
      throw StoreFailure(error)
    }
  }
}

/// A question that took too long, and was given up.
package struct QueryTimeout: Error, Sendable, Equatable, CustomStringConvertible {
  package let patience: Duration

  package var description: String {
    "the question took longer than \(patience.components.seconds) s and was given up: ask for a shorter time (since, until), a vendor, "
      + "a model or a finding, or ask with `belay list`, which waits"
  }
}
