// SPDX-License-Identifier: Apache-2.0
import Testing
import Upstream

@Suite struct RetryAfterTests {
  private static let noon = "Date: Sun, 06 Nov 1994 12:00:00 GMT\r\n"

  static let cases: [(fields: String, seconds: Double?)] = [
    ("", nil), ("Retry-After: 7\r\n", 7), ("retry-after: 0.5\r\n", 0.5), ("retry-after: 0\r\n", 0), ("retry-after: 999999\r\n", 999_999),
    ("retry-after-ms: 20\r\nretry-after: 9\r\n", 0.02), ("retry-after-ms: soon\r\nretry-after: 9\r\n", 9),
    // Longer than anybody waits, and no less.
    ("retry-after: 1000000\r\n", 1e6), ("retry-after: 1e300\r\n", 1e6), ("retry-after: inf\r\n", 1e6),
    ("retry-after: 99999999999999999999999\r\n", 1e6), ("retry-after-ms: 99999999999999999999999\r\n", 1e6),
    // The three forms of a date, by the vendor's own clock.
    (noon + "Retry-After: Sun, 06 Nov 1994 12:01:30 GMT\r\n", 90), (noon + "Retry-After: Sunday, 06-Nov-94 12:01:30 GMT\r\n", 90),
    (noon + "Retry-After: Sun Nov  6 12:01:30 1994\r\n", 90), (noon + "Retry-After: Mon, 07 Nov 1994 12:00:00 GMT\r\n", 86_400),
    (noon + "Retry-After: Sun, 06 Nov 1994 11:00:00 GMT\r\n", 0), (noon + "Retry-After: Sun, 06 Nov 2094 12:00:00 GMT\r\n", 1e6),
    // By this machine's, where the answer shows none.
    ("Retry-After: Sun, 06 Nov 1994 12:00:00 GMT\r\n", 0), ("Retry-After: Sat, 06 Nov 2100 12:00:00 GMT\r\n", 1e6),
    ("retry-after: -1\r\n", nil), ("retry-after: nan\r\n", nil), ("retry-after: tomorrow\r\n", nil), ("retry-after:\r\n", nil),
  ]

  @Test("seconds, milliseconds and dates, and nothing that is longer than it can be told", arguments: cases)
  func reading(fields: String, seconds: Double?) {
    let found = RetryAfter.nanoseconds(in: UpstreamHeaders(lines: Array(fields.utf8)))
    #expect(found == seconds.map { UInt64($0 * 1e9) })
  }
}
