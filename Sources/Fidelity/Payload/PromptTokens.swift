// SPDX-License-Identifier: Apache-2.0

/// `usage.prompt_tokens` of the vendor less that of the reference, for the same request: the cheapest sign of a wrong
/// chat template. Equal prompts have equal lengths; K2's template drops or repeats whole blocks when it is misapplied.
///
/// Moonshot's Kimi-Vendor-Verifier accepts 0 to 3 tokens more than expected (`MAX_PROMPT_TOKEN_OVERCOUNT` in
/// `tests/prompt_tokens`); so does this.
package struct PromptTokens: Mergeable, Hashable {
  package static let tolerance = 0...3

  /// Requests with a count on both sides, by whether the difference is below, within or above the tolerance.
  package private(set) var below = 0
  package private(set) var within = 0
  package private(set) var above = 0
  /// Sum of the differences, in tokens.
  package private(set) var sum = 0
  /// The least and the greatest difference, in tokens; nil of nothing.
  package private(set) var range: ClosedRange<Int>?

  package init() {}

  /// From stored numbers.
  package init(below: Int, within: Int, above: Int, sum: Int, range: ClosedRange<Int>?) {
    (self.below, self.within, self.above, self.sum, self.range) = (below, within, above, sum, range)
  }

  /// Adds one request; nothing when either side did not say. A difference beyond 64 bits counts as the largest.
  package mutating func add(vendor: Int?, reference: Int?) {
    guard let vendor, let reference else { return }
    let (exact, isTooLarge) = vendor.subtractingReportingOverflow(reference)
    let difference = isTooLarge ? (vendor < 0 ? Int.min : Int.max) : exact
    merge(
      PromptTokens(
        below: difference < Self.tolerance.lowerBound ? 1 : 0, within: Self.tolerance.contains(difference) ? 1 : 0,
        above: difference > Self.tolerance.upperBound ? 1 : 0, sum: difference, range: difference...difference))
  }

  package mutating func merge(_ other: PromptTokens) {
    below += other.below
    within += other.within
    above += other.above
    // Wraps, so that no vendor's nonsense stops the process and order still does not matter.
    sum &+= other.sum
    guard let range, let otherRange = other.range else {
      range = range ?? other.range
      return
    }
    self.range =
      min(range.lowerBound, otherRange.lowerBound)...max(range.upperBound, otherRange.upperBound)
  }

  package var count: Int { below + within + above }
  /// Tokens.
  package var mean: Double? { count > 0 ? Double(sum) / Double(count) : nil }
  /// The share of requests within the tolerance; near 1 for a right template.
  package var share: Double? { ratio(within, count) }
}
