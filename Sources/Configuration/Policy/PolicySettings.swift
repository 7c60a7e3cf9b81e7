// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// All that is said of what to do, before it is known for whom.
package struct PolicySettings: Equatable, Sendable {
  /// Where neither a policy nor the vendor's entry says otherwise.
  package var mode = Mode.observe
  /// From a flag or a variable: it holds everywhere, whatever the file says of single vendors.
  package var forcedMode: Mode?
  package var enforce = EnforceSettings()
  /// Repairs from a flag or a variable, which hold everywhere.
  package var forcedRepairs: Set<RepairRule>?
  package var responseIDs = ResponseIDForm.vendor
  /// From a flag or a variable, which holds everywhere.
  package var forcedResponseIDs: ResponseIDForm?
  /// Where they differ from the catalogue's.
  package var actions: [FindingKind: FindingAction] = [:]
  /// For each setting, the first that matches and says something of it counts.
  package var policies: [PolicyRule] = []

  package init() {}

  /// What holds for a vendor and a model. Goes through all rules: for keeps, see ``PolicyCache``.
  func policy(vendor: Vendor, model: String, rules: ModelRules) -> Policy {
    let matching = policies.filter { $0.match.holds(vendor: vendor.name, model: model) }
    func first<Value>(_ setting: KeyPath<PolicyRule, Value?>) -> Value? {
      for policy in matching { if let value = policy[keyPath: setting] { return value } }
      return nil
    }
    var enforce = enforce
    enforce.repairs = forcedRepairs ?? first(\.repairs) ?? enforce.repairs
    // A request does not fail over to where it comes from.
    enforce.failover.removeAll { $0 == vendor.name }
    var profile = vendor.profile(for: model)
    profile.normalize = first(\.normalize) ?? profile.normalize

    var actions = FindingCatalogue.embedded.actions.merging(self.actions) { $1 }
    for policy in matching.reversed() where policy.match.tools.isEmpty { actions.merge(policy.actions) { $1 } }
    return Policy(
      mode: forcedMode ?? first(\.mode) ?? vendor.mode ?? mode, enforce: enforce,
      responseIDs: forcedResponseIDs ?? first(\.responseIDs) ?? responseIDs, profile: profile, traits: rules.traits(of: model),
      generation: vendor.generation ?? rules.generation(of: model), actions: actions, toolActions: toolActions(of: matching))
  }

  /// A policy without tools ends the search for what it is about, so that those behind it do not win over it.
  private func toolActions(of matching: [PolicyRule]) -> [Policy.ToolActions] {
    var decided: Set<FindingKind> = []
    var rules: [Policy.ToolActions] = []
    for policy in matching {
      let actions = policy.actions.filter { !decided.contains($0.key) }
      if policy.match.tools.isEmpty {
        decided.formUnion(actions.keys)
      } else if !actions.isEmpty {
        rules.append(Policy.ToolActions(tools: policy.match.tools.map { Array($0.utf8) }, actions: actions))
      }
    }
    return rules
  }
}
