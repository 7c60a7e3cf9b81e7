// SPDX-License-Identifier: Apache-2.0
import Inspection

extension ModelRules.TraitRule {
  /// The rules under `key`, in their order:
  /// ```yaml
  /// traits:
  ///   - patterns: ["*kimi-k2.5*"] # one or a list; `*` is any run of characters
  ///     immutable_sampling: yes
  /// ```
  static func read(_ key: String, of map: inout YAMLMap) -> [ModelRules.TraitRule] {
    map.list(key).compactMap { item in
      guard var rule = item.map() else { return nil }
      let patterns = rule.list("patterns")
      var traits = ModelRules.TraitRule(patterns: patterns.compactMap { $0.parsed(Words.text)?.value })
      traits.hasImmutableSampling = rule.parsed("immutable_sampling", Words.yesOrNo)?.value
      traits.thinks = rule.parsed("thinks", Words.yesOrNo)?.value
      traits.needsReasoning = rule.parsed("needs_reasoning", Words.yesOrNo)?.value
      traits.gate = rule.parsed("gate", Words.share)?.value
      let said = rule.present
      rule.finish()
      if patterns.isEmpty {
        item.report(Complaint("has no `patterns`", "list the model names it is for, such as [\"*kimi-k2.5*\"]"))
      } else if said.count == 1 {
        item.report(
          Complaint("says nothing of its models", "add `immutable_sampling`, `thinks`, `needs_reasoning` or `gate`"))
      }
      return traits
    }
  }
}
