// SPDX-License-Identifier: Apache-2.0
import Foundation

package enum WallClock {
  /// Since the Unix epoch.
  package static func milliseconds() -> Int64 {
    Int64(Date.now.timeIntervalSince1970 * 1000)
  }
}
