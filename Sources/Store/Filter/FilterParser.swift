// SPDX-License-Identifier: Apache-2.0

/// The grammar, loosest first: `||`, `&&`, `!`, then a comparison, a flag or parentheses. `or`, `and`, `not` will do as well.
///
///     finish_reason == 'stop' && findings has 'completion.empty'
///     vendor == "x" && (status >= 500 || retries > 0)
///     calls > 0 && !valid        duration > 2s        text ~ 'needle'        status in (429, 503)
struct FilterParser {
  private let tokens: [FilterToken]
  private let text: String
  private let now: Int64
  private var position = 0
  private var depth = 0
  /// SQLite's parser has a stack of 100, of which a level takes up to three.
  private static let deepest = 20
  /// Each is made for every row that is looked at.
  private static let mostComparisons = 100
  private var comparisons = 0
  /// Of one list; SQLite takes 32,766 parameters.
  private static let mostValues = 1000

  init(_ text: String, now: Int64) throws(FilterError) {
    var lexer = FilterLexer(text)
    tokens = try lexer.tokens()
    self.text = text
    self.now = now
  }

  mutating func parse() throws(FilterError) -> FilterNode {
    if token.kind == .end { throw error("an empty expression; for example: calls > 0 && !valid") }
    let node = try either()
    switch token.kind {
    case .end: return node
    case .symbol(")"): throw error("this ) closes nothing")
    default: throw error("expected && or || here, or the end")
    }
  }

  private mutating func either() throws(FilterError) -> FilterNode {
    var nodes = [try both()]
    while take(symbol: "||") || take(word: "or") { nodes.append(try both()) }
    return nodes.count == 1 ? nodes[0] : .any(nodes)
  }

  private mutating func both() throws(FilterError) -> FilterNode {
    var nodes = [try negated()]
    while take(symbol: "&&") || take(word: "and") { nodes.append(try negated()) }
    return nodes.count == 1 ? nodes[0] : .all(nodes)
  }

