// SPDX-License-Identifier: Apache-2.0
import Inspection

extension ProfileChanges {
  /// The keys of a dialect, as they stand in a vendor's entry, in one of its variants and in `rules/vendors.yaml`:
  /// ```yaml
  /// thinking: chat_template_kwargs
  /// tool_choice: { required: yes, named: ignored }
  /// normalize: [content]
  /// ```
  /// The caller calls `finish`.
  init(reading map: inout YAMLMap) {
    thinking = map.known("thinking", VendorProfile.ThinkingStyle.self)
    reasoningKey = map.known("reasoning_key", VendorProfile.ReasoningKey.self)
    if let entry = map.entry("tool_choice"), var choices = entry.map() {
      toolChoiceNone = choices.word("none")
      toolChoiceRequired = choices.word("required")
      toolChoiceNamed = choices.word("named")
      choices.finish()
    }
    strict = map.word("strict")
    builtinTools = map.word("builtin_tools")
    partialMode = map.word("partial")
    if let entry = map.entry("blank_content") {
      // Whoever writes null here means the word.
      blankContent = entry.rawText == "null" ? .null : entry.parsed(Words.parser(of: VendorProfile.BlankContent.self))?.value
    }
    usage = map.known("usage", VendorProfile.UsagePlace.self)
    errors = map.known("errors", VendorProfile.ErrorWrapper.self)
    normalize = map.entry("normalize")?.names(of: VendorProfile.RequestRule.self, default: [])
  }
}

extension YAMLMap {
  fileprivate mutating func word<Name: CaseIterable & RawRepresentable<String>>(_ key: String) -> Name? {
    parsed(key, Words.parser(of: Name.self))?.value
  }

  /// A name, or an inner nil for `unknown`.
  fileprivate mutating func known<Name: CaseIterable & RawRepresentable<String>>(_ key: String, _ type: Name.Type) -> Name?? {
    let found = parsed(key) { text throws(Complaint) -> Name? in
      text == "unknown" ? nil : try Words.parser(of: type)(text)
    }
    return found.map(\.value)
  }
}
