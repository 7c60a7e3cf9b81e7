// SPDX-License-Identifier: Apache-2.0
import JSON

/// The report as one HTML page that needs nothing else: no script, no font, no request.
extension FidelityReport {
  /// - Parameters:
  ///   - title: the page's heading.
  ///   - period: which time it is of, in words; comes under the heading.
  ///   - now: the time it was made, for the foot.
  package func page(title: String, period: String, now: String) -> String {
    let body =
      rows.isEmpty
      ? """
      <section class="empty"><h2>Nothing compared yet</h2><p>Name a <code>reference:</code> in belay.yaml; what is shadowed there
      appears here.</p></section>
      """
      : tiles + models.map(plot).joined() + schemas + everything
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(HTML.escape(title))</title><style>\(PageStyle.css)</style></head><body><main>
      <header><h1>\(HTML.escape(title))</h1><p class="sub">\(HTML.escape(period))</p></header>
      \(body)
      <footer>Made by <code>belay report</code> on \(HTML.escape(now)). F1 is K2VV's <code>tool_call_f1</code> over live requests
      that both sides answered. Its intervals hold at \(shortPercent(1 - alpha)) however often one looks; those of schema accuracy are
      Wilson's, for one look.</footer>
      </main></body></html>

      """
  }

  private var models: [String] {
    rows.reduce(into: []) { names, row in if names.last != row.model { names.append(row.model) } }
  }

  private var tiles: String {
    func tile(_ label: String, _ value: String, _ note: String) -> String {
      "<div class=\"tile\"><span>\(label)</span><b>\(value)</b><small>\(note)</small></div>"
    }
    let compared = rows.reduce(0) { $0 + $1.confusion.comparisons }
    let informative = rows.reduce(0) { $0 + $1.informative }
    let faithful = rows.count { $0.verdict.tone == "good" }
    let below = rows.count { $0.verdict.tone == "bad" }
    return "<section class=\"tiles\">"
      + tile("Faithful", "\(faithful) of \(rows.count)", "\(below) below the gate, the others not known yet")
      + tile("Comparisons", "\(informative)", "informative, of \(compared)")
      + "</section>\n"
  }

  /// F1 of one model's rows: best first, so that the eye finds who is where.
  private func plot(_ model: String) -> String {
    let rows = rows.filter { $0.model == model }
    let gate = rows.first?.gate
    let floor = rows.compactMap(\.floorSequence).first
    let floorF1 = rows.first { $0.floorSequence != nil }?.floor.confusion.f1
    let compared = rows.filter { $0.informative > 0 }
    let marks = compared.map(\.sequence.lower) + [gate, floorF1].compactMap { $0 }
    let axis = Axis(from: marks.min() ?? 0, to: 1)
    let lines = rows.map { row -> PlotRow in
      guard let f1 = row.confusion.f1, row.informative > 0 else {
        return PlotRow(name: name(row), picture: Plot.nothing, figure: "–", tone: "")
      }
      let picture =
        (gate.map { Plot.line(axis, at: $0, "gate") } ?? "") + (floorF1.map { Plot.line(axis, at: $0, "floor") } ?? "")
        + Plot.interval(axis, row.sequence, f1, row.verdict.tone)
      return PlotRow(
        name: name(row), picture: picture, figure: percent(f1, places: 1), tone: row.verdict.tone,
        detail: "\(name(row)): \(percent(f1)), \(percent(row.sequence)) of \(row.informative) informative comparisons, \(row.verdictWords)")
    }
    var note = "Whether a vendor calls tools when the reference does (F1)."
    if let gate { note += " The line is the gate, \(shortPercent(gate))." }
    if let floor, let floorF1 {
      note += " The dotted one is how far the reference agrees with itself: \(percent(floorF1, places: 1)) (\(percent(floor)))."
    } else {
      note += " How far the reference agrees with itself was not measured."
    }
    return section(HTML.escape(model.plain), note, Plot.list(lines, axis))
  }

  private var schemas: String {
    let judged = rows.filter { $0.schemaWilson != nil }
    guard !judged.isEmpty else { return "" }
    let axis = Axis(from: judged.compactMap(\.schemaWilson?.lower).min() ?? 0, to: 1)
    let lines = judged.map { row -> PlotRow in
      let (accuracy, interval) = (row.tally.vendor.schemaAccuracy ?? 0, row.schemaWilson ?? .everything)
      return PlotRow(
        name: models.count > 1 ? "\(name(row)), \(row.model.plain)" : name(row),
        picture: Plot.interval(axis, interval, accuracy, "plain"), figure: percent(accuracy, places: 1), tone: "plain",
        detail: "\(name(row)): \(row.tally.vendor.valid) of \(row.tally.vendor.toolCalls) answers with calls are valid")
    }
    return section(
      "Schema accuracy", "Of the answers with tool calls, those in which every call is valid against its schema.", Plot.list(lines, axis))
  }

  private var everything: String {
    // The verdict beside the name: the rest may need to be scrolled to.
    var columns = columns
    if let verdict = columns.popLast() { columns.insert(verdict, at: grouping == .model ? 2 : 3) }
    let cells = rows.map { row in
      HTML.row(
        columns.map { column in
          let text = HTML.escape(column.text(row))
          return column.title == "verdict" ? "<span class=\"pill \(row.verdict.tone)\">\(text)</span>" : text
        })
    }
    return section("Everything", "Of each figure how many requests it rests on.", HTML.table(columns.map { HTML.escape($0.title) }, cells))
  }

  private func name(_ row: ReportRow) -> String {
    let part = grouping == .day ? row.day.map(dayName) : grouping == .tool ? row.tool.map { $0.string.plain } : nil
    return row.vendor.plain + (part.map { " · \($0)" } ?? "")
  }

  private func section(_ title: String, _ note: String, _ content: String) -> String {
    "<section><h2>\(title)</h2><p class=\"note\">\(note)</p>\(content)</section>\n"
  }
}

extension Verdict {
  /// The colour class of ``PageStyle``.
  var tone: String {
    switch self {
    case .faithful: "good"
    case .belowGate: "bad"
    case .undecided: "open"
    case .nothingCompared, .noGate: "plain"
    }
  }
}
