// SPDX-License-Identifier: Apache-2.0
import Inspection

extension FindingEntry {
  /// The entries under `findings` of `rules/findings.yaml`, in their order.
  static func read(_ key: String, of map: inout YAMLMap) -> [FindingEntry] {
    (map.map(key)?.named ?? []).compactMap { entry in
      let kind = Located(value: entry.key, name: entry.value.name, place: entry.place)
        .parsed(entry.value.context.log, Words.parser(of: FindingKind.self))
      return FindingEntry(kind: kind?.value, reading: entry.value)
    }
  }

  private init?(kind: FindingKind?, reading value: YAMLValue) {
    guard var map = value.map() else { return nil }
    let severity = map.required("severity", Words.parser(of: Severity.self))
    let summary = map.required("summary", Words.text)
    let effect = map.required("effect", Words.text)
    let retries = map.required("retries", Words.yesOrNo)
    let action = map.required("action", Words.parser(of: FindingAction.self))
    let sources = map.list("sources").compactMap { $0.parsed(Words.text)?.value }
    let repairs = map.list("repairs").compactMap { $0.parsed(Words.parser(of: RepairRule.self))?.value }
    let normalizations = map.list("normalizations").compactMap {
      $0.parsed(Words.parser(of: VendorProfile.RequestRule.self))?.value
    }
    map.finish()
    guard let kind, let severity, let summary, let effect, let retries, let action else { return nil }
    self.init(
      kind: kind, severity: severity, summary: summary, effect: effect, sources: sources, repairs: repairs,
      normalizations: normalizations, retries: retries, action: action)
  }
}

/// Reads what is done about findings: a mapping from codes or families to actions. The longer name wins, whatever the order.
func readFindingActions(_ map: YAMLMap) -> [FindingKind: FindingAction] {
  let catalogue = FindingCatalogue.embedded
  var said: [(name: String, actions: [FindingKind: FindingAction])] = []
  for entry in map.named {
    let name = Located(value: entry.key, name: entry.value.name, place: entry.place)
    let kinds = name.parsed(entry.value.context.log, catalogue.kinds)
    let action = entry.value.parsed(Words.parser(of: FindingAction.self))
    guard let kinds, let action else { continue }
    if let objection = catalogue.objection(to: action.value, for: kinds.value) {
      entry.value.report(objection)
    } else {
      said.append((entry.key, catalogue.applying(action.value, to: kinds.value)))
    }
  }
  return said.sorted { $0.name.utf8.count < $1.name.utf8.count }.reduce(into: [:]) { $0.merge($1.actions) { $1 } }
}
