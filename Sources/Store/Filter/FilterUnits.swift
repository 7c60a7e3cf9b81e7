// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Units and times as people write them, in the filter language and in the flags of commands.
package enum FilterUnits {
  /// The value in the field's own unit; nil for a unit that does not fit, or a missing one that is needed.
  static func value(_ number: Double, _ unit: String, kind: FilterField.Kind) -> Double? {
    switch kind {
    case .duration: duration(number, unit)
    case .size: sizes[unit].map { $0 * number }
    case .number, .set: unit.isEmpty ? number : nil
    default: nil
    }
  }

  /// Nanoseconds.
  package static func duration(_ number: Double, _ unit: String) -> Double? { durations[unit].map { $0 * number } }

  /// Milliseconds since the epoch of a date, or a date and time, in UTC.
  package static func time(_ text: String) -> Int64? {
    let pattern = /(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?Z?/
    guard let match = text.wholeMatch(of: pattern) else { return nil }
    func part(_ text: Substring?) -> Int { text.flatMap { Int($0) } ?? 0 }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = DateComponents(
      year: part(match.1), month: part(match.2), day: part(match.3), hour: part(match.4), minute: part(match.5),
      second: part(match.6))
    guard parts.isValidDate(in: calendar), let date = calendar.date(from: parts) else { return nil }
    return Int64(date.timeIntervalSince1970 * 1000)
  }

  private static let durations: [String: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9, "d": 86400e9,
  ]
  private static let sizes: [String: Double] = [
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
  ]
}
