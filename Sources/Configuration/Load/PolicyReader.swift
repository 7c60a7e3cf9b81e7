// SPDX-License-Identifier: Apache-2.0
import Inspection

/// A policy, and where it complains when it does not go with the rest.
struct SourcedPolicy {
  let rule: PolicyRule
  /// Those of `rule.match.vendors`.
  let vendors: [Located<String>]
  let log: ProblemLog

  /// The policies under `key`, in their order:
  /// ```yaml
  /// policies:
  ///   - match: { vendor: chutes, model: "*thinking*" } # globs, one or a list of each
  ///     mode: enforce
  ///   - match: { tool: "search_*", finding: arguments.schema }
  ///     action: record
  /// ```
  static func read(_ key: String, of map: inout YAMLMap) -> [SourcedPolicy] {
    map.list(key).compactMap { SourcedPolicy(reading: $0) }
  }

  private init?(reading value: YAMLValue) {
    guard var map = value.map() else { return nil }
    var rule = PolicyRule()
    var vendors: [Located<String>] = []
    if var match = map.map("match") {
      vendors = match.list("vendor").compactMap { $0.parsed(Words.text) }
      rule.match.vendors = vendors.map(\.value)
      rule.match.models = match.list("model").compactMap { $0.parsed(Words.text)?.value }
      rule.match.tools = match.list("tool").compactMap { $0.parsed(Words.text)?.value }
      rule.match.findings = match.list("finding").compactMap { item in
        guard let name = item.parsed(Words.text) else { return nil }
        return name.parsed(value.context.log, FindingCatalogue.embedded.kinds).map { _ in name.value }
      }
      let isEmpty = match.present.isEmpty
      match.finish()
      if isEmpty { value.report(Complaint("matches nothing", "name a vendor, model, tool or finding; \"*\" is any")) }
    }
    if map.isMissing("match") {
      value.report(Complaint("has no `match`", "write whom it is for, such as match: { vendor: \"*\" }"))
    }
    rule.mode = map.parsed("mode", Words.parser(of: Mode.self))?.value
    let action = map.parsed("action", Words.parser(of: FindingAction.self))
    rule.action = action?.value
    rule.repairs = map.entry("repairs")?.names(of: RepairRule.self, default: Set(RepairRule.allCases))
    rule.responseIDs = map.parsed("response_ids", Words.parser(of: ResponseIDForm.self))?.value
    rule.normalize = map.entry("normalize")?.names(of: VendorProfile.RequestRule.self, default: [])
    let said = map.present.filter { $0 != "match" }
    map.finish()

    let log = value.context.log
    let catalogue = FindingCatalogue.embedded
    if let action, let kinds = rule.namedKinds, let objection = catalogue.objection(to: action.value, for: kinds) {
      log.report(objection, of: action.name, at: action.place)
    }
    if said.isEmpty {
      value.report(
        Complaint("says nothing", "add \(enumeration(["mode", "action", "repairs", "response_ids", "normalize"], "or"))"))
    }
    // A request is sent, held and repaired as a whole, before anybody knows what will be called and what will be found.
    let whole = said.filter { $0 != "action" }
    if !whole.isEmpty, !rule.match.tools.isEmpty || !rule.match.findings.isEmpty {
      value.report(
        Complaint(
          "sets \(enumeration(whole, "and")) for a tool or a finding",
          "match it by vendor and model only; for tools and findings there is `action`"))
    }
    (self.rule, self.vendors, self.log) = (rule, vendors, log)
  }
}

extension PolicyRule {
  /// The findings that are named, if some are.
  fileprivate var namedKinds: [FindingKind]? {
    match.findings.isEmpty ? nil : match.findings.flatMap(FindingKind.matching)
  }
}
