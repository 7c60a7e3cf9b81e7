// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Testing

/// The promises that only many streams can show, each looked at after every comparison: 2,000 streams of 4,000 comparisons.
/// BELAY_LONG_TESTS=1 runs 20,000 streams of each; a failing seed is repeated with BELAY_SEED.
@Suite struct SimulationTests {
  private static let streams = isLongRun ? 20_000 : 2000
  private static let length = 4000

  /// The most of `n` that may happen by chance when each does with `probability`: four standard errors above, which once
  /// in 30,000 runs is not enough.
  private static func most(_ probability: Double, of n: Int) -> Double {
    Double(n) * probability + 4 * (Double(n) * probability * (1 - probability)).squareRoot()
  }

  private static func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }

  @Test("The confidence sequence ever misses the true F1 in at most 5 % of streams", arguments: [0.84, 0.5, 0.99])
  func coverage(_ f1: Double) {
    let p = Agreement.proportion(f1: f1)
    // The sequence leaves p when, and only when, the evidence against p reaches 1/alpha: no need to look for its ends.
    let limit = -logarithm(ConfidenceSequence().alpha)
    let wilson = WilsonInterval()
    var (missed, wilsonMissed) = (0, 0)
    for stream in 0..<Self.streams {
      var random = SeededRandom(stream: stream)
      var evidence = RunningEvidence(against: p)
      var agreement = Agreement()
      var (isOut, isOutOfWilson) = (false, false)
      for _ in 0..<Self.length {
        let success = random.happens(p)
        if success { agreement.successes += 1 } else { agreement.failures += 1 }
        evidence.add(success: success)
        isOut = isOut || evidence.logEvidence >= limit
        isOutOfWilson = isOutOfWilson || !wilson.interval(agreement).contains(p)
      }
      missed += isOut ? 1 : 0
      wilsonMissed += isOutOfWilson ? 1 : 0
    }
    print(
      "F1 \(f1): watched at each of \(Self.length) comparisons the sequence ever missed in \(missed) of \(Self.streams) streams "
        + "(coverage \(fixed(100 - 100 * Double(missed) / Double(Self.streams), places: 2)) %), Wilson's in \(wilsonMissed)")
    #expect(Double(missed) <= Self.most(0.05, of: Self.streams))
    #expect(wilsonMissed > 2 * Self.streams / 10, "looked at all the time, a fixed-n interval must fail, or this test does")
  }

  @Test("The evidence carried along is the evidence of the counts, and of the sequence's ends", arguments: [0.3, 0.724, 0.98])
  func evidenceIsTheSame(_ p: Double) {
    var (random, running, agreement) = (SeededRandom(), RunningEvidence(against: p), Agreement())
    let sequence = ConfidenceSequence()
    for step in 1...4000 {
      let success = random.happens(step < 2000 ? p : p * 0.9)
      running.add(success: success)
      agreement.merge(success ? Agreement(successes: 1, failures: 0) : Agreement(successes: 0, failures: 1))
      let whole = sequence.mixture.logEvidence(
        against: p, successes: Double(agreement.successes), failures: Double(agreement.failures))
      #expect(abs(running.logEvidence - whole) < 1e-9)
      // Beside the end itself the last digit may fall either way.
      if abs(whole + logarithm(sequence.alpha)) > 1e-9 {
        #expect((running.logEvidence < -logarithm(sequence.alpha)) == sequence.interval(agreement).contains(p))
      }
    }
  }

  @Test func onTheGateItselfEitherTestErrsInAtMost5PercentOfStreams() throws {
    let test = try #require(GateTest(gate: 0.8))
    var decisions: [GateTest.Decision: Int] = [:]
    for stream in 0..<Self.streams {
      let (decision, _) = Self.run(test, f1: 0.8, stream: stream, length: Self.length)
      decisions[decision, default: 0] += 1
    }
    print("on the gate, of \(Self.streams) streams: \(decisions)")
    #expect(Double(decisions[.below] ?? 0) <= Self.most(0.05, of: Self.streams))
    #expect(Double(decisions[.above] ?? 0) <= Self.most(0.05, of: Self.streams))
  }

  @Test("The gate's test finds what is so, within a median number of comparisons", arguments: [
    (0.70, GateTest.Decision.below, 150), (0.60, .below, 50), (0.90, .above, 85), (0.84, .above, 850),
  ])
  func power(_ f1: Double, _ right: GateTest.Decision, _ limit: Int) throws {
    let test = try #require(GateTest(gate: 0.8))
    var (times, wrong) = ([Int](), 0)
    for stream in 0..<Self.streams {
      let (decision, time) = Self.run(test, f1: f1, stream: stream, length: 4000)
      times.append(decision == right ? time : .max)
      if decision != right, decision != .undecided { wrong += 1 }
    }
    let found = times.filter { $0 < .max }.count
    print("F1 \(f1) against 0.8: median \(Self.median(times)), found in \(found), wrong in \(wrong) of \(Self.streams)")
    #expect(Self.median(times) <= limit)
    #expect(Double(wrong) <= Self.most(0.05, of: Self.streams))
  }

  @Test("False drift alarms are as far apart on average as promised: at least 1/alpha comparisons", arguments: [
    (DriftDetector.Kind.shiryaevRoberts, 1, 300.0), (.shiryaevRoberts, 5, 300), (.cusum, 1, 300), (.cusum, 5, 300),
    (.shiryaevRoberts, 1, 2000),
  ])
  func runLength(_ kind: DriftDetector.Kind, _ batch: Int, _ promised: Double) throws {
    let runs = promised > 300 ? Self.streams / 10 : Self.streams / 2
    let longest = 50 * Int(promised)
    let p = Agreement.proportion(f1: 0.84)
    var (lengths, cut) = ([Double](), 0)
    for stream in 0..<runs {
      var detector = try #require(DriftDetector(baseline: 0.84, averageRunLength: promised, kind: kind))
      var random = SeededRandom(stream: stream)
      var time = 0
      // A stream that is cut short counts for less than it would have, so the mean errs against the detector.
      while !detector.isAlarmed, time < longest {
        let successes = (0..<batch).filter { _ in random.happens(p) }.count
        detector.add(Agreement(successes: successes, failures: batch - successes))
        time += batch
      }
      cut += detector.isAlarmed ? 0 : 1
      lengths.append(Double(time))
    }
    let mean = lengths.reduce(0, +) / Double(runs)
    let deviation = (lengths.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(runs)).squareRoot()
    print(
      "\(kind), batches of \(batch): a false alarm every \(fixed(mean, places: 0)) comparisons of \(runs) runs (\(cut) cut short), "
        + "promised \(fixed(promised, places: 0))")
    #expect(mean + 4 * deviation / Double(runs).squareRoot() >= promised)
  }

  @Test("A fall from 0.84 to 0.70 after a long good past raises the alarm soon", arguments: [
    (DriftDetector.Kind.shiryaevRoberts, 100), (.cusum, 150),
  ])
  func delay(_ kind: DriftDetector.Kind, _ limit: Int) throws {
    let (good, bad) = (Agreement.proportion(f1: 0.84), Agreement.proportion(f1: 0.70))
    var delays: [Int] = []
    var early = 0
    for stream in 0..<Self.streams {
      var detector = try #require(DriftDetector(baseline: 0.84, averageRunLength: 10_000, kind: kind))
      var random = SeededRandom(stream: stream)
      for _ in 0..<500 { detector.add(Self.trial(good, &random)) }
      if detector.isAlarmed { early += 1 }
      detector.isAlarmed ? detector.reset() : ()
      var delay = 0
      while !detector.isAlarmed, delay < 5000 {
        detector.add(Self.trial(bad, &random))
        delay += 1
      }
      delays.append(delay)
    }
    print("\(kind): median delay \(Self.median(delays)) comparisons, \(early) of \(Self.streams) alarmed before")
    #expect(Self.median(delays) <= limit)
  }

  @Test("Where the gate is 0.80, a drop from 0.84 to 0.70 after 100 good comparisons is known within a median number")
  func drop() throws {
    let test = try #require(GateTest(gate: 0.8))
    let (good, bad) = (Agreement.proportion(f1: 0.84), Agreement.proportion(f1: 0.70))
    var (waits, early) = ([Int](), 0)
    for stream in 0..<Self.streams {
      var (random, agreement, wait) = (SeededRandom(stream: stream), Agreement(), 0)
      for _ in 0..<100 {
        agreement.merge(Self.trial(good, &random))
        if test.decision(agreement) == .below { early += 1; break }
      }
      while test.decision(agreement) != .below, wait < 5000 {
        agreement.merge(Self.trial(bad, &random))
        wait += 1
      }
      waits.append(wait)
    }
    print("drop from 0.84 to 0.70: the gate's test says below after a median of \(Self.median(waits)), \(early) of \(Self.streams) before it")
    #expect(Self.median(waits) <= 350)
    #expect(Double(early) <= Self.most(0.05, of: Self.streams))
  }

  @Test func theForecastOfTheWaitIsAboutTheWait() throws {
    let test = try #require(GateTest(gate: 0.8))
    let start = Agreement(successes: 55, failures: 45)  // F1 0.71
    let forecast = try #require(test.comparisonsUntilDecision(start))
    var waits: [Int] = []
    for stream in 0..<Self.streams {
      var random = SeededRandom(stream: stream)
      var (agreement, wait) = (start, 0)
      while test.decision(agreement) == .undecided, wait < 5000 {
        agreement.merge(Self.trial(55.5 / 101, &random))
        wait += 1
      }
      waits.append(wait)
    }
    print("forecast \(forecast), median wait \(Self.median(waits))")
    #expect(forecast > 0 && forecast < 3 * Self.median(waits) && Self.median(waits) < 3 * forecast)
  }

  private static func trial(_ p: Double, _ random: inout SeededRandom) -> Agreement {
    random.happens(p) ? Agreement(successes: 1, failures: 0) : Agreement(successes: 0, failures: 1)
  }

  /// The first decision, and after how many informative comparisons.
  private static func run(
    _ test: GateTest, f1: Double, stream: Int, length: Int
  ) -> (GateTest.Decision, Int) {
    var random = SeededRandom(stream: stream)
    let p = Agreement.proportion(f1: f1)
    var agreement = Agreement()
    for time in 1...length {
      agreement.merge(trial(p, &random))
      let decision = test.decision(agreement)
      if decision != .undecided { return (decision, time) }
    }
    return (.undecided, length)
  }
}
