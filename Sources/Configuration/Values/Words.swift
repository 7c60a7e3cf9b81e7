// SPDX-License-Identifier: Apache-2.0

/// Parsers of values that are a word or a number.
enum Words {
  /// One of the names of an enum.
  static func parser<Name: CaseIterable & RawRepresentable<String>>(
    of type: Name.Type
  ) -> (String) throws(Complaint) -> Name {
    { text throws(Complaint) in
      if let name = Name(rawValue: text) { return name }
      let names = Name.allCases.map(\.rawValue)
      let guess = nearest(to: text, among: names).map { ": did you mean `\($0)`?" } ?? ""
      throw Complaint("cannot be \(quoted(text))\(guess)", "write \(enumeration(names, "or"))")
    }
  }

  /// A whole number within `range`.
  static func integer(within range: ClosedRange<Int>) -> (String) throws(Complaint) -> Int {
    { text throws(Complaint) in
      guard let number = Int(text), range.contains(number) else {
        throw Complaint(
          "is not a whole number from \(range.lowerBound) to \(range.upperBound): \(quoted(text))",
          "write such a number, without a unit")
      }
      return number
    }
  }

  static func text(_ text: String) throws(Complaint) -> String {
    guard !text.isEmpty else { throw Complaint("is empty", "write a value, or remove the key") }
    return text
  }

  /// `yes` or `no`, or what else YAML has for them.
  static func yesOrNo(_ text: String) throws(Complaint) -> Bool {
    switch text.lowercased() {
    case "yes", "true", "on": return true
    case "no", "false", "off": return false
    default: throw Complaint("is neither yes nor no: \(quoted(text))", "write yes or no")
    }
  }

  /// A number from 0 to 1.
  static func share(_ text: String) throws(Complaint) -> Double {
    guard let number = Double(text), (0...1).contains(number) else {
      throw Complaint("is not a number from 0 to 1: \(quoted(text))", "write such a number, as in 0.8")
    }
    return number
  }
}
