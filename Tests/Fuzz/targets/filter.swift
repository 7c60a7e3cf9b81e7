// SPDX-License-Identifier: Apache-2.0
@testable import Gateway
import GRDB
@testable import Store

// What follows `?` in a console's address: read, or refused with a place in it; what is read is SQL that SQLite takes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let text = unsafe String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
  do {
    var filter = ExchangeFilter()
    filter.expression = try FilterExpression(text, now: Fuzz.now)
    try prepare(filter)
  } catch {
    demand((error as? FilterError).map { (1...text.count + 1).contains($0.column) } ?? false, "\(error)")
  }
  let request = ConsoleRequest(target: "/api/exchanges?" + text)
  do {
    let query = try FilterQuery(request, now: Fuzz.now)
    try prepare(query.filter)
    _ = try query.overview(request)
  } catch {
    demand(error is QueryProblem, "\(error)")
  }
  return 0
}

private func prepare(_ filter: ExchangeFilter) throws {
  let query = ListQuery(filter, before: nil, limit: 10)
  try Fuzz.database.read { db in
    let statement = try db.makeStatement(sql: query.sql)
    demand(statement.columnCount > 0, "it asks")
    let places = query.sql.utf8.count { $0 == UInt8(ascii: "?") }
    demand(places == query.arguments.count, "a value for each place")
  }
}

enum Fuzz {
  static let now: Int64 = 1_790_000_000_000
  static let database: DatabaseQueue = {
    do {
      let queue = try DatabaseQueue()
      try queue.writeWithoutTransaction { try Migration.run(Migration.all, on: $0) }
      return queue
    } catch { fatalError("\(error)") }
  }()
}
