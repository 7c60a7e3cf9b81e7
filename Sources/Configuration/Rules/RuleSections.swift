// SPDX-License-Identifier: Apache-2.0
import Inspection

/// What a user says of models, vendors and findings, in belay.yaml and in rule files.
struct RuleSections {
  var models: [ModelRules.Rule] = []
  var traits: [ModelRules.TraitRule] = []
  var vendors: [VendorEntry] = []
  /// From rule files only: belay.yaml has these at its top.
  var actions: [FindingKind: FindingAction] = [:]
  var policies: [SourcedPolicy] = []

  init() {}

  /// `rules:` of belay.yaml, but for its files.
  init(readingSection map: inout YAMLMap) {
    models = ModelRules.Rule.read("models", of: &map)
    traits = ModelRules.TraitRule.read("traits", of: &map)
    vendors = VendorEntry.read("vendors", of: &map)
  }

  /// A whole rule file.
  init(_ source: SourceText, environment: [String: String], log: ProblemLog) {
    self.init()
    guard var map = YAMLContext.map(of: source, environment: environment, log: log) else { return }
    self = RuleSections(readingSection: &map)
    if let section = map.map("findings") { actions = readFindingActions(section) }
    policies = SourcedPolicy.read("policies", of: &map)
    map.finish()
  }

  /// What these say goes before what `others` say.
  mutating func append(_ others: RuleSections) {
    models += others.models
    traits += others.traits
    // The catalogue takes the last word for the valid one.
    vendors = others.vendors + vendors
    actions.merge(others.actions) { first, _ in first }
    policies += others.policies
  }
}

extension YAMLContext {
  /// The mapping that is the whole of a file. Nil for an empty file, and, with a problem, for any other.
  static func map(of source: SourceText, environment: [String: String], log: ProblemLog) -> YAMLMap? {
    guard let document = YAMLDocument.read(source, log: log), let root = document.root else { return nil }
    let context = YAMLContext(source: source, environment: environment, log: log, renamed: document.renamed)
    return YAMLValue(node: root, name: "", context: context).map()
  }
}
