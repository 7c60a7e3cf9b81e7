// SPDX-License-Identifier: Apache-2.0

/// Everything that is counted of one vendor, for one model, day, tool or all together. Plain counts, so that sums of any
/// slices are slices again; what is said of them (``ReportRow``) is reckoned from the sums.
package struct Tally: Mergeable {
  /// Requests compared, by cell.
  package var confusion = Confusion()
  /// Requests sent to both that were not compared, as the vendor, or else the reference, had no finish reason.
  package var vendorUnanswered = 0
  package var referenceUnanswered = 0
  /// The vendor's answers, compared or not.
  package var vendor = OutcomeCounts()
  /// The reference's answers.
  package var reference = OutcomeCounts()
  package var payload = PayloadAgreement()
  package var promptTokens = PromptTokens()

  package init() {}

  /// Counts an answer of the vendor, be it compared or not: each once.
  package mutating func observe(_ answer: Side) {
    if answer.finish == .none { vendor.addFailure() } else { vendor.add(answer.finish, isValid: answer.isValid) }
  }

  /// Counts a comparison. The vendor's answer is counted by ``observe(_:)`` apart from it.
  @discardableResult
  package mutating func compare(_ answer: Side, with other: Side) -> Cell? {
    if other.finish == .none { reference.addFailure() } else { reference.add(other.finish, isValid: other.isValid) }
    promptTokens.add(vendor: answer.promptTokens, reference: other.promptTokens)
    guard let cell = Cell(vendor: answer.finish, reference: other.finish) else {
      if answer.finish == .none { vendorUnanswered += 1 } else { referenceUnanswered += 1 }
      return nil
    }
    confusion.add(cell)
    if cell == .truePositive, !answer.calls.isEmpty || !other.calls.isEmpty {
      payload.add(PayloadComparison(vendor: answer.calls, reference: other.calls, limit: 0))
    }
    return cell
  }

  package mutating func merge(_ other: Tally) {
    confusion.merge(other.confusion)
    vendorUnanswered += other.vendorUnanswered
    referenceUnanswered += other.referenceUnanswered
    vendor.merge(other.vendor)
    reference.merge(other.reference)
    payload.merge(other.payload)
    promptTokens.merge(other.promptTokens)
  }
}
