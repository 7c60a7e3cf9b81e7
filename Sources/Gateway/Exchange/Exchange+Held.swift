// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Synchronization

// What is held back of vendors' answers, and what is kept of those that pass, has one limit for all exchanges,
// `limits.buffered_bytes`: one exchange may hold megabytes for as long as its vendor likes.
extension Exchange {
  /// Counts what is held of the answer; where that is too much for all together, it leaves as it came, and no more of it is kept.
  mutating func countHeld(after action: Action, at now: UInt64) -> Action {
    let bytes = countedBytes
    guard bytes > heldBack else { return action }
    let limit = context.configuration.limits.bufferedBytes
    if context.lasting.answers.withLock({ $0.hold(bytes - heldBack, for: holder, within: limit) }) {
      heldBack = bytes
      return action
    }
    observer?.keepNoMore()
    letGoOfHeld()
    guard let turn = enforcement?.overflow(at: now) else { return action }
    let rest = carryOut(turn, at: now)
    if case .none = action { return rest }
    return .sequence([action, rest])
  }

  /// What has left counts no longer.
  mutating func letGoOfHeld() {
    let bytes = countedBytes
    guard bytes < heldBack else { return }
    context.lasting.answers.withLock { $0.letGo(heldBack - bytes, of: holder) }
    heldBack = bytes
  }

  /// In steps, so that ordinary answers, which are short, never ask.
  private var countedBytes: Int {
    ((enforcement?.heldBytes ?? 0) + (observer?.keptBytes ?? 0)) / StreamHold.spillBytes * StreamHold.spillBytes
  }
}
