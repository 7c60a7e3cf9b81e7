// SPDX-License-Identifier: Apache-2.0

/// How closely to watch.
package struct WatchSettings: Equatable, Sendable {
  /// The chance of a wrong verdict in a round, and of an interval that misses.
  package var alpha = 0.05
  /// Informative comparisons between two false drift alarms, on average, at least.
  package var averageRunLength = 10_000.0
  /// Informative comparisons from which a vendor's own F1 is learned.
  package var learning = 200
  /// The least `schema_accuracy`; nil: not watched.
  package var schemaAccuracy: Double?

  package init() {}
}

/// Watches one vendor and model: comparisons in, alarms raised and resolved out. A pure state machine: the same comparisons
/// in the same order leave it in the same state.
package struct Vigil: Equatable, Sendable {
  package let gate: Double?
  /// Nil without a gate.
  package private(set) var threshold: ThresholdWatch?
  package private(set) var drift: DriftWatch
  package private(set) var schema: ThresholdWatch?
  package private(set) var confusion = Confusion()
  package let settings: WatchSettings

  /// - Parameter gate: the least F1 that passes, between 0 and 1.
  package init(gate: Double?, _ settings: WatchSettings) {
    (self.gate, self.settings) = (gate, settings)
    threshold = gate.flatMap { GateTest(gate: $0, alpha: settings.alpha) }.map { ThresholdWatch($0) }
    drift = DriftWatch(learning: settings.learning, averageRunLength: settings.averageRunLength, alpha: settings.alpha)
    // The test is of a proportion; the gate that it is made from is an F1.
    schema = settings.schemaAccuracy.flatMap { GateTest(gate: Agreement.f1(proportion: $0), alpha: settings.alpha) }
      .map { ThresholdWatch($0) }
  }

  /// An alarm that begins or ends with a comparison.
  package struct Change: Equatable, Sendable {
    package var kind: Alarm.Kind
    package var turn: ThresholdWatch.Turn
    package var figures: Alarm.Figures
  }

  package mutating func add(_ answer: Side, with other: Side) -> [Change] {
    var changes: [Change] = []
    if answer.finish == .toolCalls, let turn = schema?.add(success: answer.isValid), let schema {
      changes.append(change(.schemaAccuracy, turn, schema.counted, settings.schemaAccuracy ?? 0, isF1: false))
    }
    guard let cell = Cell(vendor: answer.finish, reference: other.finish) else { return changes }
    confusion.add(cell)
    guard cell.isInformative else { return changes }
    let success = cell == .truePositive
    if let turn = drift.add(success: success) {
      let counted = turn == .raised ? drift.lately : drift.recovered
      changes.append(change(.drift, turn, counted, drift.baseline ?? 0))
      // What came before the fall says nothing of what is now.
      if turn == .raised { threshold?.restart() }
    }
    if let turn = threshold?.add(success: success), let threshold {
      changes.append(change(.belowGate, turn, threshold.counted, gate ?? 0))
    }
    return changes
  }

  /// What the present verdict rests on: everything since the last change of heart.
  package var counted: Agreement { threshold?.counted ?? confusion.agreement }
  package var verdict: Verdict { Verdict(counted, gate: gate, alpha: settings.alpha) }
  /// Of F1, over ``counted``.
  package var interval: Interval { ConfidenceSequence(alpha: settings.alpha).interval(counted).f1 }

  private func change(
    _ kind: Alarm.Kind, _ turn: ThresholdWatch.Turn, _ counted: Agreement, _ limit: Double, isF1: Bool = true
  ) -> Change {
    let interval = ConfidenceSequence(alpha: settings.alpha).interval(counted)
    let proportion = counted.proportion ?? 0
    return Change(
      kind: kind, turn: turn,
      figures: Alarm.Figures(
        value: isF1 ? Agreement.f1(proportion: proportion) : proportion, interval: isF1 ? interval.f1 : interval,
        samples: counted.count, limit: limit))
  }
}
