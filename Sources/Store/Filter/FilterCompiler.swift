// SPDX-License-Identifier: Apache-2.0

/// Turns a filter into SQL over `exchange AS e`. Values are parameters, always; the text that is put together comes from
/// ``FilterField`` alone.
struct FilterCompiler {
  private(set) var arguments: [SQLValue] = []

  mutating func compile(_ node: FilterNode) -> String {
    switch node {
    case .all(let nodes): return list(nodes, " AND ", empty: "1")
    case .any(let nodes): return list(nodes, " OR ", empty: "0")
    // What is unknown does not hold, and so its negation does.
    case .not(let node): return "(\(compile(node))) IS NOT TRUE"
    case .flag(let field): return field.sql
    case .compare(let field, let comparison, let value): return compare(field, comparison, value)
    case .among(let field, let values):
      let places = values.map { bind($0, field) }
      return "(\(field.sql) IN (\(places.joined(separator: ", ")))\(extraordinary(field, .equal, values)))"
    case .contains(let field, let text):
      return "instr(lower(\(field.sql)), \(bind(.text(text.lowercased())))) > 0"
    case .has(let field, let name):
      return "EXISTS (SELECT 1 FROM label WHERE code = \(bind(.text(field.labelPrefix + name))) AND label.exchange = e.key)"
    case .words(let needle):
      return "e.key IN (SELECT exchange FROM piece WHERE chunk IN (SELECT rowid FROM word_index WHERE word_index MATCH \(bind(.text(Self.match(needle))))))"
    }
  }

  /// An FTS5 query: every word in quotes, so that none is an operator.
  static func match(_ needle: String) -> String {
    Words.query(needle).map { "\"\($0.word)\"" + ($0.isPrefix ? "*" : "") }.joined(separator: " AND ")
  }

  private mutating func list(_ nodes: [FilterNode], _ joint: String, empty: String) -> String {
    if nodes.isEmpty { return empty }
    var parts: [String] = []
    for node in nodes { parts.append(compile(node)) }
    return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: joint)))"
  }

  private mutating func compare(_ field: FilterField, _ comparison: FilterNode.Comparison, _ value: FilterNode.Value) -> String {
    if field.kind == .time, case .number(let milliseconds) = value { return compareTime(comparison, Self.milliseconds(milliseconds)) }
    // Unknown is not equal to anything.
    if comparison == .notEqual { return "\(field.sql) IS NOT \(bind(value, field))" }
    return "(\(field.sql) \(comparison.sql) \(bind(value, field))\(extraordinary(field, comparison, [value])))"
  }

  /// Times are compared by the millisecond, which is a range of keys.
  private mutating func compareTime(_ comparison: FilterNode.Comparison, _ milliseconds: Int64) -> String {
    let first = ExchangeKey(milliseconds: milliseconds).rawValue
    let next = ExchangeKey(milliseconds: milliseconds + 1).rawValue
    switch comparison {
    case .less: return "e.key < \(bind(.integer(first)))"
    case .lessOrEqual: return "e.key < \(bind(.integer(next)))"
    case .greater: return "e.key >= \(bind(.integer(next)))"
    case .greaterOrEqual: return "e.key >= \(bind(.integer(first)))"
    case .equal: return "(e.key >= \(bind(.integer(first))) AND e.key < \(bind(.integer(next))))"
    case .notEqual: return "(e.key < \(bind(.integer(first))) OR e.key >= \(bind(.integer(next))))"
    }
  }

  /// The condition of a partial index, where it follows from the comparison: SQLite uses the index only when it is said.
  private func extraordinary(_ field: FilterField, _ comparison: FilterNode.Comparison, _ values: [FilterNode.Value]) -> String {
    guard !field.ordinary.isEmpty else { return "" }
    let excludes: Bool
    switch comparison {
    case .equal: excludes = !values.contains { field.ordinary.contains(Self.literal($0)) }
    case .greater, .greaterOrEqual:
      if case .number(let number)? = values.first { excludes = number > 200 } else { excludes = false }
    default: excludes = false
    }
    return excludes ? field.ordinary.map { " AND \(field.sql) <> \($0)" }.joined() : ""
  }

  /// No date that anybody means lies outside.
  static func milliseconds(_ number: Double) -> Int64 { Int64(max(0, min(number, 1e14))) }

  private static func literal(_ value: FilterNode.Value) -> String {
    switch value {
    case .text(let text): "'\(text)'"
    case .number(let number): Int64(exactly: number).map { "\($0)" } ?? ""
    }
  }

  private mutating func bind(_ value: FilterNode.Value, _ field: FilterField) -> String {
    switch value {
    case .text(let text): return bind(.text(text))
    // Columns hold integers; a fraction is compared as what it is.
    case .number(let number):
      if let exact = Int64(exactly: number) { return bind(.integer(exact)) }
      return bind(.real(number))
    }
  }

  private mutating func bind(_ value: SQLValue) -> String {
    arguments.append(value)
    return "?"
  }
}
