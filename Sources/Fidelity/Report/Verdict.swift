// SPDX-License-Identifier: Apache-2.0

/// What can be said of a vendor's F1 against the gate, as a value and, by `description`, in words.
package enum Verdict: Equatable, Sendable {
  /// No informative comparison yet.
  case nothingCompared
  /// Nobody said which F1 passes for this model.
  case noGate
  /// "F1 is at most the gate" is refuted.
  case faithful(gate: Double, alpha: Double)
  /// "F1 is at least the gate" is refuted.
  case belowGate(gate: Double, alpha: Double)
  /// Neither is. `more`: about how many further informative comparisons decide at this rate; nil: F1 is too close to the
  /// gate for ``GateTest``'s limit.
  case undecided(more: Int?)

  /// `gate` as an F1 between 0 and 1, both excluded; any other counts as none.
  package init(_ agreement: Agreement, gate: Double?, alpha: Double) {
    guard let gate, let test = GateTest(gate: gate, alpha: alpha) else {
      self = .noGate
      return
    }
    guard agreement.count > 0 else {
      self = .nothingCompared
      return
    }
    switch test.decision(agreement) {
    case .above: self = .faithful(gate: gate, alpha: alpha)
    case .below: self = .belowGate(gate: gate, alpha: alpha)
    case .undecided: self = .undecided(more: test.comparisonsUntilDecision(agreement))
    }
  }

  /// A word for programs.
  package var name: String {
    switch self {
    case .nothingCompared: "nothing_compared"
    case .noGate: "no_gate"
    case .faithful: "faithful"
    case .belowGate: "below_gate"
    case .undecided: "undecided"
    }
  }
}

extension Verdict: CustomStringConvertible {
  package var description: String {
    switch self {
    case .nothingCompared: "nothing compared yet"
    case .noGate: "no gate for this model"
    case .faithful(let gate, let alpha):
      "faithful: above the gate of \(shortPercent(gate)), \(shortPercent(1 - alpha)) sure"
    case .belowGate(let gate, let alpha): "below the gate of \(shortPercent(gate)), \(shortPercent(1 - alpha)) sure"
    case .undecided(let more?):
      "not enough yet: about \(Self.rounded(more)) more informative comparison\(more == 1 ? "" : "s") at this rate"
    case .undecided(nil): "too close to the gate to tell"
    }
  }

  /// Two leading digits, rounded up: more would pretend to know.
  private static func rounded(_ count: Int) -> Int {
    var unit = 1
    while count / unit >= 100 { unit *= 10 }
    return (count + unit - 1) / unit * unit
  }
}
