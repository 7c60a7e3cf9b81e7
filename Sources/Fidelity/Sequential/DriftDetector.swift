// SPDX-License-Identifier: Apache-2.0

/// An alarm for F1 that falls below its baseline at an unknown time, which a test over the whole past notices late.
///
/// For an alternative q below the baseline p, a batch of s successes and f failures has the likelihood ratio
/// L = (q/p)^s ((1-q)/(1-p))^f, of mean at most 1 while every comparison succeeds with chance p or more, given the past.
/// Two statistics collect the evidence of every possible time of change:
/// - Shiryaev and Roberts: M ← L·(M + 1), the sum over all starting times.
/// - CUSUM: M ← L·max(M, 1), the largest of them.
///
/// Each is averaged over a few q, since nobody knows how far F1 will fall. The alarm is M >= `averageRunLength`.
/// These are the e-SR and e-CUSUM detectors of Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for
/// sequential change detection", New England J. Stat. Data Sci. 2 (2024), arXiv:2203.03532.
///
/// Why no false alarm comes sooner than `averageRunLength` on average: before batch n, E[M] <= M + 1 for the first, so
/// M - n is a supermartingale, and at the time N of the alarm E[N] >= E[M at N] >= the threshold (optional stopping). The
/// second is never above the first. With batches of one or more comparisons, E[comparisons] >= E[batches]: batching is
/// sound, and what a batch's order was does not matter. Batches must not be cut by how comparisons came out.
///
/// The order of batches matters, so this does not merge. Replicas add their counts by time (say by the hour) and one
/// detector replays the sums: the same batches give the same state, bit for bit.
package struct DriftDetector: Hashable, Sendable {
  package enum Kind: String, Sendable { case shiryaevRoberts, cusum }

  package let kind: Kind
  /// The F1 from which a fall is a drift: the vendor's own past, or the noise floor.
  package let baseline: Double
  /// Comparisons between two false alarms, on average, at least. 1/α in the paper.
  package let averageRunLength: Double
  /// The F1s, all below the baseline, between which the evidence is shared.
  package let alternatives: [Double]
  /// ln M of each alternative. With the properties above, all there is to store.
  package private(set) var logStatistics: [Double]
  /// ln(q/p) and ln((1-q)/(1-p)) of each alternative.
  private let successLogs: [Double]
  private let failureLogs: [Double]

  /// By default the alternatives are 3, 6, 12 and 24 points of F1 below the baseline. Nil unless 0 < baseline < 1, the
  /// run length is at least 1, there are alternatives, and all lie between 0 and the baseline.
  package init?(
    baseline: Double, averageRunLength: Double = 10_000, kind: Kind = .shiryaevRoberts, alternatives: [Double]? = nil,
    logStatistics: [Double]? = nil
  ) {
    let alternatives = alternatives ?? [0.03, 0.06, 0.12, 0.24].map { baseline - $0 }.filter { $0 > 0 }
    guard baseline > 0, baseline < 1, averageRunLength >= 1, !alternatives.isEmpty,
      alternatives.allSatisfy({ $0 > 0 && $0 < baseline }), (logStatistics ?? alternatives).count == alternatives.count
    else { return nil }
    (self.kind, self.baseline, self.averageRunLength) = (kind, baseline, averageRunLength)
    self.alternatives = alternatives
    self.logStatistics = logStatistics ?? alternatives.map { _ in -.infinity }
    let p = Agreement.proportion(f1: baseline)
    let proportions = alternatives.map { Agreement.proportion(f1: $0) }
    successLogs = proportions.map { logarithm($0 / p) }
    failureLogs = proportions.map { logarithm((1 - $0) / (1 - p)) }
  }

  /// Takes the next comparisons; none changes nothing.
  package mutating func add(_ batch: Agreement) {
    guard batch.count > 0 else { return }
    for index in alternatives.indices {
      let ratio = Double(batch.successes) * successLogs[index] + Double(batch.failures) * failureLogs[index]
      let before = logStatistics[index]
      logStatistics[index] = ratio + (kind == .cusum ? max(before, 0) : softplus(before))
    }
  }

  /// ln of the average of the statistics.
  package var logStatistic: Double {
    logSumOfExponentials(logStatistics) - logarithm(Double(alternatives.count))
  }

  package var isAlarmed: Bool { logStatistic >= logarithm(averageRunLength) }

  /// Begins anew, as one does when an alarm was seen to.
  package mutating func reset() {
    logStatistics = alternatives.map { _ in -.infinity }
  }
}
