// SPDX-License-Identifier: Apache-2.0
import Inspection

extension VendorEntry {
  /// The entries under `key`, in their order. The keys are explained at the top of `rules/vendors.yaml`.
  static func read(_ key: String, of map: inout YAMLMap) -> [VendorEntry] {
    (map.map(key)?.named ?? []).compactMap { entry in
      let name = Located(value: entry.key, name: entry.value.name, place: entry.place)
        .parsed(entry.value.context.log, VendorName.parse)
      guard let read = VendorEntry(reading: entry.value, name: entry.key), name != nil else { return nil }
      return read
    }
  }

  private init?(reading value: YAMLValue, name: String) {
    guard var map = value.map() else { return nil }
    self.init(name: name)
    title = map.parsed("title", Words.text)?.value
    baseURLs = map.list("base_urls").compactMap { $0.parsed(BaseURL.parse)?.value.text }
    hosts = map.list("hosts").compactMap { $0.parsed(Words.text)?.value }
    models = map.list("models").compactMap { $0.parsed(Words.text)?.value }
    notes = map.list("notes").compactMap { $0.parsed(Words.text)?.value }
    changes = ProfileChanges(reading: &map)
    variants = map.list("variants").compactMap { Variant(reading: $0) }
    keys = map.present
    unverified = map.list("unverified").compactMap { $0.parsed(Self.factKey)?.value }
    for source in map.map("sources")?.named ?? [] {
      let key = Located(value: source.key, name: source.value.name, place: source.place)
        .parsed(value.context.log, Self.factKey)
      if let key, let text = source.value.parsed(Words.text) { sources.append(Source(key: key.value, text: text.value)) }
    }
    map.finish()
  }

  /// `tool_choice`, `tool_choice.named`, `normalize.content`: what a source or a doubt may be about.
  private static func factKey(_ text: String) throws(Complaint) -> String {
    if facts.contains(text) { return text }
    let guess = nearest(to: text, among: facts).map { ": did you mean `\($0)`?" } ?? ""
    throw Complaint("is no key of a vendor's entry: \(quoted(text))\(guess)", "write one of its keys, such as tool_choice.named")
  }

  private static let facts =
    ["title", "base_urls", "hosts", "models", "thinking", "reasoning_key", "tool_choice", "strict", "builtin_tools", "partial"]
    + ["blank_content", "usage", "errors", "normalize", "notes", "variants"]
    + ["none", "required", "named"].map { "tool_choice.\($0)" }
    + VendorProfile.RequestRule.allCases.map { "normalize.\($0.rawValue)" }
}

extension VendorEntry.Variant {
  fileprivate init?(reading value: YAMLValue) {
    guard var map = value.map() else { return nil }
    models = map.list("models").compactMap { $0.parsed(Words.text)?.value }
    changes = ProfileChanges(reading: &map)
    map.finish()
    if models.isEmpty {
      value.report(Complaint("has no `models`", "list the names of models it is for, such as [\"*kimi-k3*\"]"))
      return nil
    }
  }
}
