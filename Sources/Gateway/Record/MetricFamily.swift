// SPDX-License-Identifier: Apache-2.0

/// A Prometheus counter: one number for each combination of label values.
package struct CounterFamily: Sendable, Equatable {
  package let name: String
  let help: String
  let labels: [String]
  package private(set) var values: [[String]: Int] = [:]

  init(_ name: String, _ labels: [String], _ help: String) {
    self.name = name
    self.labels = labels
    self.help = help
  }

  mutating func add(_ values: [String], count: Int = 1) {
    if count > 0 { self.values[values, default: 0] += count }
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
  package private(set) var values: [[String]: Samples] = [:]

  init(_ name: String, _ labels: [String], bounds: [Double], _ help: String) {
    self.name = name
    self.labels = labels
    self.bounds = bounds
    self.help = help
  }

  mutating func add(nanoseconds: UInt64?, _ values: [String]) {
    guard let nanoseconds else { return }
    let seconds = Double(nanoseconds) / 1e9
    let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
    self.values[values, default: Samples(counts: Array(repeating: 0, count: bounds.count + 1))].counts[bucket] += 1
    self.values[values]?.sum += seconds
  }
}
