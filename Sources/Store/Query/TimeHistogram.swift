// SPDX-License-Identifier: Apache-2.0

/// Durations counted in buckets that are a sixteenth of an octave wide: a percentile is within 3.2 % of the truth.
package struct TimeHistogram: Sendable, Equatable {
  package enum Measure: Int, Sendable, CaseIterable {
    case firstByte, firstToken, total, overhead
  }

  /// Samples by bucket.
  package private(set) var counts: [Int: Int] = [:]
  package private(set) var samples = 0

  package init() {}

  package mutating func add(nanoseconds: Int64) {
    add(bucket: Self.bucket(nanoseconds), samples: 1)
  }

  package mutating func add(bucket: Int, samples: Int) {
    counts[bucket, default: 0] += samples
    self.samples += samples
  }

  /// - Parameter rank: 0.5 for the median.
  /// - Returns: nanoseconds, the middle of the bucket; nil without samples.
  package func percentile(_ rank: Double) -> Int64? {
    guard samples > 0 else { return nil }
    let wanted = max(1, Int((rank * Double(samples)).rounded(.up)))
    var seen = 0
    for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) {
      seen += count
      if seen >= wanted { return Self.middle(of: bucket) }
    }
    return nil
  }

  /// Microseconds below 16 have a bucket each.
  package static func bucket(_ nanoseconds: Int64) -> Int {
    let value = UInt64(max(0, nanoseconds)) / 1000
    guard value >= 16 else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return (exponent - 3) << 4 | Int(value >> UInt64(exponent - 4)) & 15
  }

  /// Nanoseconds.
  package static func middle(of bucket: Int) -> Int64 {
    guard bucket >= 16 else { return Int64(bucket) * 1000 + 500 }
    let shift = bucket >> 4 - 1
    let low = Int64(16 + bucket & 15) << Int64(shift)
    return low * 1000 + (Int64(1) << Int64(shift)) * 500
  }
}
