// SPDX-License-Identifier: Apache-2.0
import Inspection

/// How modes, ladder, failover and policies go together with the vendors.
struct EnforceChecks {
  let configuration: BelayConfiguration
  let file: ConfigurationFile
  let failover: [Located<String>]
  let log: ProblemLog

  func run() {
    checkLadder()
    checkFailover()
    checkPolicies()
  }

  /// Only what is written out can be a mistake: the default ladder is for all.
  private func checkLadder() {
    guard let ladder = file.enforce.ladder else { return }
    let settings = configuration.settings.enforce
    if let attempts = file.enforce.attempts, attempts.value == 1, !settings.ladder.isEmpty {
      log.warn(
        "one attempt leaves no retry, so the ladder is never used", "write `attempts: 2` or more, or `ladder: none`",
        at: attempts.place)
    }
    if settings.ladder != Rung.allCases, settings.ladder.contains(.otherVendor), settings.failover.isEmpty, failover.isEmpty {
      log.warn(
        "the ladder has `other_vendor`, and there is no other vendor to ask", "list one under `enforce.failover`",
        at: ladder.place)
    }
  }

  /// A client's key is never sent to another vendor than the one that it asked, so a vendor to fail over to needs its own.
  private func checkFailover() {
    for (index, name) in failover.enumerated() {
      if failover[..<index].contains(where: { $0.value == name.value }) {
        log.warn("`\(name.name)` is `\(name.value)` once more", "each vendor is asked once: remove it", at: name.place)
        continue
      }
      guard let vendor = configuration.vendor(named: name.value) else { continue }
      if configuration.vendors.count == 1 {
        log.warn(
          "`\(name.value)` is the only vendor, so nothing fails over to it", "add another vendor, or remove `failover`",
          at: name.place)
        continue
      }
      if vendor.needsKey {
        log.warn(
          "`\(name.value)` has no key of its own, and a client's key is never sent to another vendor: failing over to it can "
            + "only be refused",
          "set \(Setting.keyVariable(of: name.value)), or `api_key` in its entry", at: name.place)
      }
      checkModels(of: vendor, at: name.place)
    }
  }

  /// Vendors call one model by several names; where two are known to, and nothing translates, a request would ask in vain.
  private func checkModels(of vendor: Vendor, at place: Place) {
    guard vendor.models.isEmpty, let theirs = catalogued(vendor), !theirs.models.isEmpty else { return }
    let other = configuration.vendors.first { other in
      guard other.name != vendor.name, let names = catalogued(other)?.models, !names.isEmpty else { return false }
      return Set(names).isDisjoint(with: theirs.models)
    }
    guard let other, let name = catalogued(other)?.models.first, let here = theirs.models.first else { return }
    log.warn(
      "`\(vendor.name)` has other names for its models than `\(other.name)`, and nothing translates them",
      "write `models: { \(name): \(here) }` or the like in the entry of `\(vendor.name)`", at: place)
  }

  private func catalogued(_ vendor: Vendor) -> VendorEntry? { configuration.catalogue.entry(named: vendor.profile.name) }

  private func checkPolicies() {
    let names = configuration.vendors.map(\.name)
    for policy in file.rules.policies {
      for vendor in policy.vendors where !names.contains(where: { glob(vendor.value, matches: $0) }) {
        if file.mayHold(vendor: vendor.value) { continue }
        let guess = nearest(to: vendor.value, among: names).map { ": did you mean `\($0)`?" } ?? ""
        policy.log.warn(
          "`\(vendor.name)` matches no vendor: \(quoted(vendor.value))\(guess)",
          names.isEmpty ? "" : "the vendors are \(enumeration(names, "and"))", at: vendor.place)
      }
    }
  }
}
