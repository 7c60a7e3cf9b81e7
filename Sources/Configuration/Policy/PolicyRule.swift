// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// One item of `policies:`: where it holds, and what it says there. Nil and empty where it says nothing.
package struct PolicyRule: Equatable, Sendable {
  /// Globs, as for model names; an empty list matches all. `findings` are codes, families of codes or globs.
  package struct Match: Equatable, Sendable {
    package var vendors: [String] = []
    package var models: [String] = []
    package var tools: [String] = []
    package var findings: [String] = []

    package init() {}

    func holds(vendor: String, model: String) -> Bool {
      isMatch(vendor, vendors) && isMatch(model, models)
    }

    private func isMatch(_ name: String, _ patterns: [String]) -> Bool {
      patterns.isEmpty || patterns.contains { glob($0, matches: name) }
    }
  }

  package var match = Match()
  package var mode: Mode?
  package var action: FindingAction?
  package var repairs: Set<RepairRule>?
  package var responseIDs: ResponseIDForm?
  package var normalize: Set<VendorProfile.RequestRule>?

  package init() {}

  /// The action for each finding that this is about, where there is one.
  var actions: [FindingKind: FindingAction] {
    guard let action else { return [:] }
    let kinds = match.findings.isEmpty ? FindingKind.allCases : match.findings.flatMap(FindingKind.matching)
    return FindingCatalogue.embedded.applying(action, to: kinds)
  }
}

extension FindingKind {
  /// The findings that a code, a family (`arguments.schema`) or a glob (`*.leaked_markup`) means, in the order of codes.
  package static func matching(_ name: String) -> [FindingKind] {
    let family = name + "."
    return allCases.filter { kind in
      let code = kind.rawValue
      return code == name || code.hasPrefix(family) || (name.utf8.contains(UInt8(ascii: "*")) && glob(name, matches: code))
    }
  }
}
