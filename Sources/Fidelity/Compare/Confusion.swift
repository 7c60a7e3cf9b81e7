// SPDX-License-Identifier: Apache-2.0

/// Counts of ``Cell``s, and the K2VV measures made of them. A measure is nil when it divides by nothing (the public
/// script for K2VV's F1 prints 0 there).
package struct Confusion: Mergeable, Hashable {
  package var truePositives: Int
  package var falsePositives: Int
  package var falseNegatives: Int
  package var trueNegatives: Int

  package init() { self.init(truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0) }

  package init(truePositives: Int, falsePositives: Int, falseNegatives: Int, trueNegatives: Int) {
    (self.truePositives, self.falsePositives) = (truePositives, falsePositives)
    (self.falseNegatives, self.trueNegatives) = (falseNegatives, trueNegatives)
  }

  package subscript(cell: Cell) -> Int {
    get {
      switch cell {
      case .truePositive: truePositives
      case .falsePositive: falsePositives
      case .falseNegative: falseNegatives
      case .trueNegative: trueNegatives
      }
    }
    set {
      switch cell {
      case .truePositive: truePositives = newValue
      case .falsePositive: falsePositives = newValue
      case .falseNegative: falseNegatives = newValue
      case .trueNegative: trueNegatives = newValue
      }
    }
  }

  package mutating func add(_ cell: Cell) { self[cell] += 1 }

  package mutating func merge(_ other: Confusion) {
    for cell in Cell.allCases { self[cell] += other[cell] }
  }

  /// Requests compared.
  package var comparisons: Int { truePositives + falsePositives + falseNegatives + trueNegatives }

  /// What F1 is made of, see ``Agreement``.
  package var agreement: Agreement {
    Agreement(successes: truePositives, failures: falsePositives + falseNegatives)
  }

  /// `TP / (TP + FP)`.
  package var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
  /// `TP / (TP + FN)`.
  package var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }
  /// `2 · precision · recall / (precision + recall)` = `2 TP / (2 TP + FP + FN)`; 0 when they disagree each time.
  package var f1: Double? { ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
}

/// `part / whole`, or nil of nothing.
package func ratio(_ part: Int, _ whole: Int) -> Double? {
  whole > 0 ? Double(part) / Double(whole) : nil
}
