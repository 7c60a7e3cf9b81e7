// SPDX-License-Identifier: Apache-2.0

/// How far the reference agrees with itself: the same request asked of it twice, the first answer taken as the
/// reference's, the second as a vendor's. K2VV measured an F1 of 84 % on 0905 and 76 % on Thinking; no vendor can be
/// expected to agree with the reference better than the reference does.
package struct NoiseFloor: Mergeable, Hashable {
  /// Counts of the second answer against the first.
  package var confusion = Confusion()

  package init() {}
  package init(_ confusion: Confusion) { self.confusion = confusion }

  package mutating func add(first: Finish, second: Finish) {
    if let cell = Cell(vendor: second, reference: first) { confusion.add(cell) }
  }

  package mutating func merge(_ other: NoiseFloor) { confusion.merge(other.confusion) }

  package enum Decision: String, Sendable {
    /// The vendor agrees with the reference less than the reference with itself.
    case beyond
    /// No such difference is shown: there may be none, or not enough comparisons.
    case notShown
    /// One of the two was not measured.
    case unmeasured
  }

  /// Beyond the floor: the upper end of the vendor's ``ConfidenceSequence`` lies below the lower end of the floor's,
  /// each at level 1 - α/2. If the vendor's F1 is not below the floor's, that ever happens with a chance of at most α:
  /// one of the two would have to miss (Boole's inequality). This needs no independence, which matters as both may share
  /// the reference's answers. It does suppose that both are of the same mix of requests.
  package func decision(on vendor: Agreement, alpha: Double = 0.05, mixture: BetaMixture = BetaMixture()) -> Decision {
    guard vendor.count > 0, confusion.agreement.count > 0 else { return .unmeasured }
    let sequence = ConfidenceSequence(alpha: alpha / 2, mixture: mixture)
    let isBeyond = sequence.interval(vendor).upper < sequence.interval(confusion.agreement).lower
    return isBeyond ? .beyond : .notShown
  }
}
