// SPDX-License-Identifier: Apache-2.0
import Fidelity

/// One row of a plot.
struct PlotRow {
  let name: String
  /// SVG, with percentages across and pixels down, so that nothing is stretched when the page is.
  let picture: String
  let figure: String
  /// good, bad, open, plain or nothing.
  let tone: String
  /// What a pointer shows.
  var detail = ""
}

/// Where a value stands across a plot.
/// Two scales share the drawing of their marks.
protocol PlotAxis {
  /// Marks, from 0 to 1 across, with their labels.
  var ticks: [(place: Double, label: String)] { get }
}

/// Shares, from a round figure below the least to 1.
struct Axis: PlotAxis {
  let lower: Double
  let upper: Double

  init(from least: Double, to upper: Double) {
    lower = max(0, (least * 20 - 0.2).rounded(.down) / 20)
    self.upper = upper
  }

  func place(_ value: Double) -> Double { min(1, max(0, (value - lower) / max(upper - lower, 1e-9))) }

  var ticks: [(place: Double, label: String)] {
    let range = upper - lower
    let step = range > 0.6 ? 0.2 : range > 0.25 ? 0.1 : range > 0.1 ? 0.05 : 0.01
    let first = Int((lower / step).rounded(.up))
    let last = Int((upper / step + 1e-9).rounded(.down))
    guard first <= last else { return [] }
    return (first...last).map { mark in
      let value = Double(mark) * step
      return (place: place(value), label: decimal(value * 100, places: 0) + " %")
    }
  }
}

/// Times, on a scale of decades.
struct TimeAxis: PlotAxis {
  private let lower: Double
  private let upper: Double

  /// In milliseconds.
  init(from least: Int, to most: Int) {
    lower = logarithm(Double(max(least, 1)) * 0.8)
    upper = max(logarithm(Double(max(most, 1)) * 1.25), lower + 1)
  }

  func place(_ milliseconds: Int) -> Double {
    min(1, max(0, (logarithm(Double(max(milliseconds, 1))) - lower) / (upper - lower)))
  }

  var ticks: [(place: Double, label: String)] {
    let all = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
    let inside = all.filter { logarithm(Double($0)) >= lower && logarithm(Double($0)) <= upper }
    let stride = inside.count > 6 ? 2 : 1
    return inside.indices.filter { $0 % stride == 0 }.map { (place: place(inside[$0]), label: Words.time(inside[$0])) }
  }
}

enum Plot {
  static let nothing = ""
  private static let height = 30

  static func list(_ rows: [PlotRow], _ axis: (any PlotAxis)?, tall: Bool = false) -> String {
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

  static func line(_ axis: Axis, at value: Double, _ kind: String) -> String {
    let place = x(axis.place(value))
    return "<line class=\"\(kind)\" x1=\"\(place)\" x2=\"\(place)\" y1=\"0\" y2=\"\(height)\"/>"
  }

  static func interval(_ axis: Axis, _ interval: Interval, _ value: Double, _ tone: String) -> String {
    let (from, to) = (x(axis.place(interval.lower)), x(axis.place(interval.upper)))
    return "<line class=\"whisker \(tone)\" x1=\"\(from)\" x2=\"\(to)\" y1=\"15\" y2=\"15\"/>"
      + "<circle class=\"dot \(tone)\" cx=\"\(x(axis.place(value)))\" cy=\"15\" r=\"5\"/>"
  }

  static func span(_ axis: TimeAxis, _ latency: Latency) -> String {
    let (p50, p90, p99) = (x(axis.place(latency.p50)), x(axis.place(latency.p90)), x(axis.place(latency.p99)))
    return "<line class=\"thin\" x1=\"\(p90)\" x2=\"\(p99)\" y1=\"15\" y2=\"15\"/>"
      + "<line class=\"whisker plain\" x1=\"\(p50)\" x2=\"\(p90)\" y1=\"15\" y2=\"15\"/>"
      + "<circle class=\"dot plain\" cx=\"\(p50)\" cy=\"15\" r=\"5\"/>"
  }

  /// Counts side by side, with a gap between two.
  static func stack(_ parts: [(kind: String, count: Int)]) -> String {
    let total = parts.reduce(0) { $0 + $1.count }
    guard total > 0 else { return nothing }
    var from = 0.0
    return parts.map { part in
      defer { from += Double(part.count) / Double(total) }
      guard part.count > 0 else { return "" }
      let share = Double(part.count) / Double(total)
      return "<rect class=\"\(part.kind)\" x=\"\(x(from))\" y=\"7\" width=\"\(x(share))\" height=\"16\"/>"
    }.joined()
  }

  /// Runs in their order, with their uncertainty, on a scale from the least to 1.
  static func trend(_ points: [(date: String, f1: Double?, interval: Interval)], gate: Double) -> String {
    let axis = Axis(from: min(gate, points.map(\.interval.lower).min() ?? 0), to: 1)
    func y(_ value: Double) -> String { decimal(4 + (1 - axis.place(value)) * 38, places: 1) }
    let places = points.indices.map { 0.02 + 0.96 * Double($0) / Double(max(points.count - 1, 1)) }
    var svg = "<line class=\"gate\" x1=\"0%\" x2=\"100%\" y1=\"\(y(gate))\" y2=\"\(y(gate))\"/>"
    for (index, point) in points.enumerated() {
      guard let f1 = point.f1 else { continue }
      let place = x(places[index])
      svg += "<line class=\"faint\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(y(point.interval.upper))\" y2=\"\(y(point.interval.lower))\"/>"
      if index > 0, let before = points[index - 1].f1 {
        svg += "<line class=\"path\" x1=\"\(x(places[index - 1]))\" x2=\"\(place)\" y1=\"\(y(before))\" y2=\"\(y(f1))\"/>"
      }
      svg += "<circle class=\"dot plain\" cx=\"\(place)\" cy=\"\(y(f1))\" r=\"4\"/>"
    }
    return svg
  }

  private static func x(_ share: Double) -> String { decimal(share * 100, places: 2) + "%" }
}
