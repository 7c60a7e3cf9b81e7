// SPDX-License-Identifier: Apache-2.0

/// A line of the file as it may be shown, with a mark under the offending part.
package struct Excerpt: Equatable, Sendable {
  /// The line, or the part of a long one around the mark; a tab is one blank, so that the mark stays under its place.
  package let text: String
  /// Blanks, then carets.
  package let underline: String

  /// `line` with what is secret blanked out, marked from `column` (from 1, in scalars) over `width` scalars.
  init(of line: String, column: Int, width: Int) {
    var shown = redacted(line).unicodeScalars.map { $0 == "\t" ? " " : $0 }
    var start = max(0, min(column - 1, shown.count))
    if shown.count > 160 {
      let cut = max(0, min(start - 60, shown.count - 160))
      shown = Array(shown[cut...].prefix(160))
      start -= cut
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: shown)
    text = String(view)
    let carets = max(1, min(width, shown.count - start))
    underline = String(repeating: " ", count: start) + String(repeating: "^", count: carets)
  }
}

/// `line` without what may be a key: the value after a name such as `api_key:` or `authorization:`, unless it is only a
/// `${VARIABLE}`, and the credentials of a URL. Works on the bare text, so that it also covers what is not YAML.
func redacted(_ line: String) -> String {
  let scalars = Array(line.unicodeScalars)
  let starts = [secretValueStart(scalars), credentialsStart(scalars)].compactMap { $0 }
  guard let start = starts.min() else { return line }
  var view = String.UnicodeScalarView()
  view.append(contentsOf: scalars[..<start])
  return String(view) + "***"
}

/// Whether `line` names a secret and leaves its value to the lines that follow.
func announcesSecret(_ line: String) -> Bool {
  let scalars = Array(line.unicodeScalars)
  guard let colon = secretColon(scalars) else { return false }
  return scalars[(colon + 1)...].allSatisfy { " \t|>+-\"'[{".unicodeScalars.contains($0) }
}

private let secretWords = ["key", "token", "secret", "password", "passwd", "authorization", "bearer"]
  .map { Array($0.unicodeScalars) }

/// Settings of our own that have a secret word in their names and no secret behind it.
private let plainNames = ["reasoning_key:", "tokens:"].map { Array($0.unicodeScalars) }

/// The index of the colon that ends the first name with a secret word in it.
private func secretColon(_ line: [Unicode.Scalar]) -> Int? {
  var folded = line.map { $0.properties.lowercaseMapping.unicodeScalars.first ?? $0 }
  for index in folded.indices where index == 0 || " {,\t".unicodeScalars.contains(folded[index - 1]) {
    guard let name = plainNames.first(where: { folded[index...].starts(with: $0) }) else { continue }
    for position in index..<(index + name.count) { folded[position] = " " }
  }
  let word = folded.indices.first { index in
    secretWords.contains { folded[index...].starts(with: $0) }
  }
  guard let word else { return nil }
  return line[word...].firstIndex(of: ":")
}

private func secretValueStart(_ line: [Unicode.Scalar]) -> Int? {
  guard let colon = secretColon(line) else { return nil }
  let blanks: Set<Unicode.Scalar> = [" ", "\t", "\"", "'"]
  guard let start = line[(colon + 1)...].firstIndex(where: { !blanks.contains($0) }) else { return nil }
  guard line[start...].starts(with: "${".unicodeScalars), let close = line[start...].firstIndex(of: "}"),
    !line[start..<close].contains(":")
  else { return start }
  let rest = line[(close + 1)...].drop { blanks.contains($0) || $0 == "}" || $0 == "," }
  return rest.isEmpty || rest.first == "#" ? nil : close + 1
}

/// Where `user:password@` begins after `://`.
private func credentialsStart(_ line: [Unicode.Scalar]) -> Int? {
  var index = 0
  while index + 3 <= line.count {
    if line[index...].starts(with: "://".unicodeScalars) {
      let authority = line[(index + 3)...].prefix { !"/ \t\"'".unicodeScalars.contains($0) }
      if authority.contains("@") { return index + 3 }
    }
    index += 1
  }
  return nil
}
