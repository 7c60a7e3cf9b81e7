// SPDX-License-Identifier: Apache-2.0

/// A line of the file as it may be shown, with a mark under the offending part.
package struct Excerpt: Equatable, Sendable {
  /// The line, or the part of a long one around the mark; a tab is one blank, so that the mark stays under its place. `***`
  /// stands for what may be a key, and for all that follows it.
  package let text: String
  /// Blanks, then carets.
  package let underline: String

  /// The first `limit` scalars of `line`, marked from `column` (from 1, in scalars) over `width` scalars. A place that is not
  /// shown is marked under what stands for it.
  init(of line: String, limit: Int, column: Int, width: Int) {
    var shown = line.unicodeScalars.prefix(limit).map { $0 == "\t" ? " " : $0 }
    var start = max(0, min(column - 1, shown.count))
    if limit < line.unicodeScalars.count { shown += Array("***".unicodeScalars) }
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
