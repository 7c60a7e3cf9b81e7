// SPDX-License-Identifier: Apache-2.0

/// Why a text is not the value it should be. The reader that has the text knows its place and its name, and makes a
/// ``ConfigurationProblem`` of it.
struct Complaint: Error, Equatable {
  /// A predicate that follows the name of the setting: "is not a duration: \"10\" has no unit".
  let predicate: String
  /// What to write instead.
  let advice: String

  init(_ predicate: String, _ advice: String) {
    self.predicate = predicate
    self.advice = advice
  }
}

/// `text` in quotes for a message: on one line, control characters escaped, cut when long. What may be a key is not told,
/// nor what has taken in the settings behind it, as quotes do that are closed too late.
func quoted(_ text: String) -> String {
  if mayHoldKey(text) || text.contains(": ") { return "\"***\"" }
  var shown = "\""
  for scalar in text.unicodeScalars.prefix(60) {
    switch scalar {
    case "\"", "\\": shown += "\\\(scalar)"
    case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown + (text.unicodeScalars.count > 60 ? "…\"" : "\"")
}

/// "`a`, `b` or `c`", with the word for the last of them.
func enumeration(_ names: [String], _ word: String) -> String {
  let marked = names.map { "`\($0)`" }
  guard marked.count > 1, let last = marked.last else { return marked.first ?? "" }
  return marked.dropLast().joined(separator: ", ") + " \(word) " + last
}
