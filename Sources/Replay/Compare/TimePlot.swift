// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation

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
    return inside.indices.filter { $0 % stride == 0 }.map { (place: place(inside[$0]), label: Words.time(inside[$0]).replacing(".0 ", with: " ")) }
  }
}

/// Days, from the first run to the last.
struct DayAxis: PlotAxis {
  private let dates: [String]

  /// - Parameter dates: as Python's `isoformat` writes them.
  init(_ dates: [String]) { self.dates = Array(Set(dates)).sorted() }

  /// By time; by order where a date is no date.
  func place(_ date: String) -> Double {
    let inset = 0.02
    guard let first = dates.first, let last = dates.last, first != last else { return 0.5 }
    let order = Double(dates.firstIndex(of: date) ?? 0) / Double(dates.count - 1)
    guard let start = Self.seconds(first), let end = Self.seconds(last), let time = Self.seconds(date), end > start else {
      return inset + (1 - 2 * inset) * order
    }
    return inset + (1 - 2 * inset) * (time - start) / (end - start)
  }

  /// A date is whatever a row says it is, and a label is HTML.
  var ticks: [(place: Double, label: String)] {
    let ends = [dates.first, dates.last].compactMap { $0 }
    return Set(ends.map(Words.day)).count < 2 ? [] : ends.map { (place: place($0), label: HTML.escape(Words.day($0))) }
  }

  private static func seconds(_ date: String) -> Double? {
    try? Date(String(date.prefix(19)) + "Z", strategy: .iso8601).timeIntervalSince1970
  }
}

extension Plot {
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
}
