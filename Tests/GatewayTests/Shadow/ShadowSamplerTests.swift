// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Testing

@Suite("Which conversations are shadowed") struct ShadowSamplerTests {
  private func taken(_ sampler: ShadowSampler, _ settings: ShadowSettings, model: String = "m") -> Set<UInt64> {
    Set((0..<20_000).map { UInt64($0) &* 0x1234_5678_9ABC_DEF1 }.filter { sampler.takes($0, vendor: "v", model: model, path: "/p", settings) == true })
  }

  @Test("the share is what was asked for, and a smaller share takes no other ones", arguments: [0.01, 0.05, 0.3, 0.8])
  func share(share: Double) {
    let all = taken(ShadowSampler(), ShadowSample.settings { ($0.sample, $0.few) = (share, 0) })
    // Six standard deviations of a binomial.
    #expect(abs(Double(all.count) - 20_000 * share) < 6 * (20_000 * share * (1 - share)).squareRoot())
    #expect(taken(ShadowSampler(), ShadowSample.settings { ($0.sample, $0.few) = (share / 2, 0) }).isSubset(of: all))
  }

  @Test("none and all are none and all")
  func ends() {
    #expect(taken(ShadowSampler(), ShadowSample.settings { ($0.sample, $0.few) = (0, 0) }).isEmpty)
    #expect(taken(ShadowSampler(), ShadowSample.settings { ($0.sample, $0.few) = (1, 0) }).count == 20_000)
  }

  @Test("a model with few comparisons gets more, until it has enough")
  func few() {
    let settings = ShadowSample.settings { ($0.sample, $0.sampleOfFew, $0.few) = (0.01, 0.5, 2) }
    var sampler = ShadowSampler(comparisons: [ShadowSampler.key(vendor: "v", model: "known"): 2])
    let few = taken(sampler, settings)
    #expect(few.count > 9000 && taken(sampler, settings, model: "known").count < 400)
    sampler.compared(vendor: "v", model: "m")
    #expect(taken(sampler, settings) == few)
    sampler.compared(vendor: "v", model: "m")
    #expect(taken(sampler, settings) == taken(sampler, settings, model: "known"))
    #expect(taken(sampler, settings).isSubset(of: few))
  }

  @Test("which are asked twice does not depend on which are taken")
  func repeats() {
    let settings = ShadowSample.settings { ($0.sample, $0.few, $0.repeats) = (0.2, 0, 0.25) }
    let all = taken(ShadowSampler(), settings)
    let twice = all.filter { ShadowSampler.repeats($0, settings) }
    #expect(abs(Double(twice.count) / Double(all.count) - 0.25) < 0.05)
  }

  @Test("rules keep out, or set another share; the first that matches decides")
  func rules() throws {
    let settings = try #require(
      BelayConfiguration.load(
        """
        vendors: { a: http://127.0.0.1:1/v1, b: http://127.0.0.1:2/v1 }
        reference: b
        shadow:
          sample: 1
          rules:
            - match: { model: "*-secret" }
              sample: off
            - match: { path: "/a/*", vendor: a }
              sample: 0.5
        """
      ).shadow)
    #expect(settings.shares(vendor: "a", model: "x-secret", path: "/a/v1") == nil)
    #expect(try #require(settings.shares(vendor: "a", model: "x", path: "/a/v1")).usual == 0.5)
    #expect(try #require(settings.shares(vendor: "a", model: "x", path: "/v1")).usual == 1)
    #expect(ShadowSampler().takes(1, vendor: "a", model: "x-secret", path: "/", settings) == nil)
  }
}

@Suite("What shadows may cost") struct ShadowBudgetTests {
  private static let noon = ShadowSample.noon

  @Test("in no 60 seconds are there more requests than allowed")
  func minute() {
    let settings = ShadowSample.settings { ($0.perMinute, $0.perDay) = (7, 100_000) }
    var budget = ShadowBudget()
    var sent: [Int64] = []
    for step in 0..<20_000 {
      let now = Self.noon + Int64(step) * 137
      guard budget.ask(1, settings, at: now) == .go else { continue }
      budget.spend(1, at: now)
      sent.append(now)
    }
    for (index, time) in sent.enumerated() { #expect(sent[index...].prefix { $0 < time + 60_000 }.count <= 7) }
    #expect(sent.count > 7 * (20_000 * 137 / 60_000 - 1))
  }

  @Test("tokens under way count as they are likely to cost, then as they did")
  func tokens() {
    let settings = ShadowSample.settings { $0.tokensPerDay = 1000 }
    var budget = ShadowBudget()
    budget.spend(600, at: Self.noon)
    #expect(budget.ask(500, settings, at: Self.noon) == .exhausted(until: 20_001 * 86_400_000))
    budget.settle(600, cost: 100, at: Self.noon)
    #expect(budget.ask(500, settings, at: Self.noon) == .go && budget.tokens == 100)
    budget.spend(500, at: Self.noon)
    budget.settle(500, cost: nil, at: Self.noon)
    #expect(budget.tokens == 600)
    #expect(budget.ask(401, settings, at: Self.noon) == .exhausted(until: 20_001 * 86_400_000))
    #expect(budget.ask(401, settings, at: 20_001 * 86_400_000) == .go, "the next day")
    #expect(ShadowBudget().asked(5000, settings, at: Self.noon) == .go, "one that is dearer than a day is not kept out for ever")
  }

  @Test("what was spent before a restart is spent")
  func restart() {
    let settings = ShadowSample.settings { $0.perDay = 10 }
    #expect(ShadowBudget(day: 20_000, requests: 10, tokens: 0).asked(1, settings, at: Self.noon) != .go)
    #expect(ShadowBudget(day: 19_999, requests: 10, tokens: 0).asked(1, settings, at: Self.noon) == .go)
  }
}

extension ShadowBudget {
  fileprivate func asked(_ estimate: Int, _ settings: ShadowSettings, at now: Int64) -> Answer {
    var budget = self
    return budget.ask(estimate, settings, at: now)
  }
}
