// SPDX-License-Identifier: Apache-2.0

/// The SQL of a list. A filter on a finding, a tool or a repair drives the query from the label's index, which holds the
/// matching exchanges in the order that is wanted; every other filter walks `exchange` or one of its indices, in the same order.
struct ListQuery {
  private(set) var sql: String
  private(set) var arguments: [SQLValue]

  init(_ filter: ExchangeFilter, before: ExchangeKey?, limit: Int) {
    var nodes = Self.conjuncts(filter.node)
    var from = "exchange AS e"
    var order = "e.key"
    var compiler = FilterCompiler()
    var conditions: [String] = []
    var leading: [SQLValue] = []
    if let driver = nodes.firstIndex(where: { if case .has = $0 { true } else { false } }),
      case .has(let field, let name) = nodes.remove(at: driver)
    {
      from = "label AS l CROSS JOIN exchange AS e ON e.key = l.exchange"
      order = "l.exchange"
      conditions.append("l.code = ?")
      leading.append(.text(field.labelPrefix + name))
    }
    // Ranges of the key are told to the index that drives; where the words of a text do, they must not drive in its place.
    let drivesByWords = order == "e.key" && nodes.contains { if case .words = $0 { true } else { false } }
    let place = drivesByWords ? "+e.key" : order
    // Said on the first page too: with a range of the key SQLite never thinks of sorting.
    conditions.append("\(place) < ?")
    // SQLite begins its walk at one upper bound and filters by the others: give it the lowest.
    leading.append(.integer(min(before?.rawValue ?? .max, Self.end(of: nodes))))
    for node in nodes {
      let sql = compiler.compile(node)
      if case .compare(let field, _, _) = node, field.kind == .time {
        conditions.append(sql.replacing("e.key", with: place))
      } else {
        conditions.append(sql)
      }
    }
    arguments = leading + compiler.arguments + [.int(limit)]
    sql = """
      SELECT \(SummaryRow.columns) FROM \(from)
      WHERE \(conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")) ORDER BY \(order) DESC LIMIT ?
      """
  }

  /// No exchange that passes has this key or a later one.
  private static func end(of nodes: [FilterNode]) -> Int64 {
    var end = Int64.max
    for case .compare(let field, .less, .number(let milliseconds)) in nodes where field.kind == .time {
      end = min(end, ExchangeKey(milliseconds: FilterCompiler.milliseconds(milliseconds)).rawValue)
    }
    for case .compare(let field, .lessOrEqual, .number(let milliseconds)) in nodes where field.kind == .time {
      end = min(end, ExchangeKey(milliseconds: FilterCompiler.milliseconds(milliseconds) + 1).rawValue)
    }
    return end
  }

  private static func conjuncts(_ node: FilterNode) -> [FilterNode] {
    if case .all(let nodes) = node { nodes.flatMap(conjuncts) } else { [node] }
  }
}
