// SPDX-License-Identifier: Apache-2.0

/// One row of a plot.
package struct PlotRow {
  let name: String
  /// SVG, with percentages across and pixels down, so that nothing is stretched when the page is.
  let picture: String
  let figure: String
  /// good, bad, open, plain or nothing.
  let tone: String
  /// What a pointer shows.
  let detail: String

  package init(name: String, picture: String, figure: String, tone: String, detail: String = "") {
    (self.name, self.picture, self.figure, self.tone, self.detail) = (name, picture, figure, tone, detail)
  }
}

/// Where values stand across a plot: scales share the drawing of their marks.
package protocol PlotAxis {
  /// Marks, from 0 to 1 across, with their labels.
  var ticks: [(place: Double, label: String)] { get }
}

/// Shares, from a round figure below the least to 1.
package struct Axis: PlotAxis {
  package let lower: Double
  let upper: Double

  package init(from least: Double, to upper: Double) {
    lower = max(0, (least * 20 - 0.2).rounded(.down) / 20)
    self.upper = upper
  }

  package func place(_ value: Double) -> Double { min(1, max(0, (value - lower) / max(upper - lower, 1e-9))) }

  package var ticks: [(place: Double, label: String)] {
    let range = upper - lower
    let step = range > 0.6 ? 0.2 : range > 0.25 ? 0.1 : range > 0.1 ? 0.05 : 0.01
    let first = Int((lower / step).rounded(.up))
    let last = Int((upper / step + 1e-9).rounded(.down))
    guard first <= last else { return [] }
    return (first...last).map { mark in
      let value = Double(mark) * step
      return (place: place(value), label: fixed(value * 100, places: 0) + " %")
    }
  }
}

package enum Plot {
  package static let nothing = ""
  private static let height = 30

  package static func list(_ rows: [PlotRow], _ axis: (any PlotAxis)?, tall: Bool = false) -> String {
    let height = tall ? 46 : height
    let ticks = axis?.ticks ?? []
    let grid = ticks.map { "<line class=\"grid\" x1=\"\(x($0.place))\" x2=\"\(x($0.place))\" y1=\"0\" y2=\"\(height)\"/>" }.joined()
    let lines = rows.map { row in
      """
      <div class="row" title="\(HTML.escape(row.detail))"><span class="name">\(HTML.escape(row.name))</span>\
      <svg width="100%" height="\(height)" role="img" aria-label="\(HTML.escape(row.detail.isEmpty ? row.name : row.detail))">\
      \(grid)\(row.picture)</svg><span class="figure \(row.tone)">\(row.figure)</span></div>

      """
    }.joined()
    let labels = ticks.map { tick in
      let anchor = tick.place < 0.04 ? "start" : tick.place > 0.96 ? "end" : "middle"
      return "<text class=\"tick\" x=\"\(x(tick.place))\" y=\"12\" text-anchor=\"\(anchor)\">\(tick.label)</text>"
    }.joined()
    let foot = ticks.isEmpty ? "" : "<div class=\"row axis\"><span></span><svg width=\"100%\" height=\"16\" aria-hidden=\"true\">\(labels)</svg><span></span></div>"
    return "<div class=\"plot\">\n\(lines)\(foot)</div>"
  }

  package static func line(_ axis: Axis, at value: Double, _ kind: String) -> String {
    let place = x(axis.place(value))
    return "<line class=\"\(kind)\" x1=\"\(place)\" x2=\"\(place)\" y1=\"0\" y2=\"\(height)\"/>"
  }

  package static func interval(_ axis: Axis, _ interval: Interval, _ value: Double, _ tone: String) -> String {
    let (from, to) = (x(axis.place(interval.lower)), x(axis.place(interval.upper)))
    return "<line class=\"whisker \(tone)\" x1=\"\(from)\" x2=\"\(to)\" y1=\"15\" y2=\"15\"/>"
      + "<circle class=\"dot \(tone)\" cx=\"\(x(axis.place(value)))\" cy=\"15\" r=\"5\"/>"
  }

  /// Runs over time, with their uncertainty. `place` from 0 to 1 across.
  package static func trend(_ points: [(place: Double, f1: Double?, interval: Interval)], _ axis: Axis, gate: Double) -> String {
    func y(_ value: Double) -> String { fixed(4 + (1 - axis.place(value)) * 38, places: 1) }
    var svg = "<line class=\"gate\" x1=\"0%\" x2=\"100%\" y1=\"\(y(gate))\" y2=\"\(y(gate))\"/>"
    for (index, point) in points.enumerated() {
      guard let f1 = point.f1 else { continue }
      let place = x(point.place)
      svg += "<line class=\"faint\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(y(point.interval.upper))\" y2=\"\(y(point.interval.lower))\"/>"
      if index > 0, let before = points[index - 1].f1 {
        svg += "<line class=\"path\" x1=\"\(x(points[index - 1].place))\" x2=\"\(place)\" y1=\"\(y(before))\" y2=\"\(y(f1))\"/>"
      }
      svg += "<circle class=\"dot plain\" cx=\"\(place)\" cy=\"\(y(f1))\" r=\"4\"/>"
    }
    return svg
  }

  package static func x(_ share: Double) -> String { fixed(share * 100, places: 2) + "%" }
}
