// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Testing

@Suite struct IntervalTests {
  @Test func wilsonAgreesWithStatsmodels() {
    let cases = Oracle.cases("wilson")
    #expect(cases.count == 30)
    for values in cases {
      let interval = WilsonInterval(alpha: values[2]).interval(
        Agreement(successes: Int(values[0]), failures: Int(values[1])))
      #expect(isClose(interval.lower, values[3], 1e-11) && isClose(interval.upper, values[4], 1e-12), "\(values)")
    }
  }

  @Test func theConfidenceSequenceEndsWhere50DigitArithmeticSays() {
    let cases = Oracle.cases("confidenceSequence")
    #expect(cases.count == 30)
    for values in cases {
      let sequence = ConfidenceSequence(alpha: values[2], mixture: BetaMixture(a: values[3], b: values[4]))
      let agreement = Agreement(successes: Int(values[0]), failures: Int(values[1]))
      let interval = sequence.interval(agreement)
      #expect(isClose(interval.lower, values[5], 1e-11), "\(values): \(interval.lower)")
      #expect(isClose(interval.upper, values[6], 1e-12), "\(values): \(interval.upper)")
      let middle = agreement.proportion ?? 0
      #expect(sequence.contains(min(max(middle, 1e-9), 1 - 1e-9), agreement))
      if interval.lower > 1e-12 { #expect(!sequence.contains(interval.lower * (1 - 1e-6), agreement)) }
      if interval.upper < 1 { #expect(!sequence.contains(1 - (1 - interval.upper) * (1 - 1e-3), agreement)) }
    }
  }

  @Test func theGatesEvidenceAgreesWith50DigitArithmetic() throws {
    let cases = Oracle.cases("evidence")
    #expect(cases.count == 26)
    for values in cases {
      let test = try #require(GateTest(gate: Agreement.f1(proportion: values[2])))
      let evidence = test.logEvidence(Agreement(successes: Int(values[0]), failures: Int(values[1])))
      // Terms of the size of n cancel, so the error is absolute.
      let tolerance = 1e-12 * max(1, values[0] + values[1])
      #expect(abs(evidence.below - values[3]) <= tolerance, "\(values): \(evidence)")
      #expect(abs(evidence.above - values[4]) <= tolerance, "\(values): \(evidence)")
    }
  }

  @Test func mcNemarAgreesWithStatsmodelsAndScipy() {
    let cases = Oracle.cases("mcnemar")
    #expect(cases.count == 10)
    for values in cases {
      let table = McNemar(onlyFirst: Int(values[0]), onlySecond: Int(values[1]))
      #expect(isClose(table.exactP, values[2], 1e-10), "\(values): \(table.exactP)")
      #expect(isClose(table.midP, values[3], 1e-10), "\(values): \(table.midP)")
    }
  }

  @Test func beforeTheFirstComparisonEverythingIsPossible() throws {
    let none = Agreement()
    #expect(WilsonInterval().interval(none) == .everything)
    #expect(ConfidenceSequence().interval(none) == .everything)
    let test = try #require(GateTest(gate: 0.8))
    #expect(test.decision(none) == .undecided && test.comparisonsUntilDecision(none) == nil)
    #expect(NoiseFloor().decision(on: none) == .unmeasured)
    #expect(McNemar().exactP == 1 && McNemar().midP == 1)
  }

  @Test func intervalsNarrowWithCountsAndWidenWithCertainty() {
    var last = Interval.everything
    for n in [3, 30, 300, 3000, 30_000] {
      let agreement = Agreement(successes: 2 * n, failures: n)
      let interval = ConfidenceSequence().interval(agreement)
      #expect(interval.lower > last.lower && interval.upper < last.upper)
      let surer = ConfidenceSequence(alpha: 0.001).interval(agreement)
      #expect(surer.lower < interval.lower && surer.upper > interval.upper)
      let wilson = WilsonInterval().interval(agreement)
      #expect(interval.lower < wilson.lower && interval.upper > wilson.upper)
      last = interval
    }
  }

  @Test func theEndsOfF1AreThoseOfTheProportion() {
    for p in stride(from: 0.0, through: 1, by: 0.125) {
      #expect(isClose(Agreement.proportion(f1: Agreement.f1(proportion: p)), p))
    }
    #expect(isClose(Agreement.proportion(f1: 0.8), 2.0 / 3))
    let confusion = Confusion(truePositives: 84, falsePositives: 20, falseNegatives: 12, trueNegatives: 9)
    let p = confusion.agreement.proportion ?? 0
    #expect(isClose(Agreement.f1(proportion: p), confusion.f1 ?? 0))
  }
}
