// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What is known of all findings.
package struct FindingCatalogue: Equatable, Sendable {
  /// In the order of `rules/findings.yaml`: from the request to the response.
  package let entries: [FindingEntry]
  private let byKind: [FindingKind: FindingEntry]
  /// The default actions.
  package let actions: [FindingKind: FindingAction]

  package init(_ entries: [FindingEntry]) {
    self.entries = entries
    byKind = Dictionary(entries.map { ($0.kind, $0) }) { first, _ in first }
    actions = byKind.mapValues(\.action)
  }

  /// What the binary knows. Every finding has its entry, which a test holds.
  package static var embedded: FindingCatalogue { EmbeddedRules.findings }

  package func entry(_ kind: FindingKind) -> FindingEntry? { byKind[kind] }

  /// The findings that a code or a family means.
  package func entries(named name: String) -> [FindingEntry] {
    let kinds = Set(FindingKind.matching(name))
    return entries.filter { kinds.contains($0.kind) }
  }

  /// Every code, and every family that has several.
  package var names: [String] {
    var families: [String] = []
    for entry in entries {
      let parts = entry.kind.rawValue.split(separator: ".")
      for count in 1..<max(parts.count, 1) {
        let family = parts.prefix(count).joined(separator: ".")
        if !families.contains(family) { families.append(family) }
      }
    }
    return entries.map(\.kind.rawValue) + families
  }

  /// An action for several findings at once. Where asking again cannot mend one, `retry` falls back to recording it.
  func applying(_ action: FindingAction, to kinds: [FindingKind]) -> [FindingKind: FindingAction] {
    Dictionary(
      kinds.map { ($0, action == .retry && entry($0)?.retries == false ? FindingAction.record : action) }
    ) { first, _ in first }
  }

  /// The complaint when `retry` can mend none of `kinds`.
  func objection(to action: FindingAction, for kinds: [FindingKind]) -> Complaint? {
    guard action == .retry, !kinds.isEmpty, kinds.allSatisfy({ entry($0)?.retries == false }) else { return nil }
    return Complaint("cannot be `retry`: asking again does not mend it", "write ignore or record")
  }

  /// The findings of a name, or a complaint that guesses what was meant.
  func kinds(named name: String) throws(Complaint) -> [FindingKind] {
    let kinds = FindingKind.matching(name)
    if !kinds.isEmpty { return kinds }
    let guess = nearest(to: name, among: names).map { ": did you mean `\($0)`?" } ?? ""
    throw Complaint("is no finding\(guess)", "write a code, or a family such as arguments.schema; `belay explain` lists them")
  }
}
