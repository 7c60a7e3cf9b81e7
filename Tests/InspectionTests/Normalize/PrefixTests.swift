// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

private let ruleSets: [Set<VendorProfile.RequestRule>] =
  VendorProfile.RequestRule.allCases.map { [$0] } + [Set(VendorProfile.RequestRule.allCases)]

/// The text up to the end of the messages.
private func throughMessages(_ text: String) -> Substring? {
  text.ranges(of: #"],"tools":"#).last.map { text[..<$0.lowerBound] }
}

@Test("With every rule, alone and together, a growing conversation keeps its prefix and twice is as once", arguments: ruleSets)
func rulesKeepThePrefix(rules: Set<VendorProfile.RequestRule>) throws {
  var changed = 0
  for seed in 0..<120 as Range<UInt64> {
    let conversation = randomConversation(seed: seed)
    for generation in [Generation.k2, .k3] {
      let vendor = target(generation) { profile, traits in
        profile.normalize = rules
        (profile.thinking, profile.reasoningKey) = (.thinking, seed % 2 == 0 ? .reasoningContent : .reasoning)
        profile.blankContent = seed % 3 == 0 ? .null : .omit
        (traits.hasImmutableSampling, traits.thinks, traits.needsReasoning) = (true, true, seed % 5 < 3)
      }
      var cache = ReasoningCache()
      var last: Substring?
      for count in 1...conversation.messages.count where !areResults(conversation.messages, around: count) {
        let bytes = conversation.body(count)
        let once = try normalize(bytes, for: vendor, reasoning: &cache)
        let text = try #require(throughMessages(once.text))
        if let last { #expect(text.hasPrefix(last), "seed \(seed), \(count) messages") }
        let twice = try normalize(once.bytes, for: vendor, reasoning: &cache)
        #expect(twice.bytes == once.bytes && twice.normalization.edits.isEmpty, "seed \(seed), \(count) messages")
        for (edit, next) in zip(once.normalization.edits, once.normalization.edits.dropFirst()) {
          #expect(edit.edit.range.upperBound <= next.edit.range.lowerBound, "seed \(seed)")
        }
        changed += once.normalization.edits.count { $0.rule != nil }
        last = text
        // The next message, if it has calls, is what a response to this request brought.
        guard count < conversation.messages.count, !conversation.calls[count].isEmpty, seed % 4 != 0 else { continue }
        guard let turn = once.normalization.turn else { continue }
        cache.insert(Array("thought \(count)".utf8), before: conversation.calls[count], at: turn)
      }
    }
  }
  #expect(changed > 100)
}
