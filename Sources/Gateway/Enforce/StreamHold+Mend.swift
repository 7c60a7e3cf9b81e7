// SPDX-License-Identifier: Apache-2.0
import Inspection
import NIOCore

extension StreamHold {
  /// Sends what is held as the mended answer has it. Calls that differ leave as chunks of their own, right before the finish
  /// reason; every other event stays as it came but for what they replace. Everything after it passes.
  mutating func release(_ original: ResponseSummary, mendedTo mended: ResponseSummary, into out: inout ByteBuffer) {
    var plan = MendPlan(original, mended, head: rewrite?.head ?? observer.head, drops: rewrite?.drops ?? [])
    guard plan.isNeeded else { return release(into: &out) }
    let base = rewrite
    rewrite = plan.rewrite(of: base ?? EventRewrite(), held)
    // What is left to write stands before the token counts: OpenAI's SDK for Python has those of the last chunk.
    let end = (held.lastIndex { !$0.traits.isDisjoint(with: .saying) } ?? -1) + 1
    for event in held[..<end] { mend(event, &plan, into: &out) }
    plan.writeRest(into: &out)
    for event in held[end...] { pass(event, into: &out) }
    flowed.insert(.call)
    dropHeld()
    rewrite = base
  }

  private mutating func mend(_ event: Event, _ plan: inout MendPlan, into out: inout ByteBuffer) {
    guard event.traits.contains(.finish) else { return pass(event, into: &out) }
    let drops = rewrite?.drops ?? []
    // What the last chunk says besides its finish reason and its token counts comes before the calls.
    let saysMore = !event.traits.isDisjoint(with: .flowing)
    if saysMore {
      rewrite?.drops.formUnion([.finish, .usage])
      pass(event, into: &out)
    }
    plan.writeCalls(into: &out)
    rewrite?.drops = drops.union(saysMore ? .delta : [.role, .text, .reasoning])
    pass(event, into: &out)
    rewrite?.drops = drops
  }
}

/// What of an answer changes, and what is left to write of it.
private struct MendPlan {
  private let mended: ResponseSummary
  private let chunks: OwnChunks
  /// Choices whose calls are written anew.
  private var rewritten: [ChoiceSummary] = []
  private var reasons: [Int: String] = [:]
  /// Choices that have no finish reason of the vendor's.
  private var unfinished: [Int: String] = [:]
  private var rescues: [(choice: Int, rescue: Rescue, length: Int)] = []
  private var hasWrittenCalls = false
  /// What the client has of an earlier attempt, and gets no more of.
  private let drops: EventRewrite.Drops

  init(_ original: ResponseSummary, _ mended: ResponseSummary, head: ChunkHead?, drops: EventRewrite.Drops) {
    self.mended = mended
    self.drops = drops
    chunks = OwnChunks(head: head)
    var changesCalls = false
    for after in mended.choices {
      guard let before = original.choices.first(where: { $0.index == after.index }) else { continue }
      if before.calls != after.calls { changesCalls = true }
      if before.finishReason != after.finishReason, let reason = after.finishReason {
        if before.finishReason == nil { unfinished[after.index] = reason } else { reasons[after.index] = reason }
      }
      if let rescue = after.rescue {
        let length = before.leak.map { $0.offset + $0.length } ?? rescue.offset
        rescues.append((after.index, rescue, length))
      }
    }
    // Pieces of calls of several choices may share an event: all are written anew, or none.
    if changesCalls { rewritten = mended.choices }
  }

  var isNeeded: Bool { !rewritten.isEmpty || !reasons.isEmpty || !unfinished.isEmpty || !rescues.isEmpty }

