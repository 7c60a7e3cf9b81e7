// SPDX-License-Identifier: Apache-2.0
import Inspection

/// Something that is known of a vendor.
struct VendorFact {
  /// As in `rules/vendors.yaml`: `tool_choice.named`.
  let key: String
  /// One word, or several.
  let values: [String]
}

extension VendorEntry {
  /// All that the entry says, in the order of its keys.
  var facts: [VendorFact] {
    var facts: [VendorFact] = []
    if !baseURLs.isEmpty { facts.append(VendorFact(key: "base_urls", values: baseURLs)) }
    if !hosts.isEmpty { facts.append(VendorFact(key: "hosts", values: hosts)) }
    if !models.isEmpty { facts.append(VendorFact(key: "models", values: models)) }
    return facts + changes.facts
  }

  /// Whether nobody has checked the fact with the vendor.
  func isUnverified(_ key: String) -> Bool { unverified.contains { isAbout($0, key) } }

  /// Where the fact was learned.
  func source(of key: String) -> String? {
    if isUnverified(key) { return nil }
    return (sources.first { $0.key == key } ?? sources.first { isAbout($0.key, key) })?.text
  }

  func isAbout(_ named: String, _ key: String) -> Bool { key == named || key.hasPrefix(named + ".") }
}

extension ProfileChanges {
  /// What is said, and not only that it is unknown.
  var facts: [VendorFact] {
    let words: [(String, String?)] = [
      ("thinking", thinking??.rawValue), ("reasoning_key", reasoningKey??.rawValue),
      ("tool_choice.none", toolChoiceNone.word), ("tool_choice.required", toolChoiceRequired.word),
      ("tool_choice.named", toolChoiceNamed.word), ("strict", strict.word), ("builtin_tools", builtinTools.word),
      ("partial", partialMode.word), ("blank_content", blankContent?.rawValue), ("usage", usage??.rawValue),
      ("errors", errors??.rawValue),
    ]
    return words.compactMap { key, word in word.map { VendorFact(key: key, values: [$0]) } }
      + (normalize.map { rules in
        [VendorFact(key: "normalize", values: VendorProfile.RequestRule.allCases.filter(rules.contains).map(\.rawValue))]
      } ?? [])
  }
}

extension VendorProfile.Support? {
  fileprivate var word: String? { self == .unknown ? nil : self?.rawValue }
}
