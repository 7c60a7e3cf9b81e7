// SPDX-License-Identifier: Apache-2.0
package import Inspection
import Rules
import Yams

/// What the binary knows of models, vendors and findings: the files of `rules/`, each read once, when first asked for, by the
/// same reader as the configuration. What is wrong there would be left out and told in `problems`; a test holds that nothing
/// is.
package enum EmbeddedRules {
  package static var models: ModelRules { loadedModels.value }
  package static var vendors: VendorCatalogue { loadedVendors.value }
  package static var findings: FindingCatalogue { loadedFindings.value }

  package static var problems: [ConfigurationProblem] {
    loadedModels.problems + loadedVendors.problems + loadedFindings.problems
  }

  private static let loadedModels = load("models.yaml", Rules.models) { map in
    ModelRules(ModelRules.Rule.read("models", of: &map), traitRules: ModelRules.TraitRule.read("traits", of: &map))
  }

  private static let loadedVendors = load("vendors.yaml", Rules.vendors) { map in
    VendorCatalogue(VendorEntry.read("vendors", of: &map))
  }

  private static let loadedFindings = load("findings.yaml", Rules.findings) { map in
    FindingCatalogue(FindingEntry.read("findings", of: &map))
  }

  private static func load<Value>(
    _ name: String, _ text: [UInt8], _ read: (inout YAMLMap) -> Value
  ) -> (value: Value, problems: [ConfigurationProblem]) {
    let source = SourceText(name: "rules/\(name)", text: String(decoding: text, as: UTF8.self))
    let log = ProblemLog(source)
    let nothing = YAMLValue(node: "", name: "", context: YAMLContext(source: source, environment: [:], log: log, renamed: [:]))
    var map = YAMLContext.map(of: source, environment: [:], log: log) ?? YAMLMap([:], of: nothing)
    let value = read(&map)
    map.finish()
    return (value, log.sorted)
  }
}

extension ModelRules {
  /// The rules of the binary.
  package static var embedded: ModelRules { EmbeddedRules.models }
}
