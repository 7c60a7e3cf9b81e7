// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What is known of a vendor: an entry of `rules/vendors.yaml`, with what the user's rules make of it.
package struct VendorEntry: Equatable, Sendable {
  /// What is different for some models.
  package struct Variant: Equatable, Sendable {
    /// Globs of names of models.
    package var models: [String]
    package var changes: ProfileChanges
  }

  /// One fact's source.
  package struct Source: Equatable, Sendable {
    /// `tool_choice`, or `tool_choice.named` for a part of it.
    package var key: String
    package var text: String
  }

  /// `moonshot`: what `profile:` names.
  package var name: String
  package var title: String?
  /// What stands before `/chat/completions`.
  package var baseURLs: [String] = []
  /// Globs of hosts beyond those of `baseURLs`; with a path behind it, of base URLs that begin so.
  package var hosts: [String] = []
  /// Names of Kimi models seen there.
  package var models: [String] = []
  package var changes = ProfileChanges()
  package var variants: [Variant] = []
  /// Keys that nobody has checked with the vendor.
  package var unverified: [String] = []
  package var sources: [Source] = []
  package var notes: [String] = []
  /// The keys that the entry has, in the order of the reader.
  package var keys: [String] = []

  package init(name: String) { self.name = name }

  /// The dialect without the variants.
  package var profile: VendorProfile { changes.applied(to: VendorProfile(name: name)) }

  /// This entry with what `newer` says in its place; variants of the newer come first. Who says something himself has
  /// verified it.
  func amended(by newer: VendorEntry) -> VendorEntry {
    var entry = self
    entry.title = newer.title ?? title
    if newer.keys.contains("base_urls") { entry.baseURLs = newer.baseURLs }
    if newer.keys.contains("hosts") { entry.hosts = newer.hosts }
    if newer.keys.contains("models") { entry.models = newer.models }
    if newer.keys.contains("notes") { entry.notes = newer.notes }
    entry.changes = newer.changes.over(changes)
    entry.variants = newer.variants + variants
    let doubts = unverified.filter { key in !newer.keys.contains { key == $0 || key.hasPrefix("\($0).") } }
    entry.unverified = doubts + newer.unverified
    entry.sources = sources.filter { source in !newer.keys.contains(source.key) } + newer.sources
    entry.keys = keys + newer.keys.filter { !keys.contains($0) }
    return entry
  }

  /// Whether the vendor at `url` is this one.
  func isAt(_ url: BaseURL) -> Bool {
    let host = url.host.name
    if hosts.contains(where: { isMatch($0, host: host, path: url.path) }) { return true }
    return baseURLs.contains { (try? BaseURL.parse($0))?.host == url.host }
  }

  private func isMatch(_ pattern: String, host: String, path: String) -> Bool {
    guard pattern.utf8.contains(UInt8(ascii: "/")) else { return glob(pattern, matches: host) }
    return glob(pattern, matches: host + path) || glob(pattern + "/*", matches: host + path)
  }
}
