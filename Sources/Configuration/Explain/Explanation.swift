// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What `belay explain` prints: what is known of findings, vendors and models. The console shows the same words.
package enum Explanation {
  package enum Form: Sendable {
    case text
    /// One object: the entry, or a list of them under `findings` or `vendors`.
    case json
    /// Documentation.
    case markdown
  }

  /// A subject that nothing is known of.
  package struct Unknown: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// - Parameter subject: a finding's code or family; `vendors`; `vendor:NAME` or `vendor:URL`; `model:NAME`. Nil: all findings.
  /// - Returns: lines, with a line end behind the last.
  package static func of(
    _ subject: String?, as form: Form, findings: FindingCatalogue = .embedded, vendors: VendorCatalogue = .embedded,
    models: ModelRules = .embedded
  ) throws(Unknown) -> String {
    guard let subject else { return list(findings.entries, as: form) }
    if subject == "vendors" || subject == "vendor:" { return list(vendors.entries, as: form) }
    let parts = subject.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts.first, parts.count) {
    case ("vendor", 2): return one(try vendor(parts[1], in: vendors), as: form)
    case ("model", 2): return model(parts[1], models, as: form)
    default: break
    }
    let entries = findings.entries(named: subject)
    if let entry = entries.first, entry.kind.rawValue == subject, entries.count == 1 { return one(entry, as: form) }
    guard !entries.isEmpty else { throw unknown(subject, in: findings) }
    return several(entries, as: form)
  }

  private static func vendor(_ name: String, in vendors: VendorCatalogue) throws(Unknown) -> VendorEntry {
    if let entry = vendors.entry(named: name) ?? vendors.entry(at: name) { return entry }
    let guess = nearest(to: name, among: vendors.entries.map(\.name)).map { ": did you mean `vendor:\($0)`?" } ?? ""
    throw Unknown(
      description: "nothing is known of a vendor \(quoted(name))\(guess)\n`belay explain vendors` lists those that are known")
  }

  private static func unknown(_ subject: String, in findings: FindingCatalogue) -> Unknown {
    // Those whose last part is near, as well: whoever writes `unknown_tool` means `call.unknown_tool`.
    let ends = findings.entries.filter { entry in
      let last = entry.kind.rawValue.split(separator: ".").last.map(String.init) ?? ""
      return nearest(to: subject.split(separator: ".").last.map(String.init) ?? "", among: [last]) != nil
    }
    var guesses = [nearest(to: subject, among: findings.names)].compactMap { $0 }
    for end in ends where !guesses.contains(end.kind.rawValue) { guesses.append(end.kind.rawValue) }
    let guess = guesses.isEmpty ? "" : ": did you mean \(enumeration(Array(guesses.prefix(4)), "or"))?"
    return Unknown(description: "there is no finding \(quoted(subject))\(guess)\n`belay explain` lists them all")
  }
}
