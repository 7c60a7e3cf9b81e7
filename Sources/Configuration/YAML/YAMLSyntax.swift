// SPDX-License-Identifier: Apache-2.0
import Yams

/// Puts libyaml's complaint into the form of every other problem. libyaml stops at the first, so there is one a file.
func reportSyntax(_ error: any Error, in source: SourceText, log: ProblemLog) {
  switch error {
  case YamlError.scanner(let context, let problem, let mark, _),
    YamlError.parser(let context, let problem, let mark, _),
    YamlError.composer(let context, let problem, let mark, _):
    let position = YAMLPosition(mark)
    if let column = tab(inIndentationOf: position.line, of: source) {
      let place = Place.file(line: position.line, column: column, width: 1)
      return log.report("a tab cannot indent YAML", "write spaces instead", at: place)
    }
    let known = syntaxHints.first { problem.contains($0.problem) }
    // What is never closed is missed at the end of the file, and to be mended where it begins.
    let isAtStart = known?.isAtStart ?? false || !source.hasText(from: position.line)
    let start = context.map { YAMLPosition($0.mark) }.flatMap { source.hasText(from: $0.line) ? $0 : nil }
    let end = source.position(ofCharacter: source.text.count)
    let shown = isAtStart ? start.map { ($0.line, $0.column) } ?? end : (position.line, position.column)
    log.report(
      known?.message ?? "this is not YAML: \(problem)\(context.map { " \($0.text)" } ?? "")",
      known?.advice ?? "look at the indentation and the quotes near here",
      at: .file(line: shown.0, column: shown.1, width: 1))
  case YamlError.reader(let problem, let offset, let value, _):
    let position = source.position(ofCharacter: offset ?? 0)
    let character = value > 0 ? " (U+\(String(value, radix: 16, uppercase: true)))" : ""
    log.report(
      "this is not YAML: \(problem)\(character)", "remove the character, or write it as an escape in double quotes",
      at: .file(line: position.line, column: position.column, width: 1))
  default:
    log.report("this is not YAML: \(error)", "look at the indentation and the quotes", at: .nowhere)
  }
}

/// The column of a tab in the indentation of the line. libyaml complains of something else, and often further on.
private func tab(inIndentationOf line: Int, of source: SourceText) -> Int? {
  guard let scalars = source.line(line)?.unicodeScalars else { return nil }
  let blanks = scalars.prefix { $0 == " " }.count
  return scalars.dropFirst(blanks).first == "\t" ? blanks + 1 : nil
}

private struct SyntaxHint {
  /// A part of libyaml's text.
  let problem: String
  let message: String
  let advice: String
  /// Whether the place to show is where the token or the collection begins.
  var isAtStart = false
}

private let syntaxHints = [
  SyntaxHint(
    problem: "Maximum nesting level reached", message: "the file nests too deep",
    advice: "a configuration needs five levels"),
  SyntaxHint(
    problem: "found another document", message: "a second document begins here",
    advice: "keep one document a file: remove this `---` and what follows"),
  SyntaxHint(
    problem: "found undefined alias",
    message: "a value that begins with `*` is a reference to an anchor, and there is none",
    advice: "put the value in quotes, for example \"*kimi-k2*\""),
  SyntaxHint(
    problem: "found character that cannot start any token", message: "a value cannot begin with this character",
    advice: "put the value in quotes"),
  SyntaxHint(
    problem: "mapping values are not allowed", message: "a mapping cannot begin here",
    advice:
      "put a value that holds `: ` in quotes, end every key with `:`, and give the keys of a mapping one indentation"
  ),
  SyntaxHint(
    problem: "found unexpected end of stream", message: "these quotes are never closed", advice: "close them",
    isAtStart: true),
  SyntaxHint(
    problem: "found unexpected document indicator", message: "these quotes are never closed", advice: "close them",
    isAtStart: true),
  SyntaxHint(
    problem: "found unknown escape character",
    message: "in double quotes a backslash begins an escape, and this is none",
    advice: "use single quotes, or write the backslash twice"),
  SyntaxHint(
    problem: "could not find expected ':'", message: "this line is neither `key: value` nor part of the value before",
    advice: "end the key with `: `, or put the whole value in quotes", isAtStart: true),
  SyntaxHint(
    problem: "did not find expected key", message: "neither a key nor the end of the mapping",
    advice:
      "give the keys of a mapping one indentation, and put in quotes a value that goes on after a quote or a bracket"
  ),
  SyntaxHint(
    problem: "did not find expected '-' indicator", message: "neither a `- ` nor the end of the list",
    advice: "give the items of a list one indentation"),
  SyntaxHint(
    problem: "did not find expected node content",
    message: "a value that begins with `[` or `{` is a list or a mapping, and this is neither",
    advice: "put the value in quotes, for example \"[::1]:8611\""),
  SyntaxHint(
    problem: "did not find expected ',' or '", message: "a list or mapping in brackets misses a comma or its end",
    advice: "put a comma between the items, and close the bracket"),
  SyntaxHint(
    problem: "did not find expected <document start>", message: "text after the end of the document",
    advice: "put a value that begins with a quote or a bracket wholly in quotes, for example \"[::1]:8611\""),
]
