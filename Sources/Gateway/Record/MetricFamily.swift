// SPDX-License-Identifier: Apache-2.0

/// The values of a family's labels, four at most. An array of them would be allocated for each of the thirty or so samples that an
/// exchange has.
struct LabelValues: Hashable, Sendable {
  private let count: Int
  private let first: String
  private let second: String
  private let third: String
  private let fourth: String

  init(_ first: String, _ second: String? = nil, _ third: String? = nil, _ fourth: String? = nil) {
    count = second == nil ? 1 : third == nil ? 2 : fourth == nil ? 3 : 4
    (self.first, self.second, self.third, self.fourth) = (first, second ?? "", third ?? "", fourth ?? "")
  }

  var array: [String] { Array([first, second, third, fourth].prefix(count)) }
}

/// A Prometheus counter: one number for each combination of label values.
package struct CounterFamily: Sendable, Equatable {
  package let name: String
  let help: String
  let labels: [String]
  private var counts: [LabelValues: Int] = [:]

  init(_ name: String, _ labels: [String], _ help: String) {
    self.name = name
    self.labels = labels
    self.help = help
  }

  package var values: [[String]: Int] {
    Dictionary(uniqueKeysWithValues: counts.map { ($0.key.array, $0.value) })
  }

  mutating func add(_ values: LabelValues, count: Int = 1) {
    if count > 0 { counts[values, default: 0] += count }
  }
}

/// A Prometheus histogram of seconds.
package struct HistogramFamily: Sendable, Equatable {
  package struct Samples: Sendable, Equatable {
    /// By bucket, each for itself; the last is everything beyond the last bound.
    package fileprivate(set) var counts: [Int]
    package fileprivate(set) var sum = 0.0
    package var count: Int { counts.reduce(0, +) }
  }

  package let name: String
  let help: String
  let labels: [String]
  /// Upper bounds in seconds, inclusive, ascending.
  let bounds: [Double]
  /// Where in `series` the samples with these label values are.
  private var places: [LabelValues: Int] = [:]
  private var series: [Samples] = []

  init(_ name: String, _ labels: [String], bounds: [Double], _ help: String) {
    self.name = name
    self.labels = labels
    self.bounds = bounds
    self.help = help
  }

  package var values: [[String]: Samples] {
    Dictionary(uniqueKeysWithValues: places.map { ($0.key.array, series[$0.value]) })
  }

  mutating func add(nanoseconds: UInt64?, _ values: LabelValues) {
    guard let nanoseconds else { return }
    let seconds = Double(nanoseconds) / 1e9
    let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
    let place = place(of: values)
    series[place].counts[bucket] += 1
    series[place].sum += seconds
  }

  private mutating func place(of values: LabelValues) -> Int {
    if let place = places[values] { return place }
    places[values] = series.count
    series.append(Samples(counts: Array(repeating: 0, count: bounds.count + 1)))
    return series.count - 1
  }
}
