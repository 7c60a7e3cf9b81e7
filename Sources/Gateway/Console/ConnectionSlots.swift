// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// So many at once and no more.
package final class ConnectionSlots: Sendable {
  private let free: Mutex<Int>

  package init(_ count: Int) { free = Mutex(count) }

  package func take() -> Bool {
    free.withLock { free in
      guard free > 0 else { return false }
      free -= 1
      return true
    }
  }

  package func giveBack() { free.withLock { $0 += 1 } }
}
