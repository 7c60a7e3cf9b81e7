// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Store

/// An exchange for a person, in sections; each section is a file of its own.
struct ShowLines {
  let exchange: StoredExchange
  /// Cells of a line.
  let width: Int
  let paint: Paint
  /// Whole texts, however long.
  let isFull: Bool
  var lines: [String] = []

  /// Where nothing says how wide a line may be.
  static let usualWidth = 100
  /// Lines of a text that are enough to know it again.
  static let shortText = 4

  init(_ exchange: StoredExchange, width: Int?, paint: Paint, isFull: Bool) {
    self.exchange = exchange
    self.width = width ?? Self.usualWidth
    self.paint = paint
    self.isFull = isFull
    addHead()
    addTimings()
    addRequest()
    addAttempts()
    addAnswer()
    addFindings()
    addRepairs()
    addComparisons()
  }

  mutating func section(_ title: String, _ rest: String = "") {
    if !lines.isEmpty { lines.append("") }
    lines += [paint(title, .bold) + (rest.isEmpty ? "" : "  " + rest.plain.cut(to: max(1, width - title.cells - 2)))]
  }

  /// A text in lines that begin with `indent` spaces; the first has `label` there instead, padded. Either may be recorded text.
  mutating func text(_ text: String, indent: Int, label: String = "", style: Paint.Style? = nil, limit: Int? = nil) {
    let indent = min(indent, max(2, width - 12))
    var rows = text.wrapped(to: width - indent)
    if let limit, !isFull, rows.count > limit {
      let left = rows.count - limit
      rows = Array(rows.prefix(limit)) + ["… \(Quantity.counted(left, "more line")) (--full)".cut(to: width - indent)]
    }
    for (number, row) in rows.enumerated() {
      let head = number == 0 ? label.plain.cut(to: indent) : ""
      lines.append(head + String(repeating: " ", count: indent - head.cells) + paint(row, style))
    }
  }

  /// Before and after, where they begin to differ.
  mutating func change(_ before: String, _ after: String, indent: Int) {
    let shared = zip(before, after).prefix { $0 == $1 }.count
    for (mark, text, style) in [("- ", before, Paint.Style.red), ("+ ", after, .green)] {
      let room = width - indent - 2
      let plain = text.isEmpty ? "nothing" : text.plain
      let start = max(0, min(shared - room / 3, plain.count - room))
      let shown = isFull || start == 0 ? plain : "…" + plain.dropFirst(start + 1)
      if isFull {
        self.text(shown, indent: indent + 2, label: String(repeating: " ", count: indent) + mark, style: style)
      } else {
        lines.append(String(repeating: " ", count: indent) + paint(mark + shown.cut(to: room), style))
      }
    }
  }

  /// Names and values, the values in a column.
  mutating func fields(_ fields: [(String, String)]) {
    let indent = (fields.map(\.0.cells).max() ?? 0) + 4
    for (name, value) in fields where !value.isEmpty { text(value, indent: indent, label: "  " + name) }
  }
}
