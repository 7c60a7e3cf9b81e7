// SPDX-License-Identifier: Apache-2.0

extension ModelRules {
  /// What is said of the models that a pattern matches. Nil: nothing is said of that trait here.
  package struct TraitRule: Equatable, Sendable {
    /// Globs as in ``ModelRules/Rule``.
    package var patterns: [String]
    package var hasImmutableSampling: Bool?
    package var thinks: Bool?
    package var needsReasoning: Bool?
    /// 0 to 1.
    package var gate: Double?

    package init(patterns: [String]) { self.patterns = patterns }
  }

  /// The traits of a model, as named in a request: for each trait, the first rule that matches and says something of it.
  package func traits(of model: String) -> ModelTraits {
    let matching = traitRules.filter { $0.patterns.contains { glob($0, matches: model) } }
    func first<Value>(_ trait: KeyPath<TraitRule, Value?>) -> Value? {
      for rule in matching { if let value = rule[keyPath: trait] { return value } }
      return nil
    }
    var traits = ModelTraits()
    traits.hasImmutableSampling = first(\.hasImmutableSampling) ?? false
    traits.thinks = first(\.thinks) ?? false
    traits.needsReasoning = first(\.needsReasoning) ?? false
    traits.gate = first(\.gate)
    return traits
  }
}