  /// How the vendor's own events change.
  func rewrite(of base: EventRewrite, _ held: [StreamHold.Event]) -> EventRewrite {
    var rewrite = base
    if !rewritten.isEmpty { rewrite.drops.insert(.calls) }
    rewrite.finish.merge(reasons) { $1 }
    guard !rescues.isEmpty else { return rewrite }
    var counts: [Int: (text: Int, reasoning: Int)] = [:]
    for event in held {
      guard let data = event.data else { continue }
      for count in rewrite.textCounts(of: data.span) {
        counts[count.choice, default: (0, 0)].text += count.text
        counts[count.choice, default: (0, 0)].reasoning += count.reasoning
      }
    }
    for (choice, rescue, length) in rescues {
      let held = counts[choice] ?? (0, 0)
      let flowed = length - (rescue.isInReasoning ? held.reasoning : held.text)
      let left = max(0, rescue.offset - flowed)
      if rescue.isInReasoning { rewrite.reasoningLeft[choice] = left } else { rewrite.textLeft[choice] = left }
    }
    return rewrite
  }

  mutating func writeCalls(into out: inout ByteBuffer) {
    guard !hasWrittenCalls else { return }
    hasWrittenCalls = true
    for (choice, rescue, _) in rescues where !rescue.remainder.isEmpty && !drops.contains(rescue.isInReasoning ? .reasoning : .text) {
      out.writeBytes(chunks.text(rescue.remainder, choice: choice, isReasoning: rescue.isInReasoning))
    }
    for choice in rewritten {
      for (number, call) in choice.calls.enumerated() {
        out.writeBytes(chunks.call(call, number: number, choice: choice.index))
      }
    }
  }

  /// Calls and finish reasons that no event of the vendor's gave occasion for.
  mutating func writeRest(into out: inout ByteBuffer) {
    writeCalls(into: &out)
    for (choice, reason) in unfinished.sorted(by: { $0.key < $1.key }) {
      out.writeBytes(chunks.finish(reason, choice: choice))
    }
    unfinished = [:]
  }
}

extension StreamHold {
  /// The stream is given up, and the client has seen a part of its text: lets out what is left of that text before the markup of
  /// a lost call, since no other attempt will say it again.
  mutating func releaseText(of summary: ResponseSummary, into out: inout ByteBuffer) {
    guard flowed.contains(.text), summary.choices.contains(where: { $0.leak?.isInReasoning == false }) else { return }
    var plan = rewrite ?? EventRewrite()
    plan.drops.formUnion([.role, .reasoning, .calls, .finish])
    var held: [Int: Int] = [:]
    for event in self.held {
      for count in event.data.map({ plan.textCounts(of: $0.span) }) ?? [] { held[count.choice, default: 0] += count.text }
    }
    for choice in summary.choices {
      guard let leak = choice.leak, !leak.isInReasoning else { continue }
      plan.textLeft[choice.index] = max(0, leak.offset - (leak.offset + leak.length - (held[choice.index] ?? 0)))
    }
    let base = rewrite
    rewrite = plan
    for event in self.held where event.traits.contains(.text) { pass(event, into: &out) }
    // Should it leave after all, its text is there.
    rewrite = base ?? EventRewrite()
    rewrite?.drops.insert(.text)
  }

  /// Kinds of text that have left up to where markup begins, which is held.
  func endsAtMarkup(_ summary: ResponseSummary) -> EventTraits {
    guard mayLoseCalls else { return [] }
    var kinds: EventTraits = []
    for choice in summary.choices {
      if let leak = choice.leak { kinds.insert(leak.isInReasoning ? .reasoning : .text) }
    }
    return kinds.intersection(flowed)
  }

  /// The answer leaves as it is behind text of an earlier attempt: where that ended where markup began, this one's follows it.
  mutating func releaseMarkup(of summary: ResponseSummary, behind ends: EventTraits, into out: inout ByteBuffer) {
    guard let rewrite else { return }
    let chunks = OwnChunks(head: rewrite.head ?? observer.head)
    for choice in summary.choices {
      guard let leak = choice.leak, !leak.text.isEmpty, ends.contains(leak.isInReasoning ? .reasoning : .text),
        rewrite.drops.contains(leak.isInReasoning ? .reasoning : .text)
      else { continue }
      out.writeBytes(chunks.text(leak.text, choice: choice.index, isReasoning: leak.isInReasoning))
    }
  }
}
