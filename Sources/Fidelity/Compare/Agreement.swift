// SPDX-License-Identifier: Apache-2.0

/// The informative comparisons as Bernoulli trials: both sides called a tool (a success), or one did (a failure). Where
/// neither did says nothing of F1.
///
/// F1 = 2 TP / (2 TP + FP + FN). With p = TP / (TP + FP + FN), F1 = 2p / (1 + p), which rises with p: so each interval,
/// test and alarm for the proportion p is one for F1. This is what makes exact statements possible for a measure that is
/// not a mean itself.
package struct Agreement: Mergeable, Hashable {
  /// TP.
  package var successes: Int
  /// FP + FN.
  package var failures: Int

  package init() { self.init(successes: 0, failures: 0) }
  package init(successes: Int, failures: Int) { (self.successes, self.failures) = (successes, failures) }

  package var count: Int { successes + failures }
  package var proportion: Double? { ratio(successes, count) }

  package mutating func merge(_ other: Agreement) {
    successes += other.successes
    failures += other.failures
  }

  package static func f1(proportion p: Double) -> Double { 2 * p / (1 + p) }
  package static func proportion(f1: Double) -> Double { f1 / (2 - f1) }
}

/// A closed interval, of F1 or of a proportion, from 0 to 1.
package struct Interval: Hashable, Sendable {
  package var lower: Double
  package var upper: Double

  package static let everything = Interval(lower: 0, upper: 1)

  package init(lower: Double, upper: Double) { (self.lower, self.upper) = (lower, upper) }

  package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// An interval of p as one of F1.
  package var f1: Interval {
    Interval(lower: Agreement.f1(proportion: lower), upper: Agreement.f1(proportion: upper))
  }
}
