// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// One request's turn to have something read that may be large: only a few do at once. Over before the answer is written, so that a client
/// who does not read keeps it from nobody.
package final class ReadingTurn: Sendable {
  private let slots: ConnectionSlots
  private let patience: Duration
  private let isTaken = Atomic(false)

  private static let pause = Duration.milliseconds(100)

  package init(_ slots: ConnectionSlots, patience: Duration = .seconds(5)) { (self.slots, self.patience) = (slots, patience) }

  /// A page asks for several at once: they wait for one another. False where it takes too long.
  package func begin() async throws -> Bool {
    var waited = Duration.zero
    while !slots.take() {
      guard waited < patience else { return false }
      try await Task.sleep(for: Self.pause)
      waited += Self.pause
    }
    isTaken.store(true, ordering: .relaxed)
    return true
  }

  package func end() {
    if isTaken.exchange(false, ordering: .relaxed) { slots.giveBack() }
  }
}
