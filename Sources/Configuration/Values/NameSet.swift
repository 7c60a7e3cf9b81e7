// SPDX-License-Identifier: Apache-2.0
import Yams

extension YAMLValue {
  /// Some of the names of an enum: `all`, `none`, a list of those that are meant, or a mapping that switches single ones on
  /// and off and leaves the others as they are in `usual`:
  /// ```yaml
  /// repairs: { coercion: off }
  /// ```
  func names<Name: CaseIterable & RawRepresentable<String> & Hashable>(
    of type: Name.Type, default usual: Set<Name>
  ) -> Set<Name>? {
    if isNull { return nil }
    if case .mapping = node, let map = map() {
      return map.named.reduce(into: usual) { names, entry in
        let name = Located(value: entry.key, name: entry.value.name, place: entry.place)
          .parsed(context.log, Words.parser(of: type))?.value
        let isOn = entry.value.parsed(Words.yesOrNo)?.value
        guard let name, let isOn else { return }
        if isOn { names.insert(name) } else { names.remove(name) }
      }
    }
    if rawText != nil {
      return parsed { text throws(Complaint) in try NameSet.parse(text, of: type) }?.value
    }
    return Set(list().compactMap { $0.parsed(Words.parser(of: type))?.value })
  }
}

enum NameSet {
  /// `all`, `none`, or names with commas between them.
  static func parse<Name: CaseIterable & RawRepresentable<String> & Hashable>(
    _ text: String, of type: Name.Type
  ) throws(Complaint) -> Set<Name> {
    switch text {
    case "all": return Set(Name.allCases)
    case "none": return []
    default:
      var names: Set<Name> = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let word = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        do {
          names.insert(try Words.parser(of: type)(word))
        } catch {
          throw Complaint(error.predicate, error.advice + ", several with commas, or all or none")
        }
      }
      return names
    }
  }

  static func parser<Name: CaseIterable & RawRepresentable<String> & Hashable>(
    of type: Name.Type
  ) -> (String) throws(Complaint) -> Set<Name> {
    { text throws(Complaint) in try parse(text, of: type) }
  }
}
