// SPDX-License-Identifier: Apache-2.0
import Yams

/// What all parts of one file are read with.
struct YAMLContext {
  let source: SourceText
  let environment: [String: String]
  let log: ProblemLog
  let renamed: [YAMLPosition: String]
}

/// A node that knows its name in the file, such as `vendors.fireworks.base_url`. Every getter answers nil for a value
/// that is missing or wrong, and the log knows the difference.
struct YAMLValue {
  let node: Node
  /// Empty for the whole document.
  let name: String
  let context: YAMLContext

  /// A key with nothing after it, `~` or `null`: as if it were not there.
  var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// Null, or nothing is left of it when its variables are replaced.
  var isEmpty: Bool {
    if isNull { return true }
    guard case .scalar(let scalar) = node else { return false }
    let expansion = Expansion(scalar.string, environment: context.environment)
    return expansion.failures.isEmpty && expansion.hasVariables && expansion.text.isEmpty
  }

  var place: Place {
    let position = YAMLPosition(node.mark)
    return .file(line: position.line, column: position.column, width: width)
  }

  /// How much to underline: a plain scalar on its line; the place only, for what has quotes or brackets.
  private var width: Int {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return 1 }
    return scalar.string.unicodeScalars.count
  }

  /// The text as written, before variables are replaced. Nil unless it is a scalar.
  var rawText: String? { node.scalar?.string }

  /// The text of a scalar with its variables replaced. Nil also when nothing is left of them: `${NAME:-}` says "not
  /// given".
  func text() -> Located<String>? {
    guard !isNull, hasPlainTag() else { return nil }
    guard case .scalar(let scalar) = node else {
      report(Complaint("must be a single value, and this is a \(kind)", "write one value after `\(lastName):`"))
      return nil
    }
    let expansion = Expansion(scalar.string, environment: context.environment)
    for failure in expansion.failures {
      context.log.report(failure.message, failure.advice, at: place(of: failure))
    }
    guard expansion.failures.isEmpty, !expansion.text.isEmpty || !expansion.hasVariables else { return nil }
    return Located(value: expansion.text, name: name, place: place)
  }

  func parsed<Result>(_ parse: (String) throws(Complaint) -> Result) -> Located<Result>? {
    text()?.parsed(context.log, parse)
  }

  /// A mapping. A null is an empty one: all its keys may have been commented out.
  func map() -> YAMLMap? {
    if isNull { return YAMLMap(Node.Mapping([]), of: self) }
    guard hasPlainTag() else { return nil }
    if case .mapping(let mapping) = node { return YAMLMap(mapping, of: self) }
    let advice = name.isEmpty ? "write `key: value` lines" : "write `key: value` lines, indented, under `\(lastName):`"
    let subject = name.isEmpty ? "the file" : "`\(name)`"
    context.log.report("\(subject) must be a mapping, and this is a \(kind)", advice, at: place)
    return nil
  }

  /// The items of a list. A single value is a list of one.
  func list() -> [YAMLValue] {
    guard !isNull, hasPlainTag() else { return [] }
    guard case .sequence(let sequence) = node else { return [self] }
    return sequence.enumerated().map { index, item in
      YAMLValue(node: item, name: "\(name)[\(index)]", context: context)
    }
  }

  func report(_ complaint: Complaint) { context.log.report(complaint, of: name, at: place) }

  private var kind: String {
    switch node {
    case .scalar: "single value"
    case .mapping: "mapping"
    case .sequence: "list"
    case .alias: "reference"
    }
  }

  private var lastName: Substring { name.split(separator: ".").last ?? "" }

  /// Quotes and escapes only move a part to the right of where it would stand without.
  private func place(of failure: Expansion.Failure) -> Place {
    let position = YAMLPosition(node.mark)
    let from = position.column + failure.offset
    guard let column = context.source.column(of: failure.part, line: position.line, from: from) else { return place }
    return .file(line: position.line, column: column, width: failure.part.unicodeScalars.count)
  }

  /// `!env NAME` and the like mean something to other programs: better said than read as plain text.
  private func hasPlainTag() -> Bool {
    let tag = node.tag.rawValue
    if tag.isEmpty || tag.hasPrefix("tag:yaml.org,2002:") { return true }
    // What follows `!` may be part of a key.
    let shown = tag.count <= 12 && !tag.contains(where: \.isNumber) ? "the tag `\(tag)`" : "a tag"
    report(Complaint("has \(shown), and tags mean nothing here", "write ${NAME} for an environment variable"))
    return false
  }
}
