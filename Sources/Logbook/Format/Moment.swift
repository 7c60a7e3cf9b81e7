// SPDX-License-Identifier: Apache-2.0
import Fidelity

/// A time in UTC, as everywhere in Belay: logs of two machines can be laid side by side.
struct Moment {
  /// `2026-11-21`
  let date: String
  /// `14:00:05`
  let time: String
  private let millisecond: String

  init(_ milliseconds: Int64) {
    let day = Int((Double(milliseconds) / 86_400_000).rounded(.down))
    let rest = Int(milliseconds - Int64(day) * 86_400_000)
    date = dayName(day)
    time = "\(padded(rest / 3_600_000)):\(padded(rest / 60_000 % 60)):\(padded(rest / 1000 % 60))"
    millisecond = padded(rest % 1000, to: 3)
  }

  /// `11-21 14:00:05`
  var short: String { "\(date.suffix(5)) \(time)" }
  /// `2026-11-21T14:00:05.123Z`
  var iso: String { "\(date)T\(time).\(millisecond)Z" }
  /// `2026-11-21 14:00:05.123 UTC`
  var long: String { "\(date) \(time).\(millisecond) UTC" }
}

private func padded(_ number: Int, to width: Int = 2) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
