// SPDX-License-Identifier: Apache-2.0

/// ln M(p) of a ``BetaMixture`` for one p, carried along comparison by comparison: one logarithm each, where reckoning it anew
/// from the counts takes two beta functions and three logarithms.
///
/// B(a+s+1, b+f) / B(a+s, b+f) = (a+s) / (a+b+s+f): what the mixture, having seen the past, gives the next comparison to
/// succeed. So M is the running product of those predictions over p's own, and 1/M is the e-process's price of one more bet.
package struct RunningEvidence: Sendable {
  package private(set) var logEvidence = 0.0
  private var successes: Double
  private var failures: Double
  private let successLog: Double
  private let failureLog: Double

  /// - Parameter p: The proportion that evidence is gathered against, between 0 and 1, both excluded.
  package init(against p: Double, mixture: BetaMixture = BetaMixture()) {
    (successes, failures) = (mixture.a, mixture.b)
    (successLog, failureLog) = (logarithm(p), logarithm(onePlus: -p))
  }

  package mutating func add(success: Bool) {
    let count = successes + failures
    if success {
      logEvidence += logarithm(successes / count) - successLog
      successes += 1
    } else {
      logEvidence += logarithm(failures / count) - failureLog
      failures += 1
    }
  }
}
