// SPDX-License-Identifier: Apache-2.0

/// What model names mean: rules in order, the first that matches decides.
package struct ModelRules: Equatable, Sendable {
  package struct Rule: Equatable, Sendable {
    /// Globs of a whole model name: `*` stands for any run of characters, `/` included; ASCII case does not count.
    package var patterns: [String]
    package var generation: Generation

    package init(patterns: [String], generation: Generation) {
      self.patterns = patterns
      self.generation = generation
    }
  }

  package var rules: [Rule]
  /// What is known of models beyond their generation.
  package var traitRules: [TraitRule]

  package init(_ rules: [Rule] = [], traitRules: [TraitRule] = []) {
    self.rules = rules
    self.traitRules = traitRules
  }

  /// The generation of a model, as named in a request. A name that no rule knows is taken for K2: this proxy is for
  /// Kimi, and a vendor may name its deployment as it likes.
  package func generation(of model: String) -> Generation {
    for rule in rules {
      for pattern in rule.patterns where glob(pattern, matches: model) { return rule.generation }
    }
    return .k2
  }
}
