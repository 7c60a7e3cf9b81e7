// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt.
package enum Backoff {
  /// The first wait without a word of the vendor's, and the longest; K2VV's.
  private static let first = Duration.seconds(2)
  private static let longest = Duration.seconds(60)
  /// A vendor that asks for more is not waited for any longer than this.
  static let longestAsked = Duration.seconds(600)

  /// What the vendor asks for, or else 2 s, doubled with each failure, up to 60 s; and up to a quarter more, so that
  /// requests that failed together do not come back together.
  /// - Parameters:
  ///   - failures: how many attempts have failed, from 1.
  ///   - random: 0 to 1.
  package static func delay(failures: Int, retryAfter: Duration?, random: Double) -> Duration {
    let delay = retryAfter.map { min($0, longestAsked) } ?? min(first * (1 << min(failures - 1, 16)), longest)
    return delay + delay * (0.25 * random)
  }
}
