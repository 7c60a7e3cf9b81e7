// SPDX-License-Identifier: Apache-2.0

/// Which exchanges are meant: all conditions that are set must hold.
package struct ExchangeFilter: Sendable, Equatable {
  /// Any of them; empty for all.
  package var vendors: [String] = []
  package var models: [String] = []
  /// A finding's code, or what comes before one of its dots.
  package var finding: String?
  package var verdict: String?
  package var outcome: String?
  /// One status, or a class of them: `500...599`.
  package var status: ClosedRange<Int>?
  /// Milliseconds since the epoch.
  package var since: Int64?
  /// Exclusive.
  package var until: Int64?
  /// Words that a body has in one piece; the last may be the beginning of a word.
  package var text: String?
  package var expression: FilterExpression?

  package init() {}

  /// Whether every exchange may have to be looked at: an expression says anything, and a search reads the word index.
  var isSearch: Bool { expression != nil || text != nil }

  /// Whether it finds only what the word index knows.
  package var asksForWords: Bool { node.asksForWords }

  var node: FilterNode {
    var nodes: [FilterNode] = []
    func add(_ name: String, _ values: [String]) {
      guard let field = FilterField.named(name), !values.isEmpty else { return }
      nodes.append(values.count == 1 ? .compare(field, .equal, .text(values[0])) : .among(field, values.map { .text($0) }))
    }
    func add(_ name: String, _ comparison: FilterNode.Comparison, _ number: Int64?) {
      guard let field = FilterField.named(name), let number else { return }
      nodes.append(.compare(field, comparison, .number(Double(number))))
    }
    if let finding, let field = FilterField.named("findings") { nodes.append(.has(field, finding)) }
    add("vendor", vendors)
    add("model", models)
    add("verdict", verdict.map { [$0] } ?? [])
    add("outcome", outcome.map { [$0] } ?? [])
    if let status, status.count == 1 {
      add("status", .equal, Int64(status.lowerBound))
    } else if let status {
      add("status", .greaterOrEqual, Int64(status.lowerBound))
      add("status", .lessOrEqual, Int64(status.upperBound))
    }
    add("time", .greaterOrEqual, since)
    add("time", .less, until)
    if let text, !text.isEmpty { nodes.append(Words.query(text).isEmpty ? .any([]) : .words(text)) }
    if let expression { nodes.append(expression.node) }
    return .all(nodes)
  }
}
