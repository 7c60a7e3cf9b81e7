// SPDX-License-Identifier: Apache-2.0
import Inspection
package import JSON

extension Explanation {
  static func one(_ entry: VendorEntry, as form: Form) -> String {
    switch form {
    case .text: return entry.text
    case .markdown: return entry.markdown
    case .json:
      var writer = JSONWriter()
      entry.write(to: &writer)
      return String(decoding: writer.finish(), as: UTF8.self) + "\n"
    }
  }

  static func list(_ entries: [VendorEntry], as form: Form) -> String {
    switch form {
    case .text:
      return table(
        [["name", "vendor", "base URL"]]
          + entries.map { [$0.name, $0.title ?? "", $0.baseURLs.first ?? $0.hosts.first ?? "name it with `profile:`"] })
    case .markdown:
      let note = "Facts marked with ? are unverified; what is not listed is unknown.\n"
      return "# Vendors\n\n\(note)\n" + entries.map(\.markdown).joined(separator: "\n")
    case .json:
      var writer = JSONWriter()
      writer.beginObject()
      writer.write(key: "vendors")
      writer.beginArray()
      for entry in entries { entry.write(to: &writer) }
      writer.endArray()
      writer.endObject()
      return String(decoding: writer.finish(), as: UTF8.self) + "\n"
    }
  }
}

extension VendorEntry {
  fileprivate var text: String {
    var lines: [(name: String, text: String)] = facts.map { ($0.key, text(of: $0)) }
    for variant in variants {
      let facts = variant.changes.facts.map { fact in
        "\(fact.key) \(fact.values.joined(separator: ", "))\(isUnverified(fact.key) ? " (unverified)" : "")"
      }.joined(separator: ", ")
      lines.append(("for \(variant.models.first ?? "")", facts + also(variant)))
    }
    lines += sourcesOfVariants.map { ("source", "\($0.key): \($0.text)") } + notes.map { ("note", $0) }
    if lines.isEmpty { lines.append(("", "nothing more is known")) }
    return "\(name)\(title.map { ": \($0)" } ?? "")\n" + fields(lines)
      + "What is not listed is unknown, and nothing is done on a guess.\n"
  }

  /// `yes (models.dev)`, `yes (unverified)`; the source of `normalize` stands with each of its rules.
  private func text(of fact: VendorFact) -> String {
    if fact.key == "normalize" {
      let rules = fact.values.map { rule in "\(rule)\(source(of: "normalize.\(rule)").map { " (\($0))" } ?? "")" }
      return rules.isEmpty ? "none" : rules.joined(separator: "; ")
    }
    let doubt = isUnverified(fact.key) ? " (unverified)" : source(of: fact.key).map { " (\($0))" } ?? ""
    return fact.values.joined(separator: ", ") + doubt
  }

  /// Those that no line of the entry's own facts has shown.
  private var sourcesOfVariants: [Source] {
    let shown = facts.flatMap { fact in
      fact.key == "normalize" ? fact.values.map { source(of: "normalize.\($0)") } : [source(of: fact.key)]
    }
    let said = variants.flatMap { $0.changes.facts }.flatMap { fact in
      fact.key == "normalize" ? fact.values.map { "normalize.\($0)" } : [fact.key]
    }
    return sources.filter { source in
      !shown.contains(source.text) && said.contains { isAbout(source.key, $0) }
    }
  }

  private func also(_ variant: Variant) -> String {
    variant.models.count > 1 ? " [also for \(variant.models.dropFirst().joined(separator: ", "))]" : ""
  }

  fileprivate var markdown: String {
    let facts = facts.map { fact in
      let values = fact.values.isEmpty ? "none" : fact.values.map { "`\($0)`" }.joined(separator: ", ")
      return "- \(fact.key): \(values)\(isUnverified(fact.key) ? " ?" : "")"
    }
    let variants = variants.map { variant in
      let facts = variant.changes.facts.map { "\($0.key) `\($0.values.joined(separator: ", "))`" }
      return "- for \(variant.models.map { "`\($0)`" }.joined(separator: ", ")): \(facts.joined(separator: ", "))"
    }
    let lines = facts + variants + notes.map { "- \($0)" }
    return "## \(title ?? name) (`\(name)`)\n\n\((lines.isEmpty ? ["Nothing more is known."] : lines).joined(separator: "\n"))\n"
  }

  /// The keys of `rules/vendors.yaml`; a fact is there only where it is known, and in `unverified` where nobody has checked it.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.write(key: "name")
    writer.write(string: name)
    if let title {
      writer.write(key: "title")
      writer.write(string: title)
    }
    write(facts, to: &writer)
    writer.write(key: "variants")
    writer.beginArray()
    for variant in variants {
      writer.beginObject()
      writer.write(key: "models")
      writer.write(strings: variant.models)
      write(variant.changes.facts, to: &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.write(key: "unverified")
    writer.write(strings: unverified)
    writer.write(key: "sources")
    writer.beginObject()
    for source in sources {
      writer.write(key: Array(source.key.utf8))
      writer.write(string: source.text)
    }
    writer.endObject()
    writer.write(key: "notes")
    writer.write(strings: notes)
    writer.endObject()
  }

  private func write(_ facts: [VendorFact], to writer: inout JSONWriter) {
    let choice = "tool_choice."
    for fact in facts where !fact.key.hasPrefix(choice) {
      writer.write(key: Array(fact.key.utf8))
      if ["base_urls", "hosts", "models", "normalize"].contains(fact.key) {
        writer.write(strings: fact.values)
      } else {
        writer.write(string: fact.values.joined())
      }
    }
    let choices = facts.filter { $0.key.hasPrefix(choice) }
    if choices.isEmpty { return }
    writer.write(key: "tool_choice")
    writer.beginObject()
    for fact in choices {
      writer.write(key: Array(fact.key.dropFirst(choice.count).utf8))
      writer.write(string: fact.values.joined())
    }
    writer.endObject()
  }
}
