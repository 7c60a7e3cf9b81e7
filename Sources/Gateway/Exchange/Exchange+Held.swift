// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import NIOCore
import Synchronization

// What is made of requests, what is held back of vendors' answers, what is kept of those that pass, and what of all that is to be recorded,
// has one limit for all exchanges, `limits.buffered_bytes`: one exchange may hold megabytes for as long as its vendor, or its client, likes.
extension Exchange {
  /// Counts what is held of the answer; where that is too much for all together, first it is recorded without its body, then it leaves as
  /// it came, and no more of it is kept.
  mutating func countHeld(after action: Action, at now: UInt64) -> Action {
    if countMade() { return action }
    observer?.keepNoMore()
    letGoOfHeld()
    guard let turn = enforcement?.overflow(at: now) else { return action }
    let rest = carryOut(turn, at: now)
    if case .none = action { return rest }
    return .sequence([action, rest])
  }

  /// Counts what was made of a request, or for another attempt. False where that is too much, even with nothing of answers recorded.
  mutating func countMade() -> Bool {
    if holdsCounted() { return true }
    giveUpRecorded()
    letGoOfHeld()
    return holdsCounted()
  }

  /// Another attempt follows: what is told of the answer before it stays until the exchange is over. Of its calls only the shadow looks at
  /// what they say.
  mutating func countRefused() {
    guard let last = enforcement?.attempts.indices.last else { return }
    enforcement?.attempts[last].calls.cutNames()
    if !record.hasShadowBody { enforcement?.attempts[last].forgetCallBodies() }
    source?.toldBytes += enforcement?.attempts[last].toldBytes ?? 0
  }

  /// Whether all that is held is within the limit.
  private mutating func holdsCounted() -> Bool {
    // Who asks when it is over has nobody who lets go of it.
    guard state != .ended else { return true }
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
    let attempts = enforcement?.attempts.indices ?? 0..<0
    for index in attempts {
      enforcement?.attempts[index].answer?.giveUp()
      // Whether it is recorded or not, that of the attempt under way is there.
      if index < attempts.upperBound - 1 { enforcement?.attempts[index].sent = nil }
    }
    guard let told = source?.toldBytes, told > 0 else { return }
    source?.toldBytes = 0
    if record.hasShadowBody { record.shadow = .unsent }
    for index in attempts {
      enforcement?.attempts[index].forgetCallBodies()
      enforcement?.attempts[index].forgetLongFindings()
      source?.toldBytes += enforcement?.attempts[index].toldBytes ?? 0
    }
  }

  private var recordedBytes: Int {
    var bytes = (answer?.body.count ?? 0) + (record.bodies?.response?.count ?? 0)
    guard let attempts = enforcement?.attempts else { return bytes }
    for index in attempts.indices {
      bytes += attempts[index].answer?.body.count ?? 0
      // That of the attempt under way counts as what is made for it, and what it says as what is held.
      if index < attempts.count - 1 { bytes += (attempts[index].sent?.readableBytes ?? 0) + (attempts[index].answer?.spoken?.count ?? 0) }
    }
    return bytes
  }

  /// Counts what was made of a request to judge its answers by, and to tell what was changed in it. False where that is too much.
  mutating func countRequest() -> Bool {
    guard shareTools() else { return false }
    // Messages may be as short as `{}`: where they begin is then more than they are.
    let boundaries = MemoryLayout<Int>.stride * (record.bodies?.boundaries.count ?? 0)
    madeOfRequest = facts.callIDs.weight + facts.strangers.weight + boundaries + record.edits.reduce(0) { $0 + $1.queuedBytes }
    return countMade()
  }

  /// An agent's exchanges have one set of tools (``ToolSetCache``).
  private mutating func shareTools() -> Bool {
    let bytes = facts.tools.weight
    guard bytes > 0 else { return true }
    let limit = context.configuration.limits.bufferedBytes
    hasSharedTools = context.lasting.answers.withLock { $0.share(ObjectIdentifier(facts.tools), bytes, for: holder, within: limit) }
    return hasSharedTools
  }

  /// The exchange is over: what is recorded of it counts where it waits to be.
  mutating func letGoOfAll() {
    if heldBack > 0 { context.lasting.answers.withLock { $0.letGo(heldBack, of: holder) } }
    if hasSharedTools { context.lasting.answers.withLock { $0.leave(ObjectIdentifier(facts.tools)) } }
    (heldBack, madeOfRequest, hasSharedTools) = (0, 0, false)
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
    let made = madeOfRequest + (source?.madeBytes ?? 0)
    let bytes = (enforcement?.heldBytes ?? 0) + (observer?.keptBytes ?? 0) + recordedBytes + made
    return bytes / StreamHold.spillBytes * StreamHold.spillBytes
  }
}

extension ToolSet {
  /// Sets that are in use take less, and need not be looked for among those that count.
  private static let common = 256 << 10

  /// What it takes, about; none where that is common.
  fileprivate var weight: Int {
    let bytes = names.weight + schemas.weight + wholeFootprint
    return bytes > Self.common ? bytes : 0
  }
}

extension Ladder {
  /// What is kept of the last answer that could not be used: a change that tells of it has the same bytes.
  func aimBytes(besides changes: [RetryChange]) -> Int {
    if case .feedback? = changes.last { return 0 }
    guard case .answer(let complaint)? = aim else { return 0 }
    return RetryChange.feedback(complaint.turn).queuedBytes
  }
}

extension ByteStrings {
  /// With where each ends, and its hash.
  fileprivate var weight: Int { bytes.count + 16 * count }
}
