// SPDX-License-Identifier: Apache-2.0

/// A day of the civil calendar, UTC, as `2025-11-15`. From days since 1970-01-01, after Howard Hinnant's
/// `civil_from_days` (2013): years begin in March, so that the leap day is the last.
package func dayName(_ days: Int) -> String {
  let shifted = days + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let ofEra = shifted - era * 146_097
  let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
  let ofYear = ofEra - (365 * year + year / 4 - year / 100)
  let marchMonth = (5 * ofYear + 2) / 153
  let day = ofYear - (153 * marchMonth + 2) / 5 + 1
  let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  let civil = year + era * 400 + (month <= 2 ? 1 : 0)
  return "\(padded(civil, 4))-\(padded(month, 2))-\(padded(day, 2))"
}

private func padded(_ value: Int, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
