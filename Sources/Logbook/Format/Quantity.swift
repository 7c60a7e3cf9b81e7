// SPDX-License-Identifier: Apache-2.0

/// Numbers for people, always with their unit.
enum Quantity {
  /// `850 µs`, `12 ms`, `1.25 s`, `2 min 05 s`.
  static func duration(_ nanoseconds: Int64) -> String {
    switch nanoseconds {
    case ..<1000: return "\(nanoseconds) ns"
    case ..<1_000_000: return "\(nanoseconds / 1000) µs"
    case ..<10_000_000: return decimal(nanoseconds, 1_000_000, places: 1) + " ms"
    case ..<1_000_000_000: return "\(nanoseconds / 1_000_000) ms"
    case ..<100_000_000_000: return decimal(nanoseconds, 1_000_000_000, places: nanoseconds < 10_000_000_000 ? 2 : 1) + " s"
    default:
      let seconds = nanoseconds / 1_000_000_000
      return "\(seconds / 60) min \(seconds % 60 < 10 ? "0" : "")\(seconds % 60) s"
    }
  }

  /// `812 B`, `12.3 kB`, `4.5 MB`.
  static func bytes(_ count: Int) -> String {
    let count64 = Int64(count)
    return switch count64 {
    case ..<1000: "\(count) B"
    case ..<1_000_000: decimal(count64, 1000, places: 1) + " kB"
    case ..<1_000_000_000: decimal(count64, 1_000_000, places: 1) + " MB"
    default: decimal(count64, 1_000_000_000, places: 1) + " GB"
    }
  }

  /// `1,234,567`.
  static func count(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `1 call`, `2 calls`.
  static func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// Rounded down, so that 999.9 ms never reads as a second.
  private static func decimal(_ value: Int64, _ unit: Int64, places: Int) -> String {
    let scale: Int64 = places == 1 ? 10 : 100
    let fraction = value % unit * scale / unit
    return "\(value / unit).\(places == 2 && fraction < 10 ? "0" : "")\(fraction)"
  }
}
