// SPDX-License-Identifier: Apache-2.0

/// Learns what a vendor's F1 is, then watches that it does not fall from there.
///
/// The baseline is the lower end of Wilson's interval of the first `learning` comparisons (fixed beforehand, one look), so
/// that with 97.5 % the true F1 is above it and ``DriftDetector``'s promise holds: a false alarm on average no sooner than
/// every `averageRunLength` comparisons. It does not move afterwards: a baseline that follows the vendor down sees no fall.
///
/// The alarm is over when, counted in rounds since, it is refuted that F1 is at most 3 points below the baseline, which is where the
/// nearest of the detector's alternatives begins.
package struct DriftWatch: Equatable, Sendable {
  package let learning: Int
  package let averageRunLength: Double
  package let alpha: Double
  private var learned = Agreement()
  package private(set) var detector: DriftDetector?
  /// Since the alarm; nil while there is none.
  package private(set) var recovery: Recovery?
  /// What the last alarm's end was decided by.
  package private(set) var recovered = Agreement()
  /// The last comparisons before an alarm, which show how far F1 fell.
  private var recent: [Bool] = []

  private static let recentCount = 30

  /// What was counted since the alarm, and the test that ends it.
  package struct Recovery: Equatable, Sendable {
    package var test: GateTest
    package var counted = Agreement()
  }

  package init(learning: Int = 200, averageRunLength: Double = 10_000, alpha: Double = 0.05) {
    (self.learning, self.averageRunLength, self.alpha) = (learning, averageRunLength, alpha)
  }

  package var isDown: Bool { recovery != nil }
  /// Nil until it is learned.
  package var baseline: Double? { detector?.baseline }
  /// How many comparisons are still to be learned from.
  package var missing: Int { max(0, learning - learned.count) }
  /// Of the last thirty comparisons, or of fewer.
  package var lately: Agreement {
    let successes = recent.count { $0 }
    return Agreement(successes: successes, failures: recent.count - successes)
  }

  package mutating func add(success: Bool) -> ThresholdWatch.Turn? {
    recent.append(success)
    if recent.count > Self.recentCount { recent.removeFirst() }
    let trial = Agreement(successes: success ? 1 : 0, failures: success ? 0 : 1)
    guard detector != nil else {
      learn(trial)
      return nil
    }
    if var round = recovery {
      round.counted.merge(trial)
      let decision = round.test.decision(round.counted)
      guard decision == .above else {
        // Still down: from here anew, as in ``ThresholdWatch``.
        if decision == .below { round.counted = Agreement() }
        recovery = round
        return nil
      }
      (recovery, recovered) = (nil, round.counted)
      detector?.reset()
      return .resolved
    }
    detector?.add(trial)
    guard let detector, detector.isAlarmed, let test = GateTest(gate: max(detector.baseline - 0.03, 0.001), alpha: alpha) else {
      return nil
    }
    recovery = Recovery(test: test)
    return .raised
  }

  private mutating func learn(_ trial: Agreement) {
    learned.merge(trial)
    guard learned.count >= learning else { return }
    let lower = WilsonInterval(alpha: 0.05).interval(learned).f1.lower
    // Of a vendor that hardly ever agrees there is nothing to fall from.
    detector = DriftDetector(baseline: min(max(lower, 0.01), 0.999), averageRunLength: averageRunLength)
  }
}
