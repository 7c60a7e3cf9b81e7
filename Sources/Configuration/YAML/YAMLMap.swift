// SPDX-License-Identifier: Apache-2.0
import Yams

/// A mapping that remembers which keys were asked for. Ask for every key that may stand there, then call ``finish()``:
/// it reports the others. So what is known is written down once, where it is read.
struct YAMLMap {
  let value: YAMLValue
  private let entries: [(key: String, place: Place, value: YAMLValue)]
  private var known: [String] = []

  /// Keys that stand twice are reported, and the first one counts.
  init(_ mapping: Node.Mapping, of value: YAMLValue) {
    self.value = value
    let log = value.context.log
    var entries: [(key: String, place: Place, value: YAMLValue)] = []
    var lines: [String: Int] = [:]
    for (keyNode, node) in mapping {
      let position = YAMLPosition(keyNode.mark)
      let place = Place.file(line: position.line, column: position.column, width: keyNode.width)
      guard let key = value.context.renamed[position] ?? keyNode.scalar?.string else {
        log.report("a key must be a name", "write `key: value`", at: place)
        continue
      }
      if key == "<<" {
        log.report("merge keys are not read here", "write the keys out", at: place)
      } else if let first = lines[key] {
        log.report("`\(shownName(key))` stands twice in this mapping, first in line \(first)", "keep one of them", at: place)
      } else {
        lines[key] = position.line
        let name = value.name.isEmpty ? shownName(key) : "\(value.name).\(shownName(key))"
        entries.append((key, place, YAMLValue(node: node, name: name, context: value.context)))
      }
    }
    self.entries = entries
  }

  /// For mappings whose keys are names that the user chose, in the order of the file.
  var named: [(key: String, place: Place, value: YAMLValue)] { entries }

  /// The place to complain at when a key is missing.
  var place: Place { value.place }

  mutating func entry(_ key: String) -> YAMLValue? {
    known.append(key)
    return entries.first { $0.key == key }?.value
  }

  /// Whether the key is not there or says nothing.
  func isMissing(_ key: String) -> Bool { entries.first { $0.key == key }?.value.isNull ?? true }

  mutating func parsed<Result>(_ key: String, _ parse: (String) throws(Complaint) -> Result) -> Located<Result>? {
    entry(key)?.parsed(parse)
  }

  /// The same for a key that restricts somebody: where it stands there and says nothing, it is a mistake and no open door, as what it
  /// said may have been commented out, or its variable is not set.
  mutating func restriction<Result>(
    _ key: String, ifEmpty complaint: Complaint, _ parse: (String) throws(Complaint) -> Result
  ) -> Located<Result>? {
    guard let value = entry(key) else { return nil }
    guard value.isEmpty else { return value.parsed(parse) }
    value.report(complaint)
    return nil
  }

  /// The value, or nil and a problem, also when the key is missing.
  mutating func required<Result>(_ key: String, _ parse: (String) throws(Complaint) -> Result) -> Result? {
    if isMissing(key) { value.report(Complaint("has no `\(key)`", "add the key")) }
    return parsed(key, parse)?.value
  }

  mutating func map(_ key: String) -> YAMLMap? { entry(key)?.map() }

  mutating func list(_ key: String) -> [YAMLValue] { entry(key)?.list() ?? [] }

  /// The keys that were asked for and are there, in the order in which they were asked for.
  var present: [String] { known.filter { key in entries.contains { $0.key == key && !$0.value.isNull } } }

  /// Reports the keys that were not asked for.
  func finish() {
    for entry in entries where !known.contains(entry.key) {
      let missing = known.filter { name in !entries.contains { $0.key == name } }
      let guess = nearest(to: entry.key, among: missing) ?? nearest(to: entry.key, among: known)
      let place = value.name.isEmpty ? "" : " in `\(value.name)`"
      value.context.log.report(
        "unknown key `\(unknown(entry.key))`\(place)\(guess.map { ": did you mean `\($0)`?" } ?? "")",
        guess == nil ? "the keys here are \(enumeration(known, "and"))" : "", at: entry.place)
    }
  }
}

/// The key of a line such as `api_key=KEY: ` or `token KEY:` is not told as a whole.
private func unknown(_ key: String) -> String {
  let name = key.prefix { $0 != " " && $0 != "=" }
  return shownName(String(name)) + (name.count < key.count ? "***" : "")
}

extension Node {
  fileprivate var width: Int { max(1, scalar.map { $0.style == .plain ? $0.string.unicodeScalars.count : 1 } ?? 1) }
}
