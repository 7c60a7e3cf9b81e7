// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation

/// `value` with so many digits behind the point, rounded as C and Python round.
func decimal(_ value: Double, places: Int) -> String { String(format: "%.\(places)f", value) }

/// Figures as people read them.
enum Words {
  /// `93.41 %`; a dash of nothing.
  static func percent(_ share: Double?, places: Int = 2) -> String { share.map { decimal($0 * 100, places: places) + " %" } ?? "–" }

  static func interval(_ interval: Interval) -> String {
    "\(decimal(interval.lower * 100, places: 1)) to \(decimal(interval.upper * 100, places: 1)) %"
  }

  static func pValue(_ p: Double) -> String { p < 0.0001 ? "p < 0.0001" : "p = " + decimal(p, places: 4) }

  /// `840 ms`, `12.3 s`, `4.1 min`.
  static func time(_ milliseconds: Int?) -> String {
    guard let milliseconds else { return "–" }
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    let seconds = Double(milliseconds) / 1000
    return seconds < 120 ? decimal(seconds, places: 1) + " s" : decimal(seconds / 60, places: 1) + " min"
  }

  /// The day of Python's `datetime.isoformat()`.
  static func day(_ date: String) -> String { String(date.prefix(10)) }

  static func decision(_ decision: GateTest.Decision) -> String {
    switch decision {
    case .above: "passes"
    case .below: "fails"
    case .undecided: "undecided"
    }
  }
}
