// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How long an answer asks to be left alone: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3).
package enum RetryAfter {
  /// Seconds. Whoever asks for longer is not waited for by anybody.
  private static let longest = 1e6
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  package static func nanoseconds(in headers: UpstreamHeaders) -> UInt64? {
    if let value = headers["retry-after-ms"].flatMap(Double.init), value >= 0 { return nanoseconds(value / 1000) }
    guard let text = headers["retry-after"] else { return nil }
    if let value = Double(text) { return value >= 0 ? nanoseconds(value) : nil }
    guard let date = seconds(text) else { return nil }
    // By the clock that the date was read from, where the answer shows it.
    let now = headers["date"].flatMap(seconds) ?? Int64(time(nil))
    return nanoseconds(Double(max(0, date - now)))
  }

  private static func nanoseconds(_ seconds: Double) -> UInt64 { UInt64((min(seconds, longest) * 1e9).rounded()) }

  /// Since the Unix epoch; nil where it is no date of RFC 9110 section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, or of the two obsolete
  /// forms `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
  private static func seconds(_ date: String) -> Int64? {
    var words = date.split { " ,-:".contains($0) }
    // The last form, in the order of the others.
    if words.count == 7 { words = [0, 2, 1, 6, 3, 4, 5].map { words[$0] } }
    guard words.count >= 7, let month = months.firstIndex(of: String(words[2])), let written = number(words[3], 0...9999),
      let day = number(words[1], 1...31), let hour = number(words[4], 0...23), let minute = number(words[5], 0...59),
      let second = number(words[6], 0...60)
    else { return nil }
    // Howard Hinnant's `days_from_civil` (2013): years begin in March, so that the leap day is the last.
    let year = (written < 70 ? written + 2000 : written < 100 ? written + 1900 : written) - (month < 2 ? 1 : 0)
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * ((month + 10) % 12) + 2) / 5 + day - 1 - 719_468
    return Int64(86_400 * days + 3600 * hour + 60 * minute + second)
  }

  private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? { Int(text).flatMap { range.contains($0) ? $0 : nil } }
}