  private mutating func negated() throws(FilterError) -> FilterNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw error("more than \(Self.deepest) levels") }
    if take(symbol: "!") || take(word: "not") { return .not(try negated()) }
    guard take(symbol: "(") else { return try comparison() }
    let open = tokens[position - 1]
    let node = try either()
    guard take(symbol: ")") else {
      throw token.kind == .end ? error("this ( is not closed", at: open) : error("expected ), && or || here")
    }
    return node
  }

  // MARK: One comparison

  private mutating func comparison() throws(FilterError) -> FilterNode {
    comparisons += 1
    guard comparisons <= Self.mostComparisons else { throw error("more than \(Self.mostComparisons) comparisons") }
    let field = try self.field()
    let place = token
    if take(word: "has") { return try has(field, place) }
    if take(word: "in") { return try among(field, place) }
    if take(symbol: "~") { return try contains(field, place) }
    if take(symbol: "!~") { return .not(try contains(field, place)) }
    if case .symbol(let symbol) = token.kind, let comparison = FilterNode.Comparison(rawValue: symbol) {
      position += 1
      return try compare(field, comparison, place)
    }
    if field.kind == .flag { return .flag(field) }
    throw error("\(field.name) needs a comparison here: \(examples(field))")
  }

  private mutating func field() throws(FilterError) -> FilterField {
    guard case .name(let name) = token.kind else {
      if token.kind == .end { throw error("the expression ends where a field should follow") }
      throw error("expected a field here, such as vendor, status or calls")
    }
    guard let field = FilterField.named(name) else {
      let hint = FilterField.nearest(to: name).map { "did you mean \($0)?" } ?? "fields: \(FilterField.all.map(\.name).joined(separator: ", "))"
      throw error("there is no field \(name); \(hint)")
    }
    position += 1
    return field
  }

  private mutating func has(_ field: FilterField, _ place: FilterToken) throws(FilterError) -> FilterNode {
    guard field.kind == .set else { throw error("\(field.name) is no set: \(examples(field))", at: place) }
    guard case .text(let text) = token.kind else { throw error("expected a text in quotes after has") }
    position += 1
    return .has(field, text)
  }

  private mutating func contains(_ field: FilterField, _ place: FilterToken) throws(FilterError) -> FilterNode {
    guard field.kind == .text || field.kind == .words else { throw error("~ looks into texts: \(examples(field))", at: place) }
    guard case .text(let text) = token.kind else { throw error("expected a text in quotes after ~") }
    guard field.kind == .text || !Words.query(text).isEmpty else { throw error("no word to search for in this text") }
    position += 1
    return field.kind == .words ? .words(text) : .contains(field, text)
  }

  private mutating func among(_ field: FilterField, _ place: FilterToken) throws(FilterError) -> FilterNode {
    guard field.kind == .text || field.kind == .number else { throw error("in takes a text or number field: \(examples(field))", at: place) }
    guard take(symbol: "(") else { throw error("expected ( and a list after in") }
    var values: [FilterNode.Value] = []
    repeat {
      guard values.count < Self.mostValues else { throw error("more than \(Self.mostValues) values in a list") }
      values.append(try value(field))
    } while take(symbol: ",")
    guard take(symbol: ")") else { throw error("expected , or ) here") }
    return .among(field, values)
  }

  private mutating func compare(
    _ field: FilterField, _ comparison: FilterNode.Comparison, _ place: FilterToken
  ) throws(FilterError) -> FilterNode {
    switch field.kind {
    case .flag:
      guard comparison == .equal || comparison == .notEqual, case .name(let word) = token.kind, ["true", "false"].contains(word.lowercased()) else {
        throw error("\(field.name) is true or false: \(examples(field))", at: place)
      }
      position += 1
      return (word.lowercased() == "true") == (comparison == .equal) ? .flag(field) : .not(.flag(field))
    case .words:
      throw error("text is searched with ~: \(examples(field))", at: place)
    case .set where field.sql.isEmpty:
      throw error("\(field.name) has no count: \(examples(field))", at: place)
    default:
      return .compare(field, comparison, try value(field))
    }
  }

  private mutating func value(_ field: FilterField) throws(FilterError) -> FilterNode.Value {
    let token = token
    switch (field.kind, token.kind) {
    case (.text, .text(let text)):
      position += 1
      return .text(text)
    case (.time, .text(let text)):
      guard let time = FilterUnits.time(text) else { throw error("a time is '2026-11-21', '2026-11-21T14:00' or '2026-11-21T14:00:05Z' (UTC)") }
      position += 1
      return .number(Double(time))
    case (_, .number(let number, let unit)) where field.kind != .text:
      position += 1
      if field.kind == .time {
        guard let span = FilterUnits.duration(number, unit), take(word: "ago") else { throw error("a time is '2026-11-21T14:00', or as in: time > 2h ago", at: token) }
        return .number(Double(now) - span / 1e6)
      }
      guard let value = FilterUnits.value(number, unit, kind: field.kind) else {
        throw error(unit.isEmpty ? "\(field.name) needs a unit: \(examples(field))" : "\(field.name) cannot be measured in \(unit): \(examples(field))", at: token)
      }
      return .number(value)
    case (_, .end): throw error("the expression ends where a value should follow: \(examples(field))")
    case (.text, _): throw error("\(field.name) is a text; put the value in quotes: \(examples(field))")
    default: throw error("\(field.name) is a \(field.kind.rawValue): \(examples(field))")
    }
  }

  private func examples(_ field: FilterField) -> String {
    switch field.kind {
    case .text: "\(field.name) == 'x' or \(field.name) ~ 'part'"
    case .number: "\(field.name) > 0"
    case .duration: "\(field.name) > 2s or \(field.name) > 350ms"
    case .size: "\(field.name) > 10kb"
    case .flag: "\(field.name) or !\(field.name)"
    case .set: field.sql.isEmpty ? "\(field.name) has 'x'" : "\(field.name) has 'x' or \(field.name) > 0"
    case .words: "text ~ 'needle'"
    case .time: "time > '2026-11-21T14:00' or time > 2h ago"
    }
  }

  // MARK: Tokens

  private var token: FilterToken { tokens[position] }

  private mutating func take(symbol: String) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard case .name(let name) = token.kind, name.lowercased() == word else { return false }
    position += 1
    return true
  }

  private func error(_ message: String, at place: FilterToken? = nil) -> FilterError {
    FilterError(expression: text, column: (place ?? token).start + 1, message: message)
  }
}
