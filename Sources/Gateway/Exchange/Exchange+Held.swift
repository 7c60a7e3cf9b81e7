// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Synchronization

// What is held back of vendors' answers, what is kept of those that pass, and what of both is to be recorded, has one limit for all
// exchanges, `limits.buffered_bytes`: one exchange may hold megabytes for as long as its vendor, or its client, likes.
extension Exchange {
  /// Counts what is held of the answer; where that is too much for all together, first it is recorded without its body, then it leaves as
  /// it came, and no more of it is kept.
  mutating func countHeld(after action: Action, at now: UInt64) -> Action {
    if holdsCounted() { return action }
    giveUpRecorded()
    letGoOfHeld()
    if holdsCounted() { return action }
    observer?.keepNoMore()
    letGoOfHeld()
    guard let turn = enforcement?.overflow(at: now) else { return action }
    let rest = carryOut(turn, at: now)
    if case .none = action { return rest }
    return .sequence([action, rest])
  }

  /// Whether all that is held is within the limit.
  private mutating func holdsCounted() -> Bool {
    let bytes = countedBytes
    guard bytes > heldBack else { return true }
    let limit = context.configuration.limits.bufferedBytes
    guard context.lasting.answers.withLock({ $0.hold(bytes - heldBack, for: holder, within: limit) }) else { return false }
    heldBack = bytes
    return true
  }

  private mutating func giveUpRecorded() {
    answer?.giveUp()
    record.bodies?.giveUpResponse()
    for index in enforcement?.attempts.indices ?? 0..<0 { enforcement?.attempts[index].answer?.giveUp() }
  }

  private var recordedBytes: Int {
    let attempts = enforcement?.attempts.reduce(0) { $0 + ($1.answer?.body.count ?? 0) } ?? 0
    return (answer?.body.count ?? 0) + (record.bodies?.response?.count ?? 0) + attempts
  }

  /// The exchange is over: what is recorded of it counts where it waits to be.
  mutating func letGoOfAll() {
    if heldBack > 0 { context.lasting.answers.withLock { $0.letGo(heldBack, of: holder) } }
    heldBack = 0
    answer = nil
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
    ((enforcement?.heldBytes ?? 0) + (observer?.keptBytes ?? 0) + recordedBytes) / StreamHold.spillBytes * StreamHold.spillBytes
  }
}
