// SPDX-License-Identifier: Apache-2.0

/// Watches whether a proportion stays above a limit, round by round.
///
/// A round counts from nothing and ends when ``GateTest`` decides against how things stood: "below" after a good round raises
/// the alarm, "above" after a bad one resolves it. A round of its own for each, because a long past would outvote a change. For
/// the same reason a bad round that is decided "below" once more gives way to a new one: a vendor that has been bad for 10,000
/// comparisons is not kept waiting for thousands of good ones. (A good round goes on: there a fall is ``DriftWatch``'s to see, and
/// rounds without end would err without end.) Within a round one may look after every comparison; in each round either error has
/// a chance of at most alpha.
package struct ThresholdWatch: Equatable, Sendable {
  package enum Turn: Equatable, Sendable { case raised, resolved }

  package let test: GateTest
  package private(set) var isBelow = false
  /// What informs the present verdict: while good, the round so far; while below, the last round that said so and what came since.
  package private(set) var counted = Agreement()
  /// While below: the round that may resolve it.
  package private(set) var recovery = Agreement()

  package init(_ test: GateTest) { self.test = test }

  package mutating func add(success: Bool) -> Turn? {
    let trial = Agreement(successes: success ? 1 : 0, failures: success ? 0 : 1)
    counted.merge(trial)
    guard isBelow else {
      guard test.decision(counted) == .below else { return nil }
      isBelow = true
      recovery = Agreement()
      return .raised
    }
    recovery.merge(trial)
    switch test.decision(recovery) {
    case .undecided: return nil
    case .below:
      counted = recovery
      recovery = Agreement()
      return nil
    case .above:
      isBelow = false
      counted = recovery
      return .resolved
    }
  }

  /// Things have changed, whatever they are now: what was before does not count. Does nothing while below.
  package mutating func restart() {
    if !isBelow { counted = Agreement() }
  }
}
