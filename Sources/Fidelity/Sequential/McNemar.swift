// SPDX-License-Identifier: Apache-2.0

/// Two vendors on the same requests: on how many each agreed with the reference. What both got right, or both wrong, says
/// nothing of which is better.
///
/// If they agree with the reference equally often, each request on which they differ falls to either side with chance ½:
/// a Binomial(n, ½) of n = onlyFirst + onlySecond. McNemar, Psychometrika 12 (1947), 153-157. For one look at the end:
/// looked at repeatedly, these p-values are too small.
package struct McNemar: Mergeable, Hashable {
  package var both = 0
  package var onlyFirst = 0
  package var onlySecond = 0
  package var neither = 0

  package init() {}

  package init(both: Int = 0, onlyFirst: Int, onlySecond: Int, neither: Int = 0) {
    (self.both, self.onlyFirst, self.onlySecond, self.neither) = (both, onlyFirst, onlySecond, neither)
  }

  /// Adds one request, by the cell of each vendor against the same reference answer.
  package mutating func add(first: Cell, second: Cell) {
    let agrees: (Cell) -> Bool = { $0 == .truePositive || $0 == .trueNegative }
    switch (agrees(first), agrees(second)) {
    case (true, true): both += 1
    case (true, false): onlyFirst += 1
    case (false, true): onlySecond += 1
    case (false, false): neither += 1
    }
  }

  package mutating func merge(_ other: McNemar) {
    both += other.both
    onlyFirst += other.onlyFirst
    onlySecond += other.onlySecond
    neither += other.neither
  }

  /// Two-sided exact p-value: twice the smaller tail, at most 1. Never too small, often too large.
  package var exactP: Double { min(1, 2 * tail) }

  /// Two-sided mid-p-value: half the chance of the observed split taken off each tail. Closer to its level; recommended
  /// by Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13:91 (2013).
  package var midP: Double {
    let n = Double(onlyFirst + onlySecond)
    guard n > 0 else { return 1 }
    let k = Double(min(onlyFirst, onlySecond))
    let point = exponential(-n * logarithm(2) - logarithm(n + 1) - logBeta(k + 1, n - k + 1))
    return min(1, 2 * tail - point)
  }

  /// P(X <= the smaller count) = I_½(n - k, k + 1), DLMF 8.17.5.
  private var tail: Double {
    let n = Double(onlyFirst + onlySecond)
    let k = Double(min(onlyFirst, onlySecond))
    return n > 0 ? exponential(logIncompleteBeta(0.5, n - k, k + 1)) : 1
  }
}
