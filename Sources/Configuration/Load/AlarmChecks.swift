// SPDX-License-Identifier: Apache-2.0

/// How alarms and quality routing go together with the rest.
struct AlarmChecks {
  let configuration: BelayConfiguration
  let file: ConfigurationFile
  let log: ProblemLog

  func run() {
    guard let routing = configuration.qualityRouting, let place = file.qualityRoutingPlace else { return }
    if configuration.reference == nil {
      log.warn("`quality_routing` needs a reference to compare with, and there is none", "name one: `reference:`", at: place)
    }
    if configuration.settings.enforce.failover.isEmpty {
      log.warn(
        "`quality_routing` has no other vendor to send requests to", "list one under `enforce.failover`", at: place)
    }
    let isEnforced = configuration.vendors.contains { vendor in
      routing.concerns(vendor.name) && configuration.settings.policy(vendor: vendor, model: "", rules: configuration.rules).mode == .enforce
    }
    if !isEnforced {
      log.warn(
        "`quality_routing` works in `mode: enforce` only: the others never send a request to another vendor",
        "write `mode: enforce`, for all or in the entry of a vendor", at: place)
    }
    if routing.share == 0 {
      log.warn(
        "with `quality_routing.share: 0` a vendor that leaves the rotation has no traffic left to show that it has recovered",
        "leave it at 0.05", at: place)
    }
    for name in file.qualityRoutingVendors where configuration.vendor(named: name.value) == nil {
      if file.mayHold(vendor: name.value) { continue }
      log.warn("`\(name.name)` is no vendor: \(quoted(name.value))", "name one of the vendors", at: name.place)
    }
  }
}
