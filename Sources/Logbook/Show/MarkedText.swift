// SPDX-License-Identifier: Apache-2.0
import Fidelity

/// A line of a text with a mark under some of its bytes, no wider than a terminal:
///
///     …,"limit":"ten"}
///               ^^^^^
enum MarkedText {
  /// - Returns: the line and the line with the mark, which are equally long up to the mark's end.
  static func lines(of text: [UInt8], marking range: Range<Int>, width: Int) -> (text: String, mark: String) {
    let range = range.clamped(to: 0..<text.count)
    let before = String(decoding: text[..<range.lowerBound], as: UTF8.self).plain
    let marked = String(decoding: text[range], as: UTF8.self).plain.cut(to: max(1, width - 2))
    let after = String(decoding: text[range.upperBound...], as: UTF8.self).plain
    // What stands before the mark gets a third of the line, and more where the rest does not need it.
    let room = max(0, width - marked.cells)
    let left = before.ending(in: max(min(room / 3, before.cells), room - after.cells))
    let right = after.cut(to: max(0, room - left.cells))
    return (
      left + marked + right,
      String(repeating: " ", count: left.cells) + String(repeating: "^", count: max(1, marked.cells))
    )
  }
}

extension String {
  /// The end of the text in at most `width` cells, with an ellipsis where something is missing before it.
  func ending(in width: Int) -> String {
    if cells <= width { return self }
    guard width > 0 else { return "" }
    var (kept, used): ([Character], Int) = ([], 0)
    for character in reversed() {
      guard used + character.cells <= width - 1 else { break }
      used += character.cells
      kept.append(character)
    }
    return "…" + String(kept.reversed())
  }
}
