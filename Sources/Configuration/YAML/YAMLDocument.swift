// SPDX-License-Identifier: Apache-2.0
import Yams

/// Where a node begins, from 1. Yams' own mark has no `==`.
struct YAMLPosition: Hashable {
  let line: Int
  let column: Int

  init(_ mark: Mark?) {
    line = mark?.line ?? 1
    column = mark?.column ?? 1
  }
}

/// A parsed document, and the keys that stand in it more than once.
///
/// Yams gives up at the first mapping that repeats a key and says only where the first of them is. So that one is given
/// another name of the same length, its place is remembered, and the text is parsed again until every key is its own.
struct YAMLDocument {
  /// Nil for an empty document.
  let root: Node?
  /// The true names of keys that were renamed, by where they stand.
  let renamed: [YAMLPosition: String]

  /// Nil when the text is not YAML, which is then in the log.
  static func read(_ source: SourceText, log: ProblemLog) -> YAMLDocument? {
    var text = source.text
    var renamed: [YAMLPosition: String] = [:]
    // The first of the Unicode scalars that no one uses, one for each renaming.
    for placeholder in UInt32(0xF0000)..<0xF0400 {
      do {
        // `.basic` and `.utf8`: every scalar stays a string, and no environment variable changes how a file is read.
        let root = try Yams.compose(yaml: text, .basic, .default, .utf8)
        return YAMLDocument(root: root, renamed: renamed)
      } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
        let position = YAMLPosition(context.mark)
        guard let name = duplicates.min(), renamed[position] == nil, let scalar = Unicode.Scalar(placeholder),
          let changed = text.replacingKey(at: position, with: scalar)
        else {
          return giveUp(on: duplicates, at: position, log)
        }
        renamed[position] = name
        text = changed
      } catch {
        reportSyntax(error, in: source, log: log)
        return nil
      }
    }
    return giveUp(on: [], at: YAMLPosition(nil), log)
  }

  private static func giveUp(on names: [String], at position: YAMLPosition, _ log: ProblemLog) -> YAMLDocument? {
    log.report(
      "a key stands twice in this mapping\(names.isEmpty ? "" : ": \(enumeration(names.map(shownName), "and"))")", "keep one of them",
      at: .file(line: position.line, column: position.column, width: 1))
    return nil
  }
}

extension String {
  /// The text with the first letter of the key at `position` replaced, so that nothing else moves. Nil for an empty
  /// key.
  fileprivate func replacingKey(at position: YAMLPosition, with scalar: Unicode.Scalar) -> String? {
    var line = 1
    var column = 1
    var index = unicodeScalars.startIndex
    while index < unicodeScalars.endIndex, line < position.line || column < position.column {
      let isLineEnd = ["\n", "\u{85}", "\u{2028}", "\u{2029}"].contains(unicodeScalars[index])
      let isLoneReturn = unicodeScalars[index] == "\r" && !unicodeScalars[index...].dropFirst().starts(with: ["\n"])
      (line, column) = isLineEnd || isLoneReturn ? (line + 1, 1) : (line, column + 1)
      unicodeScalars.formIndex(after: &index)
    }
    guard index < unicodeScalars.endIndex, line == position.line else { return nil }
    if ["\"", "'"].contains(unicodeScalars[index]) {
      let quote = unicodeScalars[index]
      unicodeScalars.formIndex(after: &index)
      if index == unicodeScalars.endIndex || unicodeScalars[index] == quote { return nil }
    } else if unicodeScalars[index] == ":" {
      return nil
    }
    var changed = self
    changed.unicodeScalars.replaceSubrange(index...index, with: [scalar])
    return changed
  }
}
