// SPDX-License-Identifier: Apache-2.0
import Inspection

/// How the shadow goes together with the vendors and the store.
struct ShadowChecks {
  let configuration: BelayConfiguration
  let file: ConfigurationFile
  let log: ProblemLog

  func run() {
    let place = file.shadow.place ?? .nowhere
    if file.shadow.place != nil, !file.shadow.isOff, configuration.shadow == nil {
      log.warn("there is a section `shadow`, and no reference", "name one: `reference: moonshot`, or --reference URL", at: place)
    }
    if configuration.isShadowed, configuration.recording == nil {
      log.warn(
        "nothing is kept, so comparisons and what waits to be shadowed are gone with the process",
        "name a store, or write `shadow: off`", at: place)
    }
    checkRules()
  }

  private func checkRules() {
    let names = configuration.vendors.map(\.name)
    for vendor in file.shadow.vendors where !names.contains(where: { glob(vendor.value, matches: $0) }) {
      if file.mayHold(vendor: vendor.value) { continue }
      let guess = nearest(to: vendor.value, among: names).map { ": did you mean `\($0)`?" } ?? ""
      log.warn(
        "`\(vendor.name)` matches no vendor: \(quoted(vendor.value))\(guess)", "the vendors are \(enumeration(names, "and"))",
        at: vendor.place)
    }
  }
}
