// SPDX-License-Identifier: Apache-2.0
import Fidelity

/// A table that fits its place: columns are narrowed, then left out, until a line is no longer than it may be.
struct Table {
  struct Column {
    var title: String
    /// Which column goes first when there is no room: the highest number.
    var rank: Int
    /// Cells below which it is better left out.
    var least: Int
    /// Cells beyond which it does not grow while others want room.
    var most: Int
    var isRight: Bool
    /// Whether the beginning of a text is good for something, and an ellipsis behind it is not.
    var isPrefix: Bool

    init(_ title: String, rank: Int, least: Int, most: Int, isRight: Bool = false, isPrefix: Bool = false) {
      (self.title, self.rank, self.least, self.most) = (title, rank, least, most)
      (self.isRight, self.isPrefix) = (isRight, isPrefix)
    }
  }

  struct Cell: Equatable {
    var text: String
    var style: Paint.Style?

    init(_ text: String, _ style: Paint.Style? = nil) {
      self.text = text.plain
      self.style = style
    }
  }

  /// Cells between two columns.
  private static let gap = 2
  private static let little = 3

  let columns: [Column]
  /// The cells of each column; 0 for one that is left out.
  let widths: [Int]
  private let total: Int?
  private let paint: Paint

  /// - Parameters:
  ///   - samples: rows that show how wide the columns want to be; without any they want to be as wide as they may.
  ///   - width: of a line; nil for any.
  init(_ columns: [Column], samples: [[Cell]]?, width: Int?, paint: Paint) {
    self.columns = columns
    total = width
    self.paint = paint
    let wanted = columns.indices.map { index in
      guard let samples else { return max(columns[index].most, columns[index].title.cells) }
      return samples.reduce(columns[index].title.cells) { max($0, $1[index].text.cells) }
    }
    guard let width else {
      widths = wanted
      return
    }
    var kept = Array(columns.indices).sorted { columns[$0].rank < columns[$1].rank }
    let least = columns.indices.map { min(max(columns[$0].least, columns[$0].title.cells), wanted[$0]) }
    while kept.count > 1, kept.reduce(0, { $0 + least[$1] + Self.gap }) - Self.gap > width { kept.removeLast() }
    var widths = columns.map { _ in 0 }
    for index in kept { widths[index] = least[index] }
    var room = width - kept.reduce(0) { $0 + least[$1] + Self.gap } + Self.gap
    // Who lacks a letter or two gets them, then it goes by rank.
    for (most, isLast) in [(Self.little, false), (.max, false), (.max, true)] {
      for index in kept where room > 0 {
        let lack = (isLast ? wanted[index] : min(wanted[index], columns[index].most)) - widths[index]
        if lack <= 0 || lack > most { continue }
        let added = min(room, lack)
        widths[index] += added
        room -= added
      }
    }
    self.widths = widths
  }

  var heading: String { line(columns.map { Cell($0.title, .dim) }) }

  func line(_ cells: [Cell]) -> String {
    let shown = columns.indices.filter { widths[$0] > 0 }
    var (line, used) = ("", 0)
    for index in shown {
      let room = total.map { max(0, min(widths[index], $0 - used)) } ?? widths[index]
      let text = columns[index].isPrefix ? String(cells[index].text.prefix(room)) : cells[index].text.cut(to: room)
      let space = String(repeating: " ", count: max(0, widths[index] - text.cells))
      let painted = paint(text, cells[index].style)
      used += widths[index] + Self.gap
      if index == shown.last {
        line += columns[index].isRight ? space + painted : painted
      } else {
        line += (columns[index].isRight ? space + painted : painted + space) + String(repeating: " ", count: Self.gap)
      }
    }
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
